"""What the quizzes say: every number recomputed, every claim tried out, every wrong option named and pointed on."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import bpkit as bp
from bpkit import quizzes
from bpkit.autodiff import Value
from bpkit.exercises.declare import every as declared_exercises
from bpkit.exercises.sealed import passes
from bpkit.quizzes.declare import Choice, Number, Shape, where
from bpkit.quizzes.grade import grade, outcomes, same

FORMS = quizzes.every()
ITEMS = {f"{form.name}/{item.key}": item for form in FORMS for item in form.items}
SOLUTIONS = Path(__file__).parents[1] / "solutions"
EXERCISES = {0: 3, 1: 5, 2: 5, 3: 5, 4: 5, 5: 4, 6: 5, 7: 5, 8: 4, 9: 4, 10: 4}  # as the syllabus numbers them

each_item = pytest.mark.parametrize("name", ITEMS)


# form

def test_every_chapter_opens_with_a_quiz_and_closes_with_an_exit_ticket():
    names = [form.name for form in FORMS]
    for n in range(11):
        assert {f"{n}.warm-up" if n == 0 else f"{n}.retrieval", f"{n}.exit"} <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_quiz_has_three_to_five_items_and_a_prediction_one(form):
    assert len(form.items) == 1 if form.predicts else 3 <= len(form.items) <= 5
    assert len({item.key for item in form.items}) == len(form.items)
    assert form.name.split(".")[0] == str(int(form.name.split(".")[0])), "a name opens with its chapter"


@each_item
def test_exactly_one_answer_is_right_and_every_wrong_one_has_a_name(name):
    item = ITEMS[name]
    known = outcomes(item)
    assert [said.state for _, said in known] == ["right"] + ["wrong"] * len(item.wrong)
    assert len(item.wrong) >= (3 if isinstance(item, Choice) else 2)
    assert all(said.name and said.name[-1] not in ".:?" for _, said in known[1:])
    assert len({said.name for _, said in known}) == len(known), "one name, one mistake"
    for i, (answer, _) in enumerate(known):
        assert not any(same(item, answer, other) for other, _ in known[:i]), "two answers count as one"
    if isinstance(item, Number):
        values = sorted(answer for answer, _ in known)
        assert all(b - a > 2 * item.tolerance for a, b in pairwise(values)), "too close to tell apart"
    if isinstance(item, Choice):
        assert len(item.options) == len(known)
        assert sum(grade(item, letter).state == "right" for letter in item.options) == 1


@each_item
def test_every_text_is_a_sentence_in_the_house_style(name):
    item = ITEMS[name]
    said = [item.why, *(wrong.why for wrong in item.wrong), *([] if isinstance(item, Choice) else [item.hint])]
    for text in said:
        assert len(text) > 15 and text[-1] in ".?", text
    assert item.ask[-1] in "?." and "?" in item.ask
    for text in [item.ask, *said, *(wrong.name for wrong in item.wrong)]:
        assert text.count("`") % 2 == 0, "a back tick is not closed"
        assert not re.search(r"\b(simply|just|obviously|easy|clearly)\b|!|  ", text, re.IGNORECASE), text


def headings(chapter: int) -> list[str]:
    texts = [path.read_text("utf-8") for path in SOLUTIONS.glob(f"{chapter:02d}_*.md")]
    return [line.lstrip("# ").strip() for text in texts for line in text.splitlines() if line.startswith("#")]


@each_item
def test_every_pointer_leads_to_a_place_of_the_course(name):
    item = ITEMS[name]
    declared = {one.number for one in declared_exercises()}
    for at in [wrong.at for wrong in item.wrong] + ([] if isinstance(item, Choice) else [item.at]):
        place, _, heading = at.partition("#")
        chapter, _, number = place.partition(".")
        assert int(chapter) in EXERCISES and (not number or 1 <= int(number) <= EXERCISES[int(chapter)]), at
        if number and any(other.startswith(f"{chapter}.") for other in declared):
            assert place in declared, f"{at} is no exercise"
        if heading and headings(int(chapter)):
            assert heading in headings(int(chapter)), f"chapter {chapter} has no heading {heading!r}"
        assert where(at).startswith("chapter ")


def test_the_right_option_has_no_place_by_habit():
    letters = Counter(outcomes(item)[0][0] for item in ITEMS.values() if isinstance(item, Choice))
    assert set(letters) == set("abcd") and max(letters.values()) <= 0.4 * sum(letters.values()), letters


def test_the_right_option_is_not_told_by_its_length():
    picks = [item for item in ITEMS.values() if isinstance(item, Choice)]
    longest = sum(len(item.right) > max(len(str(wrong.answer)) for wrong in item.wrong) for item in picks)
    assert longest <= 0.3 * len(picks), f"the right option is the longest in {longest} of {len(picks)}"


# numbers: the right answer, then each wrong one in order, then whatever else the texts quote

def sigma(z):
    return float(bp.sigmoid(z))


def softmax(*z):
    return bp.softmax(np.array([z], float).T)[:, 0]


def column(*values):
    return np.array([values], float).T


def example():
    """The worked example of the source document: x, w, y, a, dL/dz, dL/dw."""
    data = bp.data.source_example()
    net = bp.Network([[[0.8]]], [[[0.0]]], "sigmoid")
    grads = net.backward(net.forward(data.x_train), data.y_train, bp.binary_cross_entropy)
    return 0.5, 0.8, 1.0, net.forward(data.x_train).a[1].item(), grads.delta[1].item(), grads.dW[1].item()


def two_units(x, bias=1.0, early=False, direct=False):
    w, b = (2.0, -1.5), (-bias, bias)
    layer = (lambda a, l: w[l] * (a + b[l])) if early else (lambda a, l: w[l] * a + b[l])
    a1 = x if direct else bp.relu(layer(x, 0))
    return layer(a1, 1)


def losses_of_three():
    a, y = np.array([[0.8, 0.4, 0.5]]), np.array([[1.0, 0.0, 1.0]])
    squares = ((a - y) ** 2).sum()
    return [bp.half_mse(a, y), squares / 3, squares / 2, squares, 0.04, 0.16, 0.25]


def cross_entropies():
    a, y = column(0.2, 0.7, 0.1), column(0, 1, 0)
    loss = bp.cross_entropy(a, y)
    return [loss, -loss, loss / np.log(10), loss / 3, bp.binary_cross_entropy(a, y)]


def first_delta():
    """Of a sigmoid with a = 0.8, y = 1: under half_mse, under binary cross-entropy; and dL/da of both."""
    z, a, y = np.log([[4.0]]), np.array([[0.8]]), np.array([[1.0]])
    mse, bce = (bp.output_delta(loss, bp.sigmoid, z, a, y).item() for loss in (bp.half_mse, bp.binary_cross_entropy))
    return mse, bce, bp.half_mse.prime(a, y).item(), bp.binary_cross_entropy.prime(a, y).item()


def mse_delta():
    mse, _, dLda, _ = first_delta()
    return [mse, dLda, -mse, dLda * bp.sigmoid.prime(0.8), 2 * mse, 0.16]


def bce_delta():
    mse, bce, _, dLda = first_delta()
    return [bce, mse, -bce, dLda]


def softmax_pull():
    s, g = softmax(np.log(2), 0, 0), np.array([2.0, 0, 4])
    right = bp.softmax.vjp(np.log(column(2, 1, 1)), column(2, 0, 4))[1].item()
    return [right, (s * (1 - s) * g)[1], (g - g @ s)[1], -right]


def mean_delta():
    z, y = np.array([[3.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0]])
    right = bp.output_delta(bp.half_mse, bp.identity, z, z, y)[0, 0]
    return [right, 4 * right, right / 4, 2 * right]


def odd_targets():
    """Softmax with cross-entropy, a = 0.5 and y = 0.5 in the first class, targets that sum to 0.8."""
    z, y = column(0, 0), column(0.5, 0.3)
    right = bp.output_delta(bp.cross_entropy, bp.softmax, z, bp.softmax(z), y)[0].item()
    return [right, 0.5 - 0.5, -right, 0.5 - 0.5 / 0.8, 0.5 * 0.8]


def back_over_two_wires():
    W, delta, slope = np.array([[0.6, -1], [2, 1]]), column(1, -0.5), column(0.25, 1)
    sent, f = W.T @ delta, slope[0, 0]
    return [sent[0, 0] * f, (W @ delta)[0, 0] * f, sent[0, 0], W[0, 0] * delta[0, 0] * f, delta.sum() * f]


def softmax_delta():
    a, y = column(0.2, 0.5, 0.3), column(0, 0, 1)
    right = bp.output_delta(bp.cross_entropy, bp.softmax, np.log(a), a, y)[2].item()
    return [right, -right, right * 0.3 * 0.7, bp.cross_entropy.prime(a, y)[2].item()]


def weight_entry():
    delta, a = np.array([[1.0, -2]]), np.array([[3.0, 0.5]])
    right = bp.weight_gradient(delta, a).item()
    return [right, (delta * a)[0, 0], right / 2, delta.sum() * a.sum()]


def bias_entry():
    delta = np.array([[0.2, -0.1, 0.5, 0.4]])
    return [bp.bias_gradient(delta).item(), delta.mean(), delta[0, -1], delta[0, 0]]


def batch_of_three():
    """Three examples whose single gradients are 0.6, -0.3, 0.9: identity, w = 0, x = 1, half_mse, y = -gradient."""
    net, single = bp.Network([[[0.0]]], [[[0.0]]], "identity"), np.array([[0.6, -0.3, 0.9]])
    x = np.ones((1, 3))
    right = net.backward(net.forward(x), -single, bp.half_mse).dW[1].item()
    return [right, single.sum(), right / 3, single[0, -1]]


def tanh_unit():
    z = np.arctanh([[0.6]])
    right = bp.hidden_delta(np.array([[-2.0]]), np.array([[0.5]]), z, bp.tanh).item()
    return [right, -2 * 0.5, -2 * 0.5 * 0.6, -2 * 0.5 * bp.tanh.prime(0.6), -right]


def one_step(opt, w, g, steps=1):
    """The weight after ``steps`` steps of ``opt`` with the same gradient g."""
    net, state = bp.Network([[[w]]], [[[0.0]]], "identity"), None
    zero = np.zeros((1, 1))
    for _ in range(steps):
        net, state = opt(net, bp.Grads({1: zero}, {1: np.array([[g]])}, {1: zero}), state)
    return net.W[1].item(), state


def descent():
    right, _ = one_step(bp.SGD(0.1), 1.5, -2.0)
    return [right, 2 * 1.5 - right, one_step(bp.SGD(1.0), 1.5, -2.0)[0], right - 1.5]


def first_adam():
    right, state = one_step(bp.Adam(0.01), 1.0, -4.0)
    m, v = (state[key]["W", 1].item() for key in "mv")
    return [right, one_step(bp.SGD(0.01), 1.0, -4.0)[0], 2 - right, 1 - 0.01 * m / np.sqrt(v)]


def momentum():
    net, zero = bp.Network([[[1.0]]], [[[0.0]]], "identity"), np.zeros((1, 1))
    state = {"v": {("W", 1): np.array([[2.0]]), ("b", 1): zero}}
    new, _ = bp.Momentum(0.1, 0.9)(net, bp.Grads({1: zero}, {1: np.ones((1, 1))}, {1: zero}), state)
    right = new.W[1].item()
    return [right, 1 - 0.1 * 1, 2 - right, 1 - 0.1 * (0.9 * 2 + 0.1 * 1), 0.9 * 2, 2.8]


def averages():
    """Adam's bias correction of the first average, from the state after one and after two steps."""
    m = [one_step(bp.Adam(), 1.0, 3.0, t)[1]["m"]["W", 1].item() / 3 for t in (1, 2, 3)]
    return m


