"""Chapter 10: the detective.

Letters: W, b, f weights, biases and activation functions by layer, x, y examples as columns, dW = dL/dW and db = dL/db
by layer; the last layer is softmax with cross-entropy, all others relu, and the 1/N of the loss is in every gradient.
"""

from __future__ import annotations

from functools import partial

from .declare import Unless, exercise
from .detective_cases import accusations, as_suspect, gradients_with, handed_out, suspect, yes_or_no
from .gradient_tables import (
    COMPARED,
    COMPARED_BADLY,
    agree,
    exchanged,
    first,
    moved,
    one_entry_agrees,
    raised,
    tables,
    times,
    upside_down,
)
from .maths import np
from .sealed import CULPRITS, MISTAKES, backward_pass

SIZES = {
    "sizes all different": ((3, 5, 4, 2), 6),
    "sizes all equal": ((4, 4, 4, 4), 4),
    "one hidden layer": ((2, 6, 3), 5),
    "a batch of one": ((3, 4, 2), 1),
    "a deep network": ((3, 4, 5, 4, 3, 2), 8),
    "a batch of two": ((5, 3, 4), 2),
}


def suspect_or_none(args, answer):
    """What came as the name of a gradient; where it is none, the right one is quoted."""
    return as_suspect(answer, lambda: first_suspect(*args))


@exercise(
    "10.1", "dW, db, dW_true, db_true ->",
    observe=suspect_or_none,
    cases={
        "nothing wrong": gradients_with(),
        "a wrong weight gradient": gradients_with("dW[2]", "dW[1]", "db[1]", upward=True),
        "a wrong bias gradient": gradients_with("db[3]", "dW[2]", "dW[1]", "db[1]"),
        "only the first layer": gradients_with("dW[1]", "db[1]"),
        "the sign turned around": gradients_with("dW[3]", "db[3]", change=times(-1.0)),
        "one per cent": gradients_with("db[1]", change=times(1.01)),
        "off in the fifth digit": gradients_with("dW[2]", change=times(1 + 3e-5)),
        "one entry too small": gradients_with("dW[2]", change=moved(1, 1, by=-0.1)),
        "one entry too large": gradients_with("dW[2]", change=moved(2, 0, by=0.1)),
        "two entries exchanged": gradients_with("dW[2]", change=exchanged),
        "two tables of zeros that agree": gradients_with("dW[1]", zero=("dW[2]", "db[2]")),
        "tiny gradients": gradients_with("dW[1]", size=1e-12),
        "large gradients": gradients_with(size=1e9),
        "two layers": gradients_with("dW[2]", "dW[1]", layers=2),
        "four layers": gradients_with("dW[4]", "db[4]", "dW[2]", layers=4, upward=True),
        "the first entry alone": gradients_with("dW[2]", change=moved(0, 0, by=0.1), upward=True),
        "zeros in place of a gradient": gradients_with("dW[2]", change=times(0.0)),
        "a gradient in place of zeros": gradients_with("dW[2]", change=raised, zero=("dW[2]",)),
    },
    flaws=COMPARED_BADLY + """
        from_the_input: a search that starts at the input
            The backward pass goes from the last layer to the first. Where does a mistake show first?
        as_they_come: the layers in the order in which the dicts hold them
            Does a dict hold its layers in a fixed order, or in the order in which they were put there?
        backwards_as_they_come: the layers in the order of the dicts, turned around
            Does a dict hold its layers in a fixed order, or in the order in which they were put there?
        nearest_entry: a table called off only where all of its entries are off
            How many entries of a table have to be off, for the table to be wrong?
        last_found: the last gradient that is off, in place of the first
            What becomes of a name that is found, when the loop goes on?
        last_layer_only: the last layer alone examined
            Where does the return of "none" stand: inside the loop, or behind it?
        first_table_only: the first table alone examined
            Where does the return of "none" stand: inside the loop, or behind it?
        last_layer_left_out: the last layer left out
            At which number does your loop begin, and which number has the last layer?
        first_layer_left_out: layer 1 left out
            A range stops before its end: at which number does your loop end?
        layers_fixed: the layers 3, 2 and 1, whatever the network has
            How many layers have the dicts that come in?
        weights_only: a search among the weights alone
            Which gradients has a layer besides dW?
        biases_first: the bias of a layer looked at before its weights
            In which order were you asked to look?
        weights_before_biases: all weights looked at, and then all biases
            Layer 3 has a db, and layer 2 a dW: which of the two is computed first?
        always_none: nothing ever found
            What does your function return where two gradients differ?
        absolute_too: an absolute tolerance besides the relative one, so that small gradients pass
            allclose has a second tolerance, atol. How large is it beside gradients of a billionth?
    """,
    hints="""
        Compare two tables by one number: the size of their difference, over the size of the larger.
        A mistake spreads to everything that is computed after it. Which layer is computed first?
        Look at dW and then at db of each layer, from the last to the first, and stop at the first that is off.
    """,
)
def first_suspect(dW, db, dW_true, db_true, *, unless):
    mine, true = tables((dW, db)), tables((dW_true, db_true))
    order = [(kind, l) for l in sorted(dW, reverse=True) for kind in ("dW", "db")]
    weights, biases = (order[place::2] for place in (0, 1))
    held = [(kind, l) for l in dW for kind in ("dW", "db")]
    turned = [(kind, l) for l in reversed(list(dW)) for kind in ("dW", "db")]
    looked = unless(order, as_they_come=held, backwards_as_they_come=turned,
                    from_the_input=sorted(order, key=lambda name: name[1]), last_layer_only=order[:2],
                    first_table_only=order[:1], last_layer_left_out=order[2:], first_layer_left_out=order[:-2],
                    layers_fixed=[(kind, l) for l in (3, 2, 1) for kind in ("dW", "db")], weights_only=weights,
                    biases_first=[name for pair in zip(biases, weights, strict=True) for name in pair],
                    weights_before_biases=weights + biases, always_none=[])
    agrees = unless(agree, **COMPARED, absolute_too=partial(agree, more=1e-8),
                    nearest_entry=one_entry_agrees)
    found = [f"{kind}[{l}]" for kind, l in looked if not agrees(mine[kind, l], true[kind, l])] or ["none"]
    return unless(found[0], last_found=found[-1])


