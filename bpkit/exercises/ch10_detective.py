"""Chapter 10: the detective.

Letters: W, b, f weights, biases and activation functions by layer, x, y examples as columns, dW = dL/dW and db = dL/db
by layer; the last layer is softmax with cross-entropy, all others relu, and the 1/N of the loss is in every gradient.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from .. import activations
from ..shapes import describe
from .behaviour import Odd
from .cases import network
from .declare import Unless, exercise
from .maths import np
from .sealed import CULPRITS, backward_pass

SIZES = {
    "sizes all different": ((3, 5, 4, 2), 6),
    "sizes all equal": ((4, 4, 4, 4), 4),
    "one hidden layer": ((2, 6, 3), 5),
    "a batch of one": ((3, 4, 2), 1),
    "a deep network": ((3, 4, 5, 4, 3, 2), 8),
    "a batch of two": ((5, 3, 4), 2),
}


def detective_network(rng, sizes, N):
    """W, b, f, x, y of a relu network with a softmax output in which every layer learns: no gradient is nearly 0."""
    while True:
        net = network(rng, sizes, N, activations.relu, activations.softmax)
        dW, db = backward_pass(net.W, net.b, net.f, net.x, net.y, 1.0, Unless())
        if min(np.linalg.norm(g) for part in (dW, db) for g in part.values()) > 1e-3:
            return net.W, net.b, net.f, net.x, net.y


def gradients_with(*wrong, noise=0.0, size=1.0, factor=1.5):
    """Two sets of gradients of three layers, which differ in the ``wrong`` ones, and elsewhere by ``noise``."""
    def make(rng):
        shapes = {1: (4, 3), 2: (5, 4), 3: (2, 5)}
        true = {"dW": {l: size * rng.standard_normal(s) for l, s in shapes.items()},
                "db": {l: size * rng.standard_normal((s[0], 1)) for l, s in shapes.items()}}
        found = {kind: {l: g * (1 + noise * rng.standard_normal(g.shape)) for l, g in part.items()}
                 for kind, part in true.items()}
        for name in wrong:
            kind, l = name[:2], int(name[3])
            found[kind][l] = factor * found[kind][l]
        return found["dW"], found["db"], true["dW"], true["db"]

    return make


@exercise(
    "10.1", "dW, db, dW_true, db_true -> name",
    cases={
        "nothing wrong": gradients_with(noise=1e-12),
        "a wrong weight gradient": gradients_with("dW[2]", "dW[1]", "db[1]", noise=1e-12),
        "a wrong bias gradient": gradients_with("db[2]", "dW[1]", "db[1]", noise=1e-12),
        "only the first layer": gradients_with("dW[1]", "db[1]"),
        "the sign turned around": gradients_with("dW[3]", "db[3]", factor=-1.0),
        "a few per cent": gradients_with("db[1]", noise=1e-12, factor=1.03),
        "tiny gradients": gradients_with("dW[1]", size=1e-9, noise=1e-12),
        "large gradients": gradients_with(size=1e9, noise=1e-12),
    },
    flaws="""
        from_the_input: a search that starts at the input
            The backward pass goes from the last layer to the first. Where does a mistake show first?
        weights_only: a search among the weights alone
            Which gradients has a layer besides dW?
        biases_first: the bias of a layer looked at before its weights
            In which order were you asked to look?
        absolute: differences that are not compared with anything
            Is a difference of 1e-9 small, if the gradient is 1e-9?
        too_strict: every last digit
            How far may two right gradients be apart, because numbers are rounded?
        too_loose: differences of up to a tenth
            Is a gradient that is 3 per cent off a right one?
        sizes_only: sizes compared, without their signs
            What does a gradient of the right size and the wrong sign do?
        always_none: nothing ever found
            What does your function return where two gradients differ?
    """,
    hints="""
        Compare two tables by one number: the size of their difference, over the size of the larger.
        A mistake spreads to everything that is computed after it. Which layer is computed first?
        Look at dW and then at db of each layer, from the last to the first, and stop at the first that is off.
    """,
)
def first_suspect(dW, db, dW_true, db_true, *, unless):
    limit = unless(1e-6, too_strict=0.0, too_loose=0.1)
    see = unless(np.asarray, sizes_only=np.abs)
    layers = unless(sorted(dW, reverse=True), from_the_input=sorted(dW))
    for l in layers:
        pairs = unless([("dW", dW, dW_true), ("db", db, db_true)], weights_only=[("dW", dW, dW_true)],
                       biases_first=[("db", db, db_true), ("dW", dW, dW_true)])
        for kind, mine, true in pairs:
            apart = np.linalg.norm(see(mine[l]) - see(true[l]))
            size = unless(max(np.linalg.norm(mine[l]), np.linalg.norm(true[l])), absolute=1.0)
            if apart > limit * size:
                return unless(f"{kind}[{l}]", always_none="none")
    return "none"


def _only(letter, rng):
    return (letter,)


def accusations(answer: Any) -> Any:
    """The learner's dict of letters and names as a function of the letter."""
    if not isinstance(answer, dict):
        raise Odd("form", f"A dict with the letters A to D is wanted; {type(answer).__name__} came")
    if any(name is ... for name in answer.values()):
        raise Odd("blank", "A name is still blank")
    missing = [letter for letter in CULPRITS if letter not in answer]
    if missing:
        raise Odd("form", f"Nobody is accused of {', '.join(missing)}")
    known = sorted(name for name, _ in CULPRITS.values())
    strange = [str(name) for name in answer.values() if str(name).strip().lower() not in known]
    if strange:
        raise Odd("form", f"{strange[0]!r} is none of the suspects: {', '.join(known)}")
    return lambda letter: str(answer[letter]).strip().lower()


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
        Change one thing at a time: another eta, a network whose units are all awake, errors that are all positive.
        Four experiments tell four mistakes apart: eta, a constant ratio, sleeping units, negative signals.
    """,
)
def culprit(letter, *, unless):
    swaps = unless({}, a_for_b={"A": "B", "B": "A"}, a_for_c={"A": "C", "C": "A"}, a_for_d={"A": "D", "D": "A"},
                   b_for_c={"B": "C", "C": "B"}, b_for_d={"B": "D", "D": "B"}, c_for_d={"C": "D", "D": "C"})
    return CULPRITS[swaps.get(letter, letter)][0]


@exercise(
    "10.3", "W, b, f, x, y -> dW, db",
    cases={tag: partial(detective_network, sizes=sizes, N=N) for tag, (sizes, N) in SIZES.items()},
    flaws="""
        updated_weights: weights that have already made their step
            At which weights was the loss computed?
        gate_open: gates that never close
            After relu nothing is negative. Which number still knows that the gate was closed?
        relu_on_signal: negative error signals cut off
            What is it that closes a gate: the sign of z, or the sign of the error?
        bias_from_weights: bias gradients taken from the weight gradients
            The bias is the weight of a constant 1: does the activation occur in its gradient?
        planted_factor: a factor on the way to the first layer
            Which factors has the recursion, and which of yours is none of them?
        not_divided_by_N: the 1/N left out
            Where does the mean over the examples enter?
        sign: the opposite sign
            Is the gradient asked for, or the step?
    """,
    hints="""
        Start from a pass that is right in most lines, and mend it line by line against your list of culprits.
        After every change ask your gradient check again; it tells you which layer is still off.
        The gate reads z, the wires are the old ones, and the bias adds up delta.
    """,
)
def repaired(W, b, f, x, y, *, unless):
    return backward_pass(W, b, f, x, y, 1.0, unless)


def suspect(*mistakes, change=None):
    """A backward pass with ``mistakes``, or with its right gradients changed by ``change(dW, db)``, and a network."""
    def make(rng):
        def backward(W, b, f, x, y):
            dW, db = backward_pass(W, b, f, x, y, 0.1, Unless(mistakes))
            if change:
                change(dW, db)
            return dW, db

        return backward, *detective_network(rng, (3, 5, 4, 2), 6)

    return make


def one_entry(dW, db):
    """One weight's gradient in the first layer off by a tenth of the largest."""
    dW[1][0, 0] += 0.1 * np.max(np.abs(dW[1]))