def bound():
    """The eta at which gradient descent on 5 w^2 stops converging, found by trying."""
    def shrinks(eta):
        w = 1.0
        for _ in range(400):
            w -= eta * 10 * w
        return abs(w) < 1
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if shrinks(middle) else (low, middle)
    return [low, 1 / 10, 2 / 5]


def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def order():
    off = [abs(central(np.exp, 0.7, h) - np.exp(0.7)) for h in (0.02, 0.01)]
    sided = [abs((np.exp(0.7 + h) - np.exp(0.7)) / h - np.exp(0.7)) for h in (2e-4, 1e-4)]
    return [round(off[0] / off[1], 2), round(sided[0] / sided[1], 2), 2.0**3]


def square_at_three(h=0.1):
    def f(x):
        return x * x
    rise = f(3 + h) - f(3 - h)
    return [central(f, 3, h), (f(3 + h) - f(3)) / h, (f(3) - f(3 - h)) / h, rise / h, rise, f(3 + h), f(3 - h), 2 * h,
            3 + h, 3 - h]


def slope_of(f, x):
    """f'(x) by the complex step."""
    return f(x + 1e-20j).imag / 1e-20


def first_loss(C):
    return bp.cross_entropy(np.full((C, 1), 1 / C), np.eye(C)[:, :1])


