"""Published worked examples, a test a source, every printed digit.

Facts and figures only; each test says where they were printed and how they were set up. Where a printed figure is off,
the test says what makes it so.
"""

import numpy as np
import pytest
import sympy as sp

import bpkit as bp
from bpkit.differences import gradcheck
from bpkit.symbolic.functions import plain, relu


def prints(value, text):
    """Assert that a number, rounded to the decimals of ``text``, is what ``text`` says."""
    half = 0.5000001 * 10.0 ** -len(text.partition(".")[2])
    assert abs(float(value) - float(text)) <= half, f"computed {float(value)!r}, printed {text}"


def all_print(values, texts):
    for value, text in zip(np.ravel(values), texts.split(), strict=True):
        prints(value, text)


# M. Mazur, "A Step by Step Backpropagation Example", mattmazur.com/2015/03/17: two inputs, two hidden and two output
# sigmoids, weights 0.15 .. 0.55, a bias a layer (0.35, 0.60, not updated), E = sum of (target - out)^2 / 2, eta = 0.5.
MAZUR = bp.Network(
    [np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])],
    [np.full((2, 1), 0.35), np.full((2, 1), 0.60)],
    "sigmoid",
)
MAZUR_X, MAZUR_Y = np.array([[0.05], [0.10]]), np.array([[0.01], [0.99]])


def mazur_step(net, updated_first=False):
    """One step of gradient descent on the weights; ``updated_first``: the hidden delta from the new output weights."""
    trace = net.forward(MAZUR_X)
    delta_2 = bp.output_delta("half_mse", net.f[2], trace.z[2], trace.a[2], MAZUR_Y)
    W2 = net.W[2] - 0.5 * bp.weight_gradient(delta_2, trace.a[1])
    delta_1 = bp.hidden_delta(W2 if updated_first else net.W[2], delta_2, trace.z[1], net.f[1])
    return bp.Network([net.W[1] - 0.5 * bp.weight_gradient(delta_1, MAZUR_X), W2], net.b, net.f)


def test_mazur_forward_pass():
    trace = MAZUR.forward(MAZUR_X)
    prints(trace.z[1][0, 0], "0.3775")
    all_print(trace.a[1], "0.593269992 0.596884378")
    prints(trace.z[2][0, 0], "1.105905967")
    all_print(trace.a[2], "0.75136507 0.772928465")
    all_print((trace.a[2] - MAZUR_Y) ** 2 / 2, "0.274811083 0.023560026")
    prints(MAZUR.loss(MAZUR_X, MAZUR_Y, "half_mse"), "0.298371109")


def test_mazur_backward_pass_and_updated_weights():
    trace = MAZUR.forward(MAZUR_X)
    grads = MAZUR.backward(trace, MAZUR_Y, "half_mse")
    prints(bp.half_mse.prime(trace.a[2], MAZUR_Y)[0, 0], "0.74136507")
    prints(bp.sigmoid.prime(trace.z[2])[0, 0], "0.186815602")
    prints(grads.delta[2][0, 0], "0.138498562")
    prints(grads.dW[2][0, 0], "0.082167041")
    prints((MAZUR.W[2].T @ grads.delta[2])[0, 0], "0.036350306")
    prints(bp.sigmoid.prime(trace.z[1])[0, 0], "0.241300709")
    prints(grads.dW[1][0, 0], "0.000438568")
    after = mazur_step(MAZUR)
    all_print(after.W[2], "0.35891648 0.408666186 0.511301270 0.561370121")
    all_print(after.W[1], "0.149780716 0.19956143 0.24975114 0.29950229")


def test_mazur_shares_of_error_and_the_one_that_was_rounded_on_the_way():
    grads = MAZUR.backward(MAZUR.forward(MAZUR_X), MAZUR_Y, "half_mse")
    shares = MAZUR.W[2][:, 0] * grads.delta[2][:, 0]
    prints(shares[0], "0.055399425")
    prints(shares[1], "-0.019049118")  # printed: -0.019049119
    slope = round(0.772928465 * (1 - 0.772928465), 9)
    prints(round((0.772928465 - 0.99) * slope, 9) * 0.50, "-0.019049119")  # a chain of factors rounded to nine decimals


def test_mazur_loss_after_one_step_diagnoses_updated_weights():
    right, wrong = mazur_step(MAZUR), mazur_step(MAZUR, updated_first=True)
    prints(right.loss(MAZUR_X, MAZUR_Y, "half_mse"), "0.2910277737")
    prints(wrong.loss(MAZUR_X, MAZUR_Y, "half_mse"), "0.291027924")  # printed: this one
    prints(wrong.W[1][0, 0], "0.149817639")  # printed: 0.149780716, the weight of the right step


