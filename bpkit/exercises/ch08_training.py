"""Chapter 8: training.

Letters: x (n, N), y (k, N) examples as columns; W, b weights and biases by layer; eta step size, size of a mini-batch;
l layer, L the last one. Random results are judged by what must hold of all of them: nothing lost, nothing torn apart.
"""

from __future__ import annotations

from types import SimpleNamespace

from .. import activations
from .behaviour import Odd
from .cases import normal, one_hot
from .declare import exercise
from .maths import np, slope, softmax, value

# --- 8.1 ------------------------------------------------------------------------------------------------------------


def marked(n, N, size):
    """Examples whose first feature is their own number, and whose target is told by it."""
    def make(rng):
        x = np.concatenate([np.arange(N)[None, :] * 1.0, normal(rng, n - 1, N)])
        return x, np.stack([x[0] * 10, x[0] + 0.5]), size, rng

    return make


def pieces(args, batches):
    """What holds of every right cut into mini-batches, and with a leading _ the order of this one."""
    x, y, size, _ = args
    try:
        pairs = [(np.asarray(one), np.asarray(two)) for one, two in batches]
        seen = np.concatenate([np.zeros(0), *(one[0] for one, _ in pairs)])
        told = np.concatenate([np.zeros(0), *(two[0] for _, two in pairs)])
        features = np.concatenate([x[:, :0], *(one for one, _ in pairs)], axis=1)
    except (TypeError, ValueError, IndexError):
        raise Odd("form", "A list of pairs (x, y) is wanted, each with examples as columns; something else came") from None
    home = [np.array_equal(column, x[:, int(column[0])]) for column in features.T]
    return {
        "batches": float(len(pairs)),
        "sizes": np.array([one.shape[1] for one, _ in pairs], dtype=float),
        "examples": np.sort(seen),
        "targets that belong to their example": float(np.sum(told == 10 * seen)),
        "examples left whole": float(np.sum(home)),
        "order drawn anew": float(x.shape[1] < 6 or not np.array_equal(seen, np.arange(len(seen)))),
        "_order": seen,
    }


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


# --- 8.2 ------------------------------------------------------------------------------------------------------------


def spread(args, result):
    """Shapes and biases as they are; of the weights their mean and spread, rounded to what tells mistakes apart."""
    sizes = args[0]
    try:
        W, b = result
        kept = {f"b[{l}]": np.asarray(b[l], dtype=float) for l in range(1, len(sizes))}
        shapes = {f"shape of W[{l}]": np.array(np.shape(W[l]), dtype=float) for l in range(1, len(sizes))}
        weights = {l: np.asarray(W[l], dtype=float) for l in range(1, len(sizes))}
    except (TypeError, ValueError, LookupError):
        raise Odd("form", "Two dicts, W and b, with the layers 1 to L as keys are wanted; something else came") from None
    told = {"layers": float(len(W)), "_weights": np.concatenate([w.ravel() for w in weights.values()])}
    for l, w in weights.items():
        ratio = np.std(w) * np.sqrt(sizes[l - 1])
        centre = np.mean(w) / (np.std(w) or 1.0)
        told[f"spread of W[{l}] times the root of its inputs"] = 1.0 if abs(ratio - 1) < 0.12 else np.round(ratio, 3)
        told[f"centre of W[{l}]"] = 0.0 if abs(centre) < 0.25 else np.round(centre, 1)
        told[f"units of layer {l} that are alike"] = float(len(w) - len(np.unique(np.round(w, 12), axis=0)))
    return shapes | told | kept