def gate():
    z, back = np.array([[2.0]]), np.array([[-3.0]])
    right = bp.relu.vjp(z, back).item()
    return [right, bp.relu(back).item(), (back * bp.relu(z)).item(), -right]


def pencil():
    """The network that travels through chapters 1 to 7, with its x and y."""
    net = bp.Network([[[0.5, -1.0], [1.0, 0.5]], [[1.0, -0.5]]], [[[0.0], [0.5]], [[0.25]]], "sigmoid")
    return net, column(1, 2), column(1)


def second_sum():
    net, x, _ = pencil()
    W, b = net.W[1], net.b[1]
    return [bp.affine(W, x, b)[1, 0], (W @ x)[1, 0], bp.affine(W.T, x, b)[1, 0], (W @ (x + b[1, 0]))[1, 0],
            (W / 2 @ x + b)[1, 0]]


def relu_walk():
    net, x, _ = pencil()
    z = net.forward(x).z[1]
    out = [bp.affine(net.W[2], a, net.b[2]).item() for a in (bp.relu(z), z, np.abs(z))]
    return [*out, out[0] - 0.25, sigma(out[0]), *z.ravel(), 0.25, 0.5]


def nudged_product():
    def value(x):
        return (x + 5) * -4
    change = value(-1.9) - value(-2)
    return [change, -1.9 - -2, abs(change), value(-1.9), 0.1 * (-2 + 5), value(-2)]


def neuron_slope(w=0.5, x=2, b=-1):
    a, slope = sigma(w * x + b), bp.sigmoid.prime(w * x + b)
    right, printed = slope_of(lambda w: bp.sigmoid(w * x + b), w), round(bp.sigmoid.prime(x), 3)
    return [right, printed * x, slope, slope + x, slope * w, a * x, a, printed]