@pytest.mark.slow
def test_mazur_outputs_after_ten_thousand_steps_carry_the_same_mistake():
    net = MAZUR
    for _ in range(10_000):
        net = mazur_step(net, updated_first=True)
    all_print(net.forward(MAZUR_X).a[2], "0.015912196 0.984065734")
    prints(net.loss(MAZUR_X, MAZUR_Y, "half_mse"), "0.000035085")


def test_han_and_kamber_example_9_1():
    # J. Han, M. Kamber and J. Pei, "Data Mining: Concepts and Techniques", 3rd ed. 2012, Example 9.1: x = (1, 0, 1),
    # target 1, hidden units 4 and 5, output unit 6, sigmoids, eta = 0.9. Their Err is -delta, and updates are added.
    net = bp.Network(
        [np.array([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]]), np.array([[-0.3, -0.2]])],
        [np.array([[-0.4], [0.2]]), np.array([[0.1]])],
        "sigmoid",
    )
    x, y = np.array([[1.0], [0], [1]]), np.array([[1.0]])
    trace = net.forward(x)
    grads = net.backward(trace, y, "half_mse")
    all_print([*trace.z[1], *trace.z[2]], "-0.7 0.1 -0.105")
    all_print([*trace.a[1], *trace.a[2]], "0.332 0.525 0.474")
    prints(-grads.delta[2].item(), "0.1312")  # printed: 0.1311
    prints(0.474 * (1 - 0.474) * (1 - 0.474), "0.1311")  # a product of rounded factors
    all_print(-grads.delta[1], "-0.0087 -0.0065")
    after = net.step(grads, 0.9)
    all_print(after.W[2], "-0.261 -0.138")
    all_print(after.W[1], "0.192 0.4 -0.508 -0.306 0.1 0.194")
    all_print([*after.b[1], *after.b[2]], "-0.408 0.194 0.218")


# A. Trask, "A Neural Network in 11 lines of Python", iamtrask.github.io/2015/07/12: 3-4-1 sigmoids without biases, xor
# with a constant third input, np.random.seed(1), weights 2 U - 1, the sum over the batch with step 1 (half_mse's mean
# with step 4); printed is the mean absolute error before each ten-thousandth step.
TRASK = "0.496410031903 0.00858452565325 0.00578945986251 0.00462917677677 0.00395876528027 0.00351012256786"
TRASK_X, TRASK_Y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]), np.array([[0.0, 1, 1, 0]])


def trask_errors(steps):
    affine, weight_gradient = (
        bp.affine.__wrapped__,
        bp.weight_gradient.__wrapped__,
    )  # the equations without their checks
    random, f = np.random.RandomState(1), bp.sigmoid
    W1, W2 = 2 * random.random_sample((3, 4)).T - 1, 2 * random.random_sample((4, 1)).T - 1
    b1, b2, errors = np.zeros((4, 1)), np.zeros((1, 1)), []
    for step in range(steps):
        z1 = affine(W1, TRASK_X, b1)
        a1 = f.value(z1)
        z2 = affine(W2, a1, b2)
        a2 = f.value(z2)
        delta_2 = f.slope(z2) * (a2 - TRASK_Y) / 4
        delta_1 = f.slope(z1) * (W2.T @ delta_2)
        if step % 10_000 == 0:
            errors.append(abs(TRASK_Y - a2).mean())
            assert np.allclose(delta_2, bp.output_delta("half_mse", f, z2, a2, TRASK_Y), rtol=1e-12)
            assert np.allclose(delta_1, bp.hidden_delta(W2, delta_2, z1, f), rtol=1e-12)
        W1, W2 = W1 - 4 * weight_gradient(delta_1, TRASK_X), W2 - 4 * weight_gradient(delta_2, a1)
    return errors


def test_trask_first_error():
    prints(trask_errors(1)[0], TRASK.split()[0])


@pytest.mark.slow
def test_trask_errors_over_sixty_thousand_steps():
    all_print(trask_errors(50_001), TRASK)


def test_cs231n_toy_losses():
    # Stanford CS231n, assignment 2 (FullyConnectedNets.ipynb), TwoLayerNet: 3 examples of 5 features, 50 hidden relu
    # units, 7 classes, softmax; weights, biases and inputs from linspace, rows as examples; labels 0, 5, 1;
    # regularisation reg/2 sum W^2 with reg = 0 and 1.
    W1, W2 = np.linspace(-0.7, 0.3, 250).reshape(5, 50), np.linspace(-0.3, 0.4, 350).reshape(50, 7)
    b = [np.linspace(-0.1, 0.9, 50)[:, None], np.linspace(-0.9, 0.1, 7)[:, None]]
    net = bp.Network([W1.T, W2.T], b, ["relu", "softmax"])
    x, y = bp.columns(np.linspace(-5.5, 4.5, 15).reshape(5, 3).T), bp.one_hot([0, 5, 1], 7)
    scores = net.forward(x).z[2].T
    all_print(scores[0], "11.53165108 12.2917344 13.05181771 13.81190102 14.57198434 15.33206765 16.09215096")
    all_print(scores[1], "12.05769098 12.74614105 13.43459113 14.1230412 14.81149128 15.49994135 16.18839143")
    all_print(scores[2], "12.58373087 13.20054771 13.81736455 14.43418138 15.05099822 15.66781506 16.2846319")
    loss = net.loss(x, y, "cross_entropy")
    prints(loss, "3.4702243556")
    prints(loss + 0.5 * sum((w**2).sum() for w in net.W.values()), "26.5948426952")