@exercise(
    "8.2", "sizes, rng -> W, b",
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


# --- 8.3 ------------------------------------------------------------------------------------------------------------


def training_case(sizes, N, M, eta, epochs, size):
    """A network, N examples to train on and M to test with, whose targets follow another rule; then the numbers."""
    def make(rng):
        from ..network import Network

        L = len(sizes) - 1
        W = {l: normal(rng, sizes[l], sizes[l - 1]) / np.sqrt(sizes[l - 1]) for l in range(1, L + 1)}
        b = {l: 0.1 * normal(rng, sizes[l], 1) for l in W}
        f = {l: activations.softmax if l == L else activations.tanh for l in W}
        x = normal(rng, sizes[0], N + M)
        k = np.argmax(normal(rng, sizes[-1], sizes[0]) @ x, axis=0)
        k[N:] = (k[N:] + 1) % sizes[-1]
        y = np.eye(sizes[-1])[:, k]
        data = SimpleNamespace(x_train=x[:, :N], y_train=y[:, :N], x_test=x[:, N:], y_test=y[:, N:])
        return Network(W, b, f), data, eta, epochs, size, rng

    return make


def outcome_of_training(args, result):
    """The weights where the order of the examples cannot matter, else only whether the loss fell; the number of losses."""
    net, data, _, epochs, size, _ = args
    try:
        trained, losses = result
        parts = {f"{kind}[{l}]": np.asarray(getattr(trained, kind)[l]) for kind in "Wb" for l in net.W}
        losses = np.asarray(losses, dtype=float)
    except (TypeError, ValueError, AttributeError, LookupError):
        raise Odd("form", "A network and a list of losses are wanted; something else came") from None
    before, after = _loss(net.W, net.b, net.f, data), _loss(trained.W, trained.b, net.f, data)
    told = {"losses": float(losses.size), "learned": float(after < 0.8 * before), "losses fall": float(losses[-1] < losses[0])}
    return told | (parts if size >= data.x_train.shape[1] else {})


def _loss(W, b, f, data):
    a = _forward(W, b, f, data.x_train)[1][len(W)]
    return float(-np.sum(data.y_train * np.log(np.maximum(a, 1e-300))) / a.shape[1])


def _forward(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = softmax(z[l]) if f[l].name == "softmax" else value(f[l], z[l])
    return z, a


def gradients(W, b, f, x, y, unless):
    """dL/dW and dL/db of softmax with cross-entropy, by layer."""
    z, a = _forward(W, b, f, x)
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
        "everything in one batch": training_case((3, 4, 2), 12, 6, 0.5, 25, 12),
        "a batch larger than the data": training_case((2, 3), 9, 5, 0.8, 20, 50),
        "mini-batches": training_case((3, 5, 2), 20, 8, 0.4, 30, 6),
        "one example a batch": training_case((2, 4, 2), 10, 4, 0.2, 30, 1),
        "two hidden layers": training_case((3, 4, 3, 2), 10, 6, 0.5, 25, 10),
        "two epochs": training_case((4, 3), 8, 4, 1.5, 2, 8),
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

    x, y = unless((data.x_train, data.y_train), test_data_only=(data.x_test, data.y_test),
                  test_data_too=(np.concatenate([data.x_train, data.x_test], 1), np.concatenate([data.y_train, data.y_test], 1)))
    W, b, f = dict(net.W), dict(net.b), net.f
    step = unless(1, ascent=-1) * unless(eta, eta_ignored=0.1)
    losses, past = [], None
    for _ in range(unless(epochs, one_epoch=1)):
        losses.append(_loss(W, b, f, data))
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


# --- 8.4 ------------------------------------------------------------------------------------------------------------


def history(loss, gradient_norm, stopped=""):
    """Curves of a training run, with the names that bp.History has."""
    loss = np.array(loss)
    return SimpleNamespace(loss=loss, gradient_norm={l: np.array(g) for l, g in gradient_norm.items()}, stopped=stopped,
                           accuracy=np.full(len(loss), 0.1), validation_loss=np.array([]), validation_accuracy=np.array([]))


def run(kind, epochs=30):
    """The curves of a run that went ``kind``, with a little noise."""
    def make(rng):
        e, noise = np.arange(epochs), 0.01 * rng.standard_normal(epochs)
        alive = {1: 0.4 + np.abs(noise), 2: 0.6 + np.abs(noise)}
        flat = np.log(10) + 0.2 * noise
        return ({
            "healthy": lambda: history(0.1 + 2.2 * np.exp(-e / 6) + noise, {l: g * np.exp(-e / 9) for l, g in alive.items()}),
            "eta too large": lambda: history(2.3 + np.where(e % 2, 1.0, -0.2) * (1 + e / 4), {l: 9 * g for l, g in alive.items()}),
            "diverged": lambda: history(np.append(2.3 * 1.8 ** e[:9], np.inf), {l: 40 * g[:10] for l, g in alive.items()},
                                        "not finite in epoch 11"),
            "dead relu": lambda: history(flat, {1: 0 * e + 0.0, 2: 0.02 + np.abs(noise)}),
            "shuffled labels": lambda: history(flat, alive),
            "bug": lambda: history(2.3 * 1.03**e + 0.01 * noise, alive),
            "slow but healthy": lambda: history(2.3 * np.exp(-e / 20) + noise / 4, alive),
        }[kind](),)

    return make


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