def three_steps():
    right = slope_of(lambda z: (bp.sigmoid(z) - 0) ** 2 / 2, 0.0)
    a, slope = sigma(0), bp.sigmoid.prime(0.0)
    return [right, a - 0, slope, a + slope, a * 0 * (1 - 0)]


def shared_weight(w=0.25, x1=1, x2=2):
    paths = [w * x2 * x1, w * x1 * x2]
    return [slope_of(lambda w: (w * x1) * (w * x2), w), paths[0], paths[0] * paths[1], x1 + x2, w * x1 * w * x2]


NUMBERS = {
    "0.warm-up/slope": lambda: [(2.6 - 2) / (1.2 - 1), 2.6 - 2, (1.2 - 1) / (2.6 - 2), 2.6 / 1.2, 1.2 - 1],
    "0.warm-up/composition": lambda: [(3 + 1) ** 2, 3**2 + 1, 3**2 * (3 + 1), 3**2 + (3 + 1)],
    "0.forward/z": lambda: [0.8 * 0.5, 0.8 + 0.5, 0.8 / 0.5, example()[3]],
    "1.retrieval/dw": lambda: [(0.25 - 1) * 2, 0.25 - 1, (1 - 0.25) * 2, (0.25 - 1) * 0.25 * 0.75 * 2],
    "1.retrieval/central": square_at_three,
    "1.retrieval/relative": lambda: [0.5 / 2.5, 2.5 - 2.0, 0.5 / 2.0, 0.5 / 4.5],
    "1.retrieval/sigmoid": lambda: [sigma(0), float(np.tanh(0)), float(np.exp(0))],
    "1.sum/z": second_sum,
    "1.relu/z2": relu_walk,
    "1.exit/two": lambda: [two_units(2.0), two_units(2.0, direct=True), two_units(2.0, bias=0.0),
                           two_units(2.0, early=True)],
    "2.retrieval/signs": lambda: [2 * 0.2007 / 0.2007, 0.2007 - 0.2007, 2 * 0.2007, 2 * 0.2007 / (2 * 0.2007),
                                  example()[5]],
    "2.cost/cost": lambda: [-np.log(1 / 8), 4 * np.log(2), np.log(2) / 4, np.log(1 / 8), np.log10(8), np.log(2)],
    "2.exit/half_mse": losses_of_three,
    "2.exit/ce": cross_entropies,
    "3.retrieval/bce": lambda: [bp.binary_cross_entropy([[0.9]], [[0]]), -0.0 * np.log(0.9), -np.log(0.9),
                                -np.log10(0.1), np.log(0.1), 1 - 0.9],
    "3.retrieval/order": order,
    "3.nudge/change": nudged_product,
    "3.outer/slope": neuron_slope,
    "3.chain/dz": three_steps,
    "3.paths/dw": shared_weight,
    "3.exit/product": lambda: [slope_of(lambda x: (x + 2) * -4, 1), slope_of(lambda z: (1 + 2) * z, -4), 1,
                               (1 + 2) * -4],
    "3.exit/place": lambda: [slope_of(lambda x: (3 * x + 1) ** 2, 1), 2 * 1 * 3, 2 * (3 * 1 + 1), 2 * (3 * 1 + 1) + 3],
    "3.exit/fork": lambda: [slope_of(lambda w: (w * 3) * (w * 0.5), 2), slope_of(lambda w: (w * 3) * (2 * 0.5), 2),
                            3 * 0.5, 3 + 0.5],
    "4.retrieval/uses": lambda: [slope_of(lambda x: x * x + 3 * x, 2), 2 + 3, 3, 2 + 2],
    "4.retrieval/slope": lambda: [bp.sigmoid.prime(0.0), sigma(0), bp.tanh.prime(0.0), 0],
    "4.retrieval/softmax": lambda: [softmax(np.log(2), np.log(6))[1], sigma(np.log(6)), np.log(6) / np.log(12), 6],
    "4.exit/mse": mse_delta,
    "4.exit/bce": bce_delta,
    "4.exit/vjp": softmax_pull,
    "5.retrieval/mean": mean_delta,
    "5.retrieval/targets": odd_targets,
    "5.retrieval/fork": lambda: [slope_of(lambda h: 1 * (2 * h) + 0.5 * (-3 * h), 1.0), 1 * 2, 0.5 * -3, 1 + 0.5],
    "5.exit/entry": back_over_two_wires,
    "5.exit/gate": gate,
    "5.exit/vanish": lambda: [bp.sigmoid.prime(np.zeros(4)).prod(), bp.sigmoid.prime(np.zeros(4)).sum(), sigma(0) ** 4,
                              sigma(0), bp.sigmoid.prime(0.0)],
    "6.retrieval/softmax": softmax_delta,
    "6.retrieval/bias": lambda: [bp.affine([[3]], [[2]], [[-1]]).item(), 3 * (2 - 1), 3 * 2, 3 * 2 + 1],
    "6.exit/entry": weight_entry,
    "6.exit/db": bias_entry,
    "7.retrieval/batch": lambda: [*batch_of_three(), 1.2],
    "7.retrieval/delta": tanh_unit,
    "7.exit/gd": descent,
    "7.exit/adam": first_adam,
    "7.exit/correction": lambda: [averages()[1], averages()[0], averages()[2], 1 - averages()[1]],
    "7.exit/stable": bound,
    "8.retrieval/momentum": momentum,
    "8.retrieval/uniform": lambda: [first_loss(4), 1 / 4, first_loss(4) / 4, first_loss(4) / np.log(10)],
    "8.exit/batches": lambda: [-(-100 // 32), 100 // 32, 100 / 32, 100],
    "8.exit/first-loss": lambda: [first_loss(10), 1 / 10, first_loss(10) / np.log(10), 0],
    "9.retrieval/stale": lambda: [2 + 2 + 2, 2, 2 + 2],
    "9.retrieval/m-hat": lambda: [3 * averages()[0] / (1 - 0.9), 3 * averages()[0], 0.9 * 3, 1 - 0.9],
    "9.retrieval/square": lambda: [slope_of(lambda v: v * v, 3), 3, 3**2, 1],
    "9.price/seconds": lambda: [2 * 100_000 * 0.001, 100_000 * 0.001, 2 * 0.001, 2 * 100_000],
    "9.direction/loss": lambda: [3 * 100**2, 2 * 100**3 + 100**2, 3 * 100, 100**3],
    "9.early/dx": lambda: [-4 * -3 + -6, slope_of(lambda x: (x * -3) * (x * -3 + x), 2), -4 * -3, -6 * -3],
    "9.exit/unbroadcast": lambda: [np.full((1, 5), 0.2).sum(), 0.2, 0.2 / 5],
}
SHAPES = {
    "1.exit/W": lambda: bp.Network.random([3, 5]).W[1],
    "1.exit/z": lambda: bp.Network.random([3, 5]).forward(np.ones((3, 7))).z[1],
    "1.shape/z": lambda: bp.Network.random([64, 32]).forward(np.ones((64, 100))).z[1],
    "1.flat/z": lambda: np.ones((2, 2)) @ np.array([1.0, 2.0]) + np.ones((2, 1)),
    "2.retrieval/a1": lambda: bp.Network.random([4, 6, 3]).forward(np.ones((4, 10))).a[1],
    "3.retrieval/b2": lambda: bp.Network.random([4, 6, 3]).b[2],
    "5.retrieval/WT": lambda: bp.Network.random([3, 4, 2]).W[2].T,
    "6.retrieval/delta1": lambda: bp.hidden_delta(np.ones((3, 4)), np.ones((3, 7)), np.ones((4, 7)), bp.tanh),
    "6.exit/dW": lambda: bp.weight_gradient(np.ones((4, 7)), np.ones((5, 7))),
    "7.retrieval/db": lambda: bp.bias_gradient(np.ones((4, 7))),
    "9.exit/vjp": lambda: (Value(np.ones((4, 3))) @ Value(np.ones((3, 10)))).vjps[1](np.ones((4, 10))),
}
QUOTED = {  # numbers in the texts of choices
    "0.sign/sign": lambda: [example()[3]],
    "0.exit/rounding": lambda: [example()[5], example()[4], example()[4] * 0.5, -0.4013 * 0.5, -0.2006],
    "2.exit/half": lambda: [bp.binary_cross_entropy([[0.9]], [[0]]), bp.binary_cross_entropy([[0.9]], [[1]]), 0.9 - 1],
    "3.exit/meaning": lambda: [0.01, 0.2 * 0.01],
    "4.exit/saturated": lambda: [0.999, 0.999 * 0.999 * 0.001],
    "10.retrieval/first-loss": lambda: [first_loss(10)],
}


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if isinstance(item, Number)])
def test_every_number_that_counts_as_an_answer_is_what_bpkit_computes(name):
    item, computed = ITEMS[name], NUMBERS[name]()
    stated = [item.right, *(wrong.answer for wrong in item.wrong)]
    for value, known in zip(computed, stated, strict=False):
        digits = len(repr(known).partition(".")[2]) if isinstance(known, float) else 0
        rounding = 0.51 * 10.0**-digits if digits >= 4 else item.tolerance / 10 + 1e-12
        assert abs(value - known) <= rounding, f"{known} is {value}"
    assert len(computed) >= len(stated)


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if isinstance(item, Shape)])
def test_every_shape_that_counts_as_an_answer_is_what_bpkit_has(name):
    assert SHAPES[name]().shape == ITEMS[name].right