def _only(letter, rng):
    return (letter,)


@exercise(
    "10.2", "letter -> name",
    name="culprits",
    adapt=accusations,
    cases={f"pass {letter}": partial(_only, letter) for letter in CULPRITS},
    flaws="""
        a_for_b: A and B exchanged
            Which of the two is off by a factor that is the same for every entry?
        a_for_c: A and C exchanged
            Which of the two changes with eta?
        a_for_d: A and D exchanged
            Which of the two lets negative signals through?
        b_for_c: B and C exchanged
            Which of the two changes with eta?
        b_for_d: B and D exchanged
            Which of the two is off by a factor that is the same for every entry?
        c_for_d: C and D exchanged
            Which of the two changes with eta?
    """,
    hints="""
        Which gradients of each pass are off, and which are right? The first one that is off tells where to look.
        One experiment for each suspect: another eta, units that are all awake, the ratios in a table, rows of zeros.
        A suspect is unmasked where one pass alone changes, and you changed only what this suspect depends on.
    """,
)
def culprit(letter, *, unless):
    swaps = unless({}, a_for_b={"A": "B", "B": "A"}, a_for_c={"A": "C", "C": "A"}, a_for_d={"A": "D", "D": "A"},
                   b_for_c={"B": "C", "C": "B"}, b_for_d={"B": "D", "D": "B"}, c_for_d={"C": "D", "D": "C"})
    return CULPRITS[swaps.get(letter, letter)][0]


@exercise(
    "10.3", "W, b, f, x, y -> dW, db",
    strict=True,
    cases={tag: partial(handed_out, sizes=sizes, N=N) for tag, (sizes, N) in SIZES.items()},
    flaws=MISTAKES,
    hints="""
        The comment above each blank says what it holds. Which line of the open case does that work, and what was added?
        The loss is a mean over the examples, so its 1/N is in the first delta, and from there in everything.
        The bias adds up delta and has the shape of b; the wires are the old ones, turned around; the gate reads z.
    """,
)
def repaired(W, b, f, x, y, *, unless):
    return backward_pass(W, b, f, x, y, 0.1, unless)


SWEEPING = ("loss_stands_still", "other_loss", "loss_falls", "always_right", "always_wrong", "inverted", "either",
            "any_table")


def sweeping(value):
    """The ``value`` for every mistake in 10.4 that is made alone: it decides on all tables at once."""
    return dict.fromkeys(SWEEPING, value)


THIN = (1, 1, 2, 2)  # where widths do not matter: a proof by differences costs a call or two a weight