def per_cent(dW, db):
    """Every gradient one per cent too large."""
    for part in (dW, db):
        for l in part:
            part[l] *= 1.01


def last_digits(dW, db):
    """Every gradient off in its last digits."""
    for part in (dW, db):
        for l in part:
            part[l] *= 1 + 1e-10


def one_bias(dW, db):
    """The first layer's bias gradient mixed up."""
    db[1] = db[1][::-1].copy()


def turned(dW, db):
    """All signs turned around."""
    for part in (dW, db):
        for l in part:
            part[l] *= -1


def yes_or_no(args: Any, answer: Any) -> dict[str, Any]:
    """A verdict, which is True or False and no text or report."""
    if np.size(answer) != 1 or np.asarray(answer).dtype.kind not in "biuf":
        raise Odd("form", f"True or False is wanted; {describe(answer)} came")
    return {"right": np.asarray(answer).reshape(())}


@exercise(
    "10.4", "backward, W, b, f, x, y -> right",
    observe=yes_or_no,
    cases={
        "a right one": suspect(),
        "right up to rounding": suspect(change=last_digits),
        "updated weights": suspect("updated_weights"),
        "gates that never close": suspect("gate_open"),
        "a planted factor": suspect("planted_factor"),
        "one per cent": suspect(change=per_cent),
        "one bias": suspect(change=one_bias),
        "one weight": suspect(change=one_entry),
        "all signs": suspect(change=turned),
    },
    flaws="""
        always_right: everyone acquitted
            What would have to happen for your function to say no?
        always_wrong: everyone found guilty
            How far may two right gradients be apart, because numbers are rounded?
        weights_only: the weights alone examined
            Which gradients has a layer besides dW?
        last_layer_only: the last layer alone examined
            Through which layers do mistakes of the recursion show?
        too_loose: differences of up to a fifth let pass
            Is a gradient that is one per cent off a right one?
        sizes_only: sizes compared, without their signs
            What does a gradient of the right size and the wrong sign do?
        norms_only: the norms compared, not the entries
            Can two different tables have the same norm?
    """,
    hints="""
        Differences of the loss know the truth: move one weight a little, and see what the loss does.
        Compare every dW and every db, layer by layer, by a relative error.
        Say yes only if all of them agree to many digits, and no for the rest.
    """,
)
def prove(backward, W, b, f, x, y, *, unless):
    dW, db = backward(W, b, f, x, y)
    true_W, true_b = backward_pass(W, b, f, x, y, 0.1, Unless())
    layers = unless(list(W), last_layer_only=[len(W)])
    pairs = [(dW[l], true_W[l]) for l in layers] + unless([(db[l], true_b[l]) for l in layers], weights_only=[])
    see = unless(np.asarray, sizes_only=np.abs, norms_only=np.linalg.norm)
    apart = max(float(np.linalg.norm(see(one) - see(two)) / np.linalg.norm(see(two))) for one, two in pairs)
    return unless(apart < unless(1e-6, too_loose=0.2), always_right=True, always_wrong=False)