@each_item
def test_every_number_in_a_text_is_given_or_computed(name):
    item = ITEMS[name]
    computed = NUMBERS.get(name, QUOTED.get(name, list))()
    options = [item.right, *(str(wrong.answer) for wrong in item.wrong)] if isinstance(item, Choice) else []
    said = " ".join([item.why, *options, *(wrong.why for wrong in item.wrong), getattr(item, "hint", "")])
    given = set(re.findall(r"\d+\.\d+", item.ask))
    long = {number for number in given if len(number.partition(".")[2]) >= 4}
    for number in long | (set(re.findall(r"\d+\.\d+", said)) - given):
        digits = len(number.partition(".")[2])
        near = any(abs(abs(value) - float(number)) <= 0.51 * 10.0**-digits for value in computed)
        assert near, f"{number} is neither given nor computed"


# claims: what the answers of the choices say, tried out

def test_the_gradient_of_the_example_is_negative_and_a_larger_weight_lowers_the_loss():
    x, w, y, a, delta, dw = example()
    assert a < y and delta < 0 and dw < 0
    assert -np.log(sigma((w + 0.01) * x)) < -np.log(sigma(w * x))


def test_twice_the_input_and_half_the_weight_double_the_gradient():
    def dw(x, w):
        return slope_of(lambda w: np.log(1 + np.exp(-w * x)), w)
    assert dw(1.0, 0.4) == pytest.approx(2 * dw(0.5, 0.8), rel=1e-12)


