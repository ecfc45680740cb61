"""Chapter 8: training.

Letters: x (n, N), y (k, N) examples as columns; W, b, f weights, biases and activation functions by layer; eta step
size, size of a mini-batch; l layer, L the last one.
"""

from __future__ import annotations

from .declare import exercise
from .maths import np, slope
from .training_cases import (
    forward_pass,
    loss_on,
    marked,
    outcome_of_training,
    pieces,
    run,
    spread,
    training_case,
)


@exercise(
    "8.1", "x (n, N), y (k, N), size, rng -> batches",
    observe=pieces,
    cases={
        "the last batch is smaller": marked(3, 11, 4),
        "batches that fit": marked(2, 12, 4),
        "one example a batch": marked(2, 7, 1),
        "a batch larger than the data": marked(3, 8, 20),
        "one example left over": marked(2, 10, 3),
        "one example in all": marked(2, 1, 4),
    },
    flaws="""
        last_lost: the smaller batch at the end lost
            What becomes of the examples that do not fill a whole batch?
        shuffled_apart: x and y drawn in different orders
            Does the target of an example stay with it?
        not_shuffled: the examples in their old order
            Is anything drawn from rng?
        with_replacement: examples drawn with repetition
            Does every example come exactly once in an epoch?
        padded: the last batch filled up from the start
            Does every example come exactly once in an epoch?
        first_again: the first batch again and again
            Does the place where a batch begins move on?
        size_ignored: one batch of everything
            How many examples belong into one batch?
        rows_shuffled: the features shuffled in place of the examples
            Which axis counts the examples?
        overlapping: batches that overlap by one
            Where does the next batch begin?
    """,
    hints="""
        First an order: all N column numbers, shuffled by rng.
        Cut this order into pieces of the given size; the last piece may be shorter.
        The same piece picks its columns from x and from y.
    """,
)
def minibatches(x, y, size, rng, *, unless):
    N = x.shape[1]
    order = rng.permutation(N)
    order = unless(order, not_shuffled=np.arange(N), with_replacement=order // 2)
    other = unless(order, shuffled_apart=order[::-1])
    x = unless(x, rows_shuffled=np.concatenate([x[:1], x[:0:-1]]))
    starts = unless(range(0, N, size), last_lost=range(0, N - size + 1, size), size_ignored=[0])
    batches = []
    for start in starts:
        at = unless(start, first_again=0)
        end = unless(at + size, size_ignored=N, overlapping=at + size + 1)
        mine, theirs = order[at:end], other[at:end]
        mine, theirs = unless((mine, theirs), padded=(np.take(order, range(at, at + size), mode="wrap"),
                                                      np.take(other, range(at, at + size), mode="wrap")))
        batches.append((x[:, mine], y[:, theirs]))
    return batches


@exercise(
    "8.2", "sizes, rng -> W, b",
    twins={"Network.random": "bpkit.network:Network.random"},
    observe=spread, tolerance=0.06,
    cases={
        "three layers": lambda rng: ([50, 30, 20, 40], rng),
        "one layer": lambda rng: ([60, 40], rng),
        "a narrow layer": lambda rng: ([200, 10, 80], rng),
        "wider and wider": lambda rng: ([20, 60, 180], rng),
        "all alike": lambda rng: ([40, 40, 40], rng),
        "many inputs": lambda rng: ([400, 25, 16], rng),
    },
    flaws="""
        zeros: all weights zero
            What does a hidden unit say, and what comes back to it, if all weights are 0?
        constant: all weights equal
            In what could two units of a layer ever differ?
        too_large: weights of size one
            How large is a sum of 400 such terms? What does tanh make of it?
        too_small: weights of size one hundredth
            What is left of a signal that passes ten such layers?
        by_outputs: a size that follows the outputs instead of the inputs
            How many terms does the weighted sum of one unit have?
        no_root: a division by the number of inputs in place of its root
            How does the size of a sum of random terms grow with their number?
        for_relu: the size that belongs to relu
            Which activation function do the hidden layers have?
        positive: positive weights only
            Should a unit be able to say no?
        units_alike: the same weights for every unit of a layer
            In what could two units of a layer ever differ?
        transposed: rows and columns exchanged
            Does a row of W belong to a unit that receives, or to one that sends?
        random_bias: random biases
            Is there a reason to prefer one unit before any data is seen?
        bias_one: biases of one
            Is there a reason to lift every unit before any data is seen?
    """,
    hints="""
        A layer's W has one row for each of its units, one column for each input; b is a column of zeros.
        The weights are random, so that units differ, and centred on zero.
        A sum of n random terms is about the root of n times as large as one of them. Undo that.
    """,
)
def initialise(sizes, rng, *, unless):
    W, b = {}, {}
    for l in range(1, len(sizes)):
        n, m = sizes[l], sizes[l - 1]
        draw = rng.standard_normal((n, m))
        draw = unless(draw, positive=np.abs(draw), units_alike=np.broadcast_to(draw[:1], (n, m)), zeros=0 * draw,
                      constant=0 * draw + 1)
        size = unless(1 / np.sqrt(m), too_large=1.0, too_small=0.01, by_outputs=1 / np.sqrt(n), no_root=1 / m,
                      for_relu=np.sqrt(2 / m))
        W[l] = unless(size * draw, transposed=(size * draw).T)
        b[l] = unless(np.zeros((n, 1)), random_bias=rng.standard_normal((n, 1)), bias_one=np.ones((n, 1)))
    return W, b


def gradients(W, b, f, x, y, unless):
    """dL/dW and dL/db of softmax with cross-entropy, by layer."""
    z, a = forward_pass(W, b, f, x)
    L, N = len(W), x.shape[1]
    delta = (a[L] - y) / unless(N, not_divided_by_N=1)
    dW, db = {}, {}
    for l in range(L, 0, -1):
        dW[l], db[l] = delta @ a[l - 1].T, np.sum(delta, axis=1, keepdims=True)
        if l > 1:
            delta = (W[l].T @ delta) * slope(f[l - 1], z[l - 1])
    return dW, db


@exercise(
    "8.3", "net, data, eta, epochs, size, rng -> net_new, losses",
    observe=outcome_of_training, tolerance=1e-7,
    twins={"bp.train": "bpkit.training:train"},
    cases={
        "two epochs": training_case((4, 3), 8, 4, 1.5, 2, 8),
        "everything in one batch": training_case((3, 4, 2), 12, 6, 0.5, 25, 12),
        "a batch larger than the data": training_case((2, 3), 9, 5, 0.8, 20, 50),
        "mini-batches": training_case((3, 5, 2), 20, 8, 0.5, 10, 6),
        "one example a batch": training_case((2, 4, 2), 10, 4, 0.3, 8, 1),
        "two hidden layers": training_case((3, 4, 3, 2), 10, 6, 0.5, 25, 10),
    },
    flaws="""
        test_data_too: the test examples trained on as well
            Which examples may the network see before it is tested?
        test_data_only: the test examples trained on instead
            Which examples may the network see before it is tested?
        ascent: steps uphill
            Which way does the gradient point?
        gradients_not_reset: gradients that pile up from step to step
            Does a step need the gradient of this batch, or of all batches so far?
        stale_gradients: the gradients of the first step used for ever
            At which weights are the gradients of the second epoch taken?
        biases_stay: biases that never move
            Which parameters does a network have?
        one_layer: the last layer alone trained
            Which layers take a step?
        one_epoch: a single epoch
            How often does the network see all examples?
        old_network: the network of the start returned
            Which network comes out of the last step, and which one do you return?
        eta_ignored: a step size of its own
            Is the eta that comes in the eta that you use?
        not_divided_by_N: gradients without the 1/N
            Is the loss of a batch a sum, or a mean?
        one_loss: the last loss alone
            How many epochs did you run, and how many losses did you keep?
    """,
    hints="""
        Two loops: over the epochs, and inside over the mini-batches of this epoch.
        For each batch: forward, loss, backward, step. A step gives a new network, which the next batch starts from.
        Keep one loss for each epoch, and return them with the network that came out last.
    """,
)
def train(net, data, eta, epochs, size, rng, *, unless):
    from ..network import Network

    every = np.concatenate([data.x_train, data.x_test], axis=1), np.concatenate([data.y_train, data.y_test], axis=1)
    x, y = unless((data.x_train, data.y_train), test_data_only=(data.x_test, data.y_test), test_data_too=every)
    W, b, f = dict(net.W), dict(net.b), net.f
    step = unless(1, ascent=-1) * unless(eta, eta_ignored=0.1)
    losses, past = [], None
    for _ in range(unless(epochs, one_epoch=1)):
        losses.append(loss_on(W, b, f, data))
        order = rng.permutation(x.shape[1])
        for start in range(0, x.shape[1], size):
            batch = order[start:start + size]
            dW, db = gradients(W, b, f, x[:, batch], y[:, batch], unless)
            dW, db = unless((dW, db), stale_gradients=past or (dW, db), gradients_not_reset=_piled(past, (dW, db)))
            past = dW, db
            moved = unless(W.keys(), one_layer=[len(W)])
            W = {l: W[l] - step * dW[l] if l in moved else W[l] for l in W}
            b = {l: b[l] - step * db[l] if l in moved else b[l] for l in W}
            b = unless(b, biases_stay=dict(net.b))
    result = unless(lambda: Network(W, b, f), old_network=net)
    return result, unless(losses, one_loss=losses[-1:])


def _piled(past, now):
    return now if past is None else tuple({l: old[l] + new[l] for l in new} for old, new in zip(past, now, strict=True))


@exercise(
    "8.4", "history -> name",
    cases={kind: run(kind) for kind in ("healthy", "eta too large", "diverged", "dead relu", "shuffled labels", "bug",
                                        "slow but healthy")},
    flaws="""
        always_healthy: a clean bill of health for everyone
            Which runs do you look at twice?
        rise_is_eta: every rising loss taken for a large eta
            A loss that jumps up and down, and one that rises calmly: what could make it rise calmly?
        rise_is_bug: every rising loss taken for a bug
            A loss that rises calmly, and one that jumps up and down: which of them oversteps the valley?
        gradients_not_read: a dead layer not seen
            The loss does not move: is there a gradient at all?
        flat_is_dead: every flat loss taken for dead units
            The loss does not move: is there a gradient at all?
        flat_is_healthy: a flat loss taken for healthy
            Does the network learn anything?
        overflow_missed: a loss that is no longer finite taken for a bug
            Which mistake in the numbers, not in the code, makes a loss explode?
        any_rise: a single rise of the loss taken for trouble
            May a healthy loss rise a little from one epoch to the next?
    """,
    hints="""
        Look at the ends first: is every loss finite, and is the last one much below the first?
        A loss that does not move has two possible reasons. Which curve tells them apart?
        A loss that rises has two as well: does it rise calmly, or does it jump?
    """,
)
def diagnose(history, *, unless):
    loss, rises = history.loss, np.diff(history.loss)
    calm = unless("bug", rise_is_eta="eta too large")
    jumps = unless("eta too large", rise_is_bug="bug")
    dead = history.gradient_norm[1][-1] == 0
    if not np.isfinite(loss).all():
        found = unless("eta too large", overflow_missed="bug")
    elif abs(loss[-1] - loss[0]) < 0.02 * loss[0]:
        found = unless("dead relu" if dead else "shuffled labels", gradients_not_read="shuffled labels",
                       flat_is_dead="dead relu", flat_is_healthy="healthy")
    elif loss[-1] > loss[0] and (rises > 0).all():
        found = calm
    elif loss[-1] > loss[0]:
        found = jumps
    else:
        found = unless("healthy", any_rise="eta too large" if (rises > 0).any() else "healthy")
    return unless(found, always_healthy="healthy")