@exercise(
    "10.4", "backward, W, b, f, x, y ->",
    observe=yes_or_no,
    cases={
        "a right one": suspect(),
        "right up to rounding": suspect(sizes=THIN, dW=times(1 + 1e-10), db=times(1 + 1e-10)),
        "two layers, a right one": suspect(sizes=(3, 4, 2)),
        "a right one with a dead layer": suspect(sizes=THIN, low=100.0),
        "updated weights": suspect("updated_weights", sizes=THIN),
        "gates that never close": suspect("gate_open"),
        "a dead layer with a gradient": suspect(sizes=THIN, low=100.0, dW1=raised, db1=raised),
        "a planted factor": suspect("planted_factor", sizes=THIN),
        "all signs": suspect("sign", sizes=THIN),
        "one per cent": suspect(sizes=THIN, dW=times(1.01), db=times(1.01)),
        "one entry of the last layer": suspect(sizes=THIN, dW_last=moved(1, 1, by=-0.1)),
        "the last bias alone": suspect(sizes=THIN, db_last=moved(0, 0, by=0.5)),
        "the weights of layer 2 alone": suspect(sizes=THIN, dW2=times(2.0)),
        "the bias of layer 1 alone": suspect(db1=upside_down),
        "one weight of layer 1": suspect(dW1=moved(0, 0, by=0.1)),
        "one entry off in the fourth digit": suspect(dW1=moved(1, 0, by=3e-4)),
        "four layers, the last one wrong": suspect(sizes=(1, 2, 2, 2, 2), dW_last=times(1.5), db_last=times(1.5)),
        "tiny gradients": suspect("planted_factor", faint=3e-8, always=1),
        "no gradient at all": suspect(sizes=THIN, dW=times(0.0), db=times(0.0)),
        "the gradient of another loss": suspect("squared_error", sizes=THIN, always=3),
    },
    flaws=COMPARED_BADLY + """
        always_right: everyone acquitted
            What would have to happen for your function to say no?
        always_wrong: everyone found guilty, the right ones too
            What does your function hold against a right pass? Of a report: how is its verdict spelt?
        inverted: yes and no exchanged
            For which verdict do you say True?
        loss_stands_still: a loss that does not move with theta
            Which W and b does your loss build its network from: those in theta, or those outside?
        other_loss: the gradients of half the squared error
            Which loss do these networks have at their end?
        loss_falls: a falling loss in place of a comparison
            How many of the four suspects lowered the loss?
        weights_only: the weights alone examined
            Which gradients has a layer besides dW?
        biases_only: the biases alone examined
            Which gradients has a layer besides db?
        first_layer_only: layer 1 alone examined
            Where does the return stand: inside the loop, or behind it?
        last_layer_only: the last layer alone examined
            Through which layers do mistakes of the recursion show?
        last_layer_left_out: the last layer never examined
            A range stops before its end: at which number does your loop end?
        first_layer_left_out: layer 1 never examined
            At which number does your loop begin, and at which does it end?
        layers_fixed: the layers 1, 2 and 3, whatever the network has
            How many layers have the dicts that come in?
        any_table: one table that agrees taken for all of them
            Must all tables agree, or is one enough?
        either: the weights or the biases, where both have to agree
            Must all tables agree, or is one half of them enough?
        one_entry: one entry alone examined
            How many entries has a network's gradient, and how many did you look at?
    """,
    hints="""
        The gradient check takes a loss of theta, a theta of all W and b, and the gradients under the same keys.
        The loss builds its network from the theta that it gets; f, x and y it may take from outside.
        Say yes only if the verdict is that all of them agree, and no for the rest.
    """,
)
def prove(backward, W, b, f, x, y, *, unless):
    found, right = backward.found, backward.right
    names, L = list(right), len(W)
    looked = unless(names, weights_only=names[:L], biases_only=names[L:], first_layer_only=names[::L],
                    last_layer_only=names[L - 1::L], last_layer_left_out=[name for name in names if name[1] < L],
                    first_layer_left_out=[name for name in names if name[1] > 1], one_entry=names[:1],
                    layers_fixed=[(kind, l) for l in (1, 2, 3) for kind in ("dW", "db")], **sweeping(names))
    agrees = unless(agree, **COMPARED, one_entry=partial(agree, see=first), **sweeping(agree))
    true = unless(right, loss_stands_still={name: 0.0 * g for name, g in right.items()},
                  other_loss=lambda: tables(backward_pass(W, b, f, x, y, 0.1, Unless(["squared_error"]))))
    good = {name: agrees(found[name], true[name]) for name in looked}
    halves = [all(good[name] for name in looked if name[0] == kind) for kind in ("dW", "db")]
    falls = sum(float(np.sum(found[name] * right[name])) for name in right) > 0
    return unless(all(halves), either=any(halves), any_table=any(good.values()), always_right=True, always_wrong=False,
                  inverted=not all(halves), loss_falls=falls)