def test_one_example_with_target_one_has_no_best_weight():
    w, path = 0.8, []
    for _ in range(2000):
        path.append((w, np.log1p(np.exp(-0.5 * w))))
        w -= 0.1 * (sigma(0.5 * w) - 1) * 0.5
    weights, losses = np.array(path).T
    assert (np.diff(weights) > 0).all() and (np.diff(losses) < 0).all() and losses[-1] > 0
    assert (np.diff(weights, 2) < 0).all(), "ever more slowly"


def test_the_error_of_a_central_difference_falls_and_grows_again():
    exact = example()[5]
    errors = [abs(central(lambda w: np.log1p(np.exp(-0.5 * w)), 0.8, h) - exact) for h in (1e-1, 1e-5, 1e-15)]
    assert errors[1] < errors[0] / 1000 and errors[1] < errors[2] / 1000


def test_a_shift_leaves_softmax_as_it_is_and_one_class_is_always_one():
    np.testing.assert_allclose(softmax(1, 3), softmax(101, 103), rtol=1e-12)
    assert softmax(-7.3) == 1 and softmax(5.0) == 1
    assert softmax(1.7, 0)[0] == pytest.approx(sigma(1.7))


def test_half_of_binary_cross_entropy_is_flat_at_target_zero():
    assert bp.cross_entropy([[0.9]], [[0]]) == 0
    z, y = np.log([[9.0]]), [[0.0]]
    assert bp.output_delta(bp.cross_entropy, bp.sigmoid, z, bp.sigmoid(z), y) == 0
    assert bp.output_delta(bp.binary_cross_entropy, bp.sigmoid, z, bp.sigmoid(z), y) == pytest.approx(0.9)


def test_the_logarithm_of_an_underflowed_softmax_is_infinite_and_from_z_it_is_not():
    z = np.array([[0.0], [1000.0]])
    with np.errstate(divide="ignore"):
        assert np.isneginf(np.log(bp.softmax(z))[0, 0])
    assert bp.Network([np.eye(2)], [np.zeros((2, 1))], "softmax").loss(z, [[1.0], [0.0]], bp.cross_entropy) == 1000


def test_a_minus_y_holds_for_the_three_pairs_and_not_for_sigmoid_with_half_the_squared_error():
    z, y = np.array([[0.3], [-1.2], [0.8]]), column(0, 1, 0)
    for loss, f in ((bp.half_mse, bp.identity), (bp.binary_cross_entropy, bp.sigmoid), (bp.cross_entropy, bp.softmax)):
        np.testing.assert_allclose(bp.output_delta(loss, f, z, f(z), y), f(z) - y, atol=1e-12)
    a = bp.sigmoid(z)
    np.testing.assert_allclose(bp.output_delta(bp.half_mse, bp.sigmoid, z, a, y), (a - y) * a * (1 - a), atol=1e-12)


def test_a_sure_and_wrong_sigmoid_learns_faster_under_cross_entropy():
    z, y = np.log([[999.0]]), [[0.0]]
    bce, mse = (bp.output_delta(loss, bp.sigmoid, z, bp.sigmoid(z), y).item()
                for loss in (bp.binary_cross_entropy, bp.half_mse))
    assert bce == pytest.approx(0.999) and mse == pytest.approx(0.001, abs=1e-5)


def test_under_both_losses_the_slope_is_negative_and_that_of_cross_entropy_is_larger_in_size():
    z, y = np.array([[-0.03]]), np.array([[1.0]])
    mse, bce = (bp.output_delta(loss, bp.sigmoid, z, bp.sigmoid(z), y).item()
                for loss in (bp.half_mse, bp.binary_cross_entropy))
    assert bce < mse < 0


def test_a_class_of_a_softmax_that_rises_is_paid_for_by_all_others_in_proportion():
    before, after = softmax(0.3, -1.0, 0.8), softmax(0.3, -0.9, 0.8)
    assert after[1] > before[1] and after[0] < before[0] and after[2] < before[2]
    assert after[0] / after[2] == pytest.approx(before[0] / before[2])