def test_micrograd_readme():
    # A. Karpathy, github.com/karpathy/micrograd, README: a = -4, b = 2; prints g, dg/da, dg/db to four decimals.
    a, b = sp.symbols("a b", real=True)
    c = 2 * (2 * (a + b) + 1) + 1 - a
    d = 4 * (3 * (a * b + b**3) + relu(b + a)) + relu(b - a)
    g = (c - d) ** 2 / 2 + 10 / (c - d) ** 2
    exact = [plain(e).subs({a: -4, b: 2}) for e in (g, g.diff(a), g.diff(b))]
    assert exact == [sp.Rational(2421, 98), sp.Rational(47620, 343), sp.Rational(221433, 343)]
    all_print([float(v) for v in exact], "24.7041 138.8338 645.5773")
    number = sp.lambdify((a, b), g, [{"relu": lambda z: z if z.real > 0 else 0 * z}, "numpy"])
    report = gradcheck(lambda t: number(t[0], t[1]), np.array([-4.0, 2.0]), np.array([47620, 221433]) / 343)
    assert report.verdict == "agrees"


def test_udl_notebook_7_1_chain():
    # S. Prince, "Understanding Deep Learning", github.com/udlbook/udlbook, Notebooks/Chap07, notebook 7.1:
    # f = b3 + w3 cos(b2 + w2 exp(b1 + w1 sin(b0 + w0 x))), l = (f - y)^2; three decimals.
    beta, omega, x, y = np.array([1.0, 2.0, -3.0, 0.4]), np.array([0.1, -0.4, 2.0, 3.0]), 2.3, 2.0
    f0 = beta[0] + omega[0] * x
    h1 = np.sin(f0)
    f1 = beta[1] + omega[1] * h1
    h2 = np.exp(f1)
    f2 = beta[2] + omega[2] * h2
    h3 = np.cos(f2)
    f3 = beta[3] + omega[3] * h3
    all_print([f0, h1, f1, h2, f2, h3, f3, (f3 - y) ** 2], "1.230 0.942 1.623 5.068 7.137 0.657 2.372 0.139")
    d3 = 2 * (f3 - y)
    e3 = omega[3] * d3
    d2 = -np.sin(f2) * e3
    e2 = omega[2] * d2
    d1 = np.exp(f1) * e2
    e1 = omega[1] * d1
    d0 = np.cos(f0) * e1
    all_print([d3, e3, d2, e2, d1, e1, d0], "0.745 2.234 -1.683 -3.366 -17.060 6.824 2.281")
    slopes = {"beta": np.array([d0, d1, d2, d3]), "omega": np.array([d0 * x, d1 * h1, d2 * h2, d3 * h3])}
    all_print(slopes["beta"], "2.281 -17.060 -1.683 0.745")
    all_print(slopes["omega"], "5.246 -16.079 -8.530 0.489")

    def loss(t):
        b, w = t["beta"], t["omega"]
        return (b[3] + w[3] * np.cos(b[2] + w[2] * np.exp(b[1] + w[1] * np.sin(b[0] + w[0] * x))) - y) ** 2

    assert gradcheck(loss, {"beta": beta, "omega": omega}, slopes).verdict == "agrees"


def test_the_source_document():
    # The document that the course teaches: x = 0.5, w = 0.8, y = 1, one sigmoid without bias, L = -y ln a.
    net = bp.Network([np.array([[0.8]])], [np.zeros((1, 1))], "sigmoid")
    x, y = np.array([[0.5]]), np.array([[1.0]])
    trace = net.forward(x)
    grads = net.backward(trace, y, "binary_cross_entropy")
    loss = net.loss(x, y, "binary_cross_entropy")
    values = [trace.z[1].item(), trace.a[1].item(), loss, grads.delta[1].item(), grads.dW[1].item()]
    all_print(values, "0.4 0.5987 0.513 -0.4013 -0.2007")
    all_print(values, "0.4 0.598687660112452 0.513015252399953 -0.401312339887548 -0.200656169943774")
    prints(
        -0.4013 * 0.5, "-0.20065"
    )  # the printed factors; the gradient is -0.200656, which rounds to -0.2007: round last
    assert abs(-0.4013 * 0.5 - grads.dW[1].item()) > 6e-6
    after = bp.Network([net.W[1] - 0.1 * grads.dW[1]], net.b, "sigmoid")
    prints(after.W[1].item(), "0.8200656")
    prints(after.loss(x, y, "binary_cross_entropy"), "0.509001")