def test_after_ten_steps_only_cross_entropy_has_moved_a_sure_and_wrong_sigmoid_to_the_right_side():
    said = {}
    for loss in (bp.half_mse, bp.binary_cross_entropy):
        z = np.array([[-6.0]])
        for _ in range(10):
            z = z - bp.output_delta(loss, bp.sigmoid, z, bp.sigmoid(z), [[1.0]])
        said[loss.name] = bp.sigmoid(z).item()
    assert said["binary_cross_entropy"] > 0.5 > 0.01 > said["half_mse"]


def test_a_negative_wire_turns_the_sign_of_the_error_and_a_positive_one_keeps_it():
    delta = bp.hidden_delta(np.array([[1.0, -0.5]]), np.array([[-0.5]]), np.array([[-1.5], [2.5]]), bp.sigmoid)
    assert delta[0] < 0 < delta[1]


def test_a_twin_for_every_wire_doubles_the_slope_along_the_unit():
    W, delta = column(2, -1, 0.5), column(0.3, 0.4, -0.2)
    once, twice = (bp.hidden_delta(np.vstack([W] * n), np.vstack([delta] * n), np.zeros((1, 1)), bp.identity).item()
                   for n in (1, 2))
    assert twice == pytest.approx(2 * once) and once != 0


def test_nineteen_sigmoids_leave_almost_nothing_of_a_delta():
    net = bp.Network.random([8] * 21, "sigmoid", "identity", rng=0)
    x, y = np.random.default_rng(1).normal(size=(2, 8, 16))
    delta = net.backward(net.forward(x), y, bp.half_mse).delta
    assert np.linalg.norm(delta[1]) < 1e-8 * np.linalg.norm(delta[20])


def test_only_a_square_weight_matrix_hides_a_missing_transpose():
    net = bp.Network.random([64, 32, 32, 10])
    assert net.W[2] @ np.ones((32, 3)) is not None
    with pytest.raises(ValueError, match="mismatch"):
        net.W[3] @ np.ones((10, 3))


def test_the_elementwise_product_gives_every_column_the_same_step():
    delta, a_prev, W = column(1, -2, 3), column(0.5, 4, -1), np.zeros((3, 3))
    step = W - 0.1 * (delta * a_prev)
    assert step.shape == (3, 3) and (step == step[:, :1]).all()
    assert not np.allclose(step, W - 0.1 * delta @ a_prev.T)


def test_two_weights_of_one_unit_have_gradients_in_proportion_to_their_inputs():
    net = bp.Network([[[0.5, -1], [1, 0.5]], [[1, -0.5]]], [[[0], [0.5]], [[0.25]]], "sigmoid")
    grads = net.backward(net.forward([[1], [2]]), [[1]], bp.binary_cross_entropy)
    first, second = grads.dW[1][0]
    assert grads.delta[1][0] < 0 and first < 0 and second == pytest.approx(2 * first)


def test_a_batch_with_every_example_twice_has_half_the_deltas_and_the_same_gradients():
    net, rng = bp.Network.random([3, 4, 2], rng=1), np.random.default_rng(2)
    x, y = rng.standard_normal((3, 5)), bp.one_hot([0, 1, 1, 0, 1])
    once = net.backward(net.forward(x), y, bp.cross_entropy)
    twice = net.backward(net.forward(np.hstack([x, x])), np.hstack([y, y]), bp.cross_entropy)
    for l in (1, 2):
        np.testing.assert_allclose(twice.delta[l], np.hstack([once.delta[l]] * 2) / 2, rtol=1e-12)
        np.testing.assert_allclose(twice.dW[l], once.dW[l], rtol=1e-12)


def test_gradient_descent_moves_ten_times_as_far_on_a_slope_ten_times_as_steep_wherever_it_stands():
    moved = {(w, g): one_step(bp.SGD(0.1), w, g)[0] - w for w in (0.5, 40.0) for g in (0.3, 3.0)}
    assert moved[0.5, 3.0] == pytest.approx(10 * moved[0.5, 0.3])
    assert moved[40.0, 3.0] == pytest.approx(moved[0.5, 3.0]) and moved[0.5, 3.0] != -0.1


def test_the_steep_weight_of_a_valley_sets_the_limit_and_the_flat_one_crawls_below_it():
    curvature = np.array([1.0, 50.0])

    def left(eta):
        """What is left of the way to the middle after sixty steps, in the flat and in the steep direction."""
        w = np.ones(2)
        for _ in range(60):
            w = w - eta * curvature * w
        return abs(w)
    flat, steep = left(0.038)
    assert steep < 0.01 < 0.05 < flat < 1, "below the limit both shrink, the flat one slowly"
    assert left(0.042)[1] > 100 and left(0.042)[0] < 1, "above it the steep one diverges alone"
    assert left(1.0)[0] == 0 and left(1.0 / 50)[1] == 0, "one step home: the flat one needs fifty times the eta"


def test_a_velocity_on_a_constant_slope_approaches_one_over_one_minus_beta():
    sizes = [one_step(bp.Momentum(0.1, 0.8), 1.0, 1.0, steps)[1]["v"]["W", 1].item() for steps in (1, 5, 20, 100)]
    assert sizes == sorted(sizes) and sizes[0] == 1 and sizes[-1] == pytest.approx(5)


def test_the_first_step_of_adam_has_the_length_eta_whatever_the_gradient():
    for g in (3.0, 0.03):
        assert 1.0 - one_step(bp.Adam(0.1), 1.0, g)[0] == pytest.approx(0.1, rel=1e-5)


def test_from_zero_weights_only_the_output_bias_gets_a_gradient():
    net = bp.Network([np.zeros((4, 3)), np.zeros((2, 4))], [np.zeros((4, 1)), np.zeros((2, 1))], ["tanh", "softmax"])
    x, y = np.ones((3, 1)), column(1, 0)
    grads = net.backward(net.forward(x), y, bp.cross_entropy)
    assert not any(g.any() for g in (grads.dW[1], grads.dW[2], grads.db[1])) and grads.db[2].all()


def test_a_gate_at_zero_or_more_after_relu_never_closes_and_one_above_zero_is_the_gate_at_z():
    z = np.linspace(-3, 3, 13)
    a = bp.relu(z)
    assert (a >= 0).all() and not (a > 0).all()
    assert ((a > 0) == (z > 0)).all()


def sealed_scene(N=8, scale=1.0, bias=0.0):
    """A relu network with a softmax output, its batch, and how far a sealed pass is off in dW[1]."""
    net, rng = bp.Network.random([3, 5, 4, 2], "relu", "softmax", rng=9), np.random.default_rng(9)
    net = bp.Network({l: scale * w for l, w in net.W.items()}, {l: net.b[l] + bias for l in net.b}, net.f)
    x, y = rng.normal(size=(3, N)), bp.one_hot(rng.integers(2, size=N), 2)

    def off(letter, eta=0.1, y=y):
        true, found = net.backward(net.forward(x), y, bp.cross_entropy).dW[1], passes[letter](net.W, net.b, net.f, x, y, eta)
        return np.linalg.norm(found[0][1] - true) / np.linalg.norm(true)
    return net, x, y, off


def test_a_smaller_step_tells_updated_weights_from_an_open_gate_and_other_labels_do_not():
    *_, y, off = sealed_scene()
    assert off("C", 0.001) < 0.02 * off("C") and off("D", 0.001) == off("D")
    assert off("C", y=y[::-1]) != off("C") and off("D", y=y[::-1]) != off("D")
    *_, off = sealed_scene(N=1)
    assert off("C") > 0.01 and off("D") > 0.01, "one example shows both mistakes"


def test_an_open_gate_does_no_harm_where_every_z_is_above_zero_and_small_weights_do_not_lift_it():
    *_, off = sealed_scene(scale=0.1, bias=1.0)
    assert off("D") < 1e-12
    for scale in (1.0, 0.1):
        net, x, *_, off = sealed_scene(scale=scale)
        assert off("D") > 0.1
        if scale == 1.0:
            gates = net.forward(x).z[1] > 0
    assert ((net.forward(x).z[1] > 0) == gates).all()


def test_on_one_example_a_sum_a_mean_and_a_missing_division_are_the_same_and_other_mistakes_show():
    from bpkit.exercises.declare import Unless
    from bpkit.exercises.sealed import backward_pass

    net, x, y, _ = sealed_scene(N=1)

    def gradients(*mistakes):
        dW, db = backward_pass(net.W, net.b, net.f, x, y, 0.1, Unless(mistakes))
        return np.concatenate([g.ravel() for part in (dW, db) for g in part.values()])
    right = gradients()
    for name in ("not_divided_by_N", "bias_mean", "divided_everywhere"):
        assert np.array_equal(gradients(name), right)
    for name in ("gate_open", "updated_weights"):
        assert not np.allclose(gradients(name), right)


def test_the_error_of_already_updated_weights_follows_the_step_size():
    net, rng = bp.Network.random([3, 4, 2], rng=1), np.random.default_rng(2)
    x, y = rng.standard_normal((3, 5)), bp.one_hot([0, 1, 1, 0, 1])
    trace = net.forward(x)
    grads = net.backward(trace, y, bp.cross_entropy)

    def gap(eta):
        moved = bp.hidden_delta(net.step(grads, eta).W[2], grads.delta[2], trace.z[1], bp.tanh)
        return np.linalg.norm(moved - grads.delta[1])
    assert gap(0.1) / gap(0.01) == pytest.approx(10, rel=1e-9)


def test_large_initial_weights_cost_more_than_guessing():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 200)), bp.one_hot(rng.integers(0, 10, 200), 10)
    guess, sure = (bp.Network([scale * rng.standard_normal((10, 20))], [np.zeros((10, 1))], "softmax")
                   .loss(x, y, bp.cross_entropy) for scale in (0.01, 1.5))
    assert guess == pytest.approx(np.log(10), abs=0.05) and sure > 5
