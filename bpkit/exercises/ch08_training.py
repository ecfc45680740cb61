"""Chapter 8: training.

Letters: x (n, N), y (k, N) examples as columns; W, b, f weights, biases and activation functions by layer; eta step
size, size of a mini-batch; l layer, L the last one.
"""

from __future__ import annotations

from ..losses import cross_entropy as course_loss
from ..losses import half_mse
from .declare import exercise
from .history_cases import one_name, runs
from .maths import np
from .training_cases import (
    cross_entropy,
    forward_pass,
    gradients,
    marked,
    outcome_of_training,
    pieces,
    spread,
    training_case,
)
from .training_mistakes import BATCHES, LOOP, SICK, START


@exercise(
    "8.1", "x (n, N), y (k, N), size, rng -> batches",
    observe=pieces,
    cases={
        "the last batch is smaller": marked(3, 11, 4),
        "batches that fit": marked(3, 12, 4),
        "one example a batch": marked(3, 7, 1),
        "a batch larger than the data": marked(3, 8, 20),
        "one example left over": marked(3, 10, 3),
        "one example in all": marked(3, 1, 4),
        "as many features as examples": marked(6, 6, 4, k=6),
    },
    flaws=BATCHES,
    hints="""
        First an order: all N column numbers, shuffled by rng.
        Cut this order into pieces of the given size; the last piece may be shorter.
        The same piece picks its columns from x and from y.
    """,
)
def minibatches(x, y, size, rng, *, unless):
    N = x.shape[1]
    order = rng.permutation(N)
    order = unless(order, not_shuffled=np.arange(N), with_replacement=order // 2,
                   rotated=(np.arange(N) + order[0] + (order[0] == 0)) % N)
    other = unless(order, shuffled_apart=np.roll(order, 1))
    starts = unless(range(0, N, size), last_lost=range(0, N - size + 1, size), size_ignored=[0], first_alone=[0])
    batches = []
    for start in starts:
        at = unless(start, first_again=0)
        end = unless(at + size, size_ignored=N, overlapping=at + size + 1, too_short=at + size - 1, to_the_end=N,
                     end_is_size=size)
        order = unless(order, order_anew=lambda: rng.permutation(N))
        other = unless(other, order_anew=order)
        mine, theirs = order[at:end], other[at:end]
        mine, theirs = unless((mine, theirs), padded=(np.take(order, range(at, at + size), mode="wrap"),
                                                      np.take(other, range(at, at + size), mode="wrap")))
        batches.append(unless(lambda p=mine, q=theirs: (x[:, p], y[:, q]), rows_picked=lambda p=mine: (x[p], y[p])))
    even = [(x[:, part], y[:, part]) for part in np.array_split(order, -(-N // size))]
    return unless(batches, in_equal_parts=even)


@exercise(
    "8.2", "sizes, rng -> W, b",
    twins={"Network.random": "bpkit.network:Network.random"},
    observe=spread, tolerance=0.06, strict=True,
    cases={
        "three layers": lambda rng: ([100, 30, 60, 20], rng),
        "one layer": lambda rng: ([90, 40], rng),
        "a narrow layer": lambda rng: ([200, 10, 80], rng),
        "wider and wider": lambda rng: ([20, 60, 180], rng),
        "all alike": lambda rng: ([40, 40, 40], rng),
        "many inputs": lambda rng: ([400, 25, 50], rng),
        "two inputs": lambda rng: ([2, 2000, 2], rng),
    },
    flaws=START,
    hints="""
        A layer's W has one row for each of its units, one column for each input; b is a column of zeros.
        The weights are random, so that units differ, and centred on zero.
        A sum of m random terms is about the root of m times as large as one of them. Undo that, layer by layer.
    """,
)
def initialise(sizes, rng, *, unless):
    W, b = {}, {}
    for l in range(1, len(sizes)):
        n, m = sizes[l], sizes[l - 1]
        draw = rng.standard_normal((n, m))
        draw = unless(draw, positive=np.abs(draw), units_alike=np.broadcast_to(draw[:1], (n, m)), zeros=0 * draw,
                      constant=0 * draw + 1, evenly=lambda n=n, m=m: rng.uniform(-1, 1, (n, m)),
                      evenly_positive=lambda n=n, m=m: rng.uniform(0, 1, (n, m)),
                      same_numbers=lambda n=n, m=m: np.random.default_rng(0).standard_normal((n, m)))
        size = unless(1 / np.sqrt(m), too_large=1.0, too_small=0.01, one_eighth=1 / 8, by_outputs=1 / np.sqrt(n),
                      first_inputs=1 / np.sqrt(sizes[0]), between=np.sqrt(2 / (n + m)), no_root=1 / m,
                      root_on_top=np.sqrt(m), for_relu=np.sqrt(2 / m), one_less=1 / np.sqrt(m - 1),
                      one_more=1 / np.sqrt(m + 1))
        W[l] = unless(size * draw, transposed=(size * draw).T)
        b[l] = unless(np.zeros((n, 1)), random_bias=lambda n=n: rng.standard_normal((n, 1)), bias_one=np.ones((n, 1)))
    return W, b


DATA = ("test_data_too", "test_data_only", "one_epoch", "one_epoch_less", "size_ignored", "first_heap", "same_order")
STEP = ("passes_at_start", "steps_from_start", "new_weights", "stale_gradients", "gradients_not_reset",
        "not_divided_by_N", "divided_by_all", "divided_twice", "eta_ignored", "eta_twice", "divided_by_size", "ascent",
        "weights_uphill", "one_layer", "weights_stay", "one_step_an_epoch", "old_network")
LOSSES = ("loss_of_z", "half_mse", "loss_exchanged", "loss_after_step", "one_loss", "each_batch", "sum_of_batches",
          "last_batch", "first_batch", "never_cleared", "after_epoch")


@exercise(
    "8.3", "net, data, eta, epochs, size, rng -> net_new, losses",
    observe=outcome_of_training, tolerance=1e-7,
    twins={"bp.train": "bpkit.training:train"},
    cases={
        "a batch larger than the data": training_case((2, 3), 9, 5, 0.8, 2, 50),
        "copies of one example": training_case((3, 4, 2), 6, 4, 0.7, 2, 2, "copies"),
        "everything in one batch": training_case((3, 4, 2), 12, 6, 0.6, 4, 12),
        "a step size of almost nothing": training_case((3, 2), 8, 4, 1e-12, 2, 2),
        "two hidden layers": training_case((3, 4, 3, 2), 10, 6, 0.6, 3, 10),
        "each example marked": training_case((7, 2), 7, 4, 1e-4, 12, 3, "marked"),
    },
    flaws=LOOP,
    hints="""
        The forward pass wants four things. Which W and b does it get: those of net, or the current ones?
        The backward pass wants five things and gives back three. Exercise 6.4 has their order.
        A step makes a new dict: under each layer's number stands that layer's parameter after a step with its gradient.
    """,
)
def train(net, data, eta, epochs, size, rng, *, unless):
    from ..network import Network

    for rivals in (STEP, DATA + LOSSES):  # of each kind one mistake at a time
        unless(None, **dict.fromkeys(rivals))
    examples, held_out = (data.x_train, data.y_train), (data.x_test, data.y_test)
    x, y = unless(examples, test_data_only=held_out,
                  test_data_too=lambda: [np.hstack(both) for both in zip(examples, held_out, strict=True)])
    N = x.shape[1]
    step = unless(eta, eta_ignored=0.5, eta_twice=eta**2, divided_by_size=eta / size)
    down_W, down_b = unless((1, 1), ascent=(-1, -1), weights_uphill=(-1, 1))
    size = unless(size, size_ignored=N)
    W, b, f, L = dict(net.W), dict(net.b), net.f, net.depth
    losses, order, past, now = [], None, None, (W, b)
    seen: list[float] = []
    for _ in range(unless(epochs, one_epoch=1, one_epoch_less=epochs - 1)):
        drawn = rng.permutation(N)
        order = drawn if order is None else unless(drawn, same_order=order)
        seen = unless([], never_cleared=seen)
        for start in unless(range(0, N, size), first_heap=[0]):
            one, its = x[:, order[start:start + size]], y[:, order[start:start + size]]
            now_W, now_b = unless((W, b), passes_at_start=(net.W, net.b))
            z, a = forward_pass(now_W, now_b, f, one)
            divisor = unless(one.shape[1], not_divided_by_N=1, divided_by_all=N, divided_twice=one.shape[1]**2)
            dW, db = gradients(W, f, z, a, its, divisor, unless(0.0, new_weights=step))
            dW, db = unless((dW, db), stale_gradients=past or (dW, db), gradients_not_reset=_piled(past, (dW, db)))
            past = dW, db
            at_W, at_b = unless((W, b), steps_from_start=(net.W, net.b))
            moved_W, moved_b = unless((W, b), one_layer=([L], [L]), weights_stay=([], b))
            moved_b = unless(moved_b, biases_stay=[])
            now = ({l: at_W[l] - down_W * step * dW[l] if l in moved_W else W[l] for l in W},
                   {l: at_b[l] - down_b * step * db[l] if l in moved_b else b[l] for l in b})
            W, b = unless(now, one_step_an_epoch=(W, b))
            seen.append(_loss(W, b, f, one, its, z[L], a[L], unless))
        W, b = unless((W, b), one_step_an_epoch=now)
        losses += unless(lambda s=seen: [sum(s) / len(s)], each_batch=seen, sum_of_batches=[sum(seen)],
                         last_batch=seen[-1:], first_batch=seen[:1],
                         after_epoch=lambda W=W, b=b: [cross_entropy(forward_pass(W, b, f, x)[1][L], y)])
    result = unless(lambda: Network(W, b, f), old_network=net)
    return result, unless(losses, one_loss=losses[-1:])


def _loss(W, b, f, x, y, z, a, unless):
    """The loss of one mini-batch; z and a are those before the step, W and b those after it."""
    return unless(lambda: cross_entropy(a, y), loss_of_z=lambda: course_loss(z, y), half_mse=lambda: half_mse(a, y),
                  loss_exchanged=lambda: course_loss(y, a),
                  loss_after_step=lambda: cross_entropy(forward_pass(W, b, f, x)[1][len(W)], y))


def _piled(past, now):
    return now if past is None else tuple({l: old[l] + new[l] for l in new} for old, new in zip(past, now, strict=True))


ALONE = ("epoch_12", "gradient_of_epoch_12", "death_first", "of_last", "of_guessing", "of_largest", "of_mean",
         "no_margin", "log_of_20", "too_far", "peak_far_above", "first_step_missed", "last_step_missed")
RULES = ("overflow_missed", "nan_missed", "inf_missed", "gradients_not_read", "any_gradient", "small_gradient",
         "dead_only_if_flat", "always_healthy")
LIMITS = ("no_abs", "first_two", "last_two", "whole_range", "near_guessing", "absolute", "tight", "wide")
RISES = ("peak", "far_above_missed", "guessing_once", "first_rises", "last_rise")
GUESSING, LOG_20 = np.log(10), np.log(20)


@exercise(
    "8.4", "history -> name",
    observe=one_name,
    cases=runs(),
    flaws=SICK,
    hints="""
        Five questions, in the order of the rules; the first yes decides. The first is whether every loss is finite.
        The last entry of a curve tells how a run ended, the first how it began. Rules 2 to 4 ask for them.
        Five per cent of the first loss is a limit. How does the size of a difference differ from the difference itself?
        The steps between the losses of neighbouring epochs tell whether a loss rose in every epoch.
    """,
)
def diagnose(history, *, unless):
    for rivals in (RULES, LIMITS, RISES):  # of each kind one mistake at a time
        unless(None, **dict.fromkeys(ALONE + rivals))
    loss, norm, rises = history.loss, history.gradient_norm[1], np.diff(history.loss)
    first, last = loss[0], unless(loss[-1], epoch_12=lambda: loss[:12][-1])
    gradient = unless(norm[-1], gradient_of_epoch_12=lambda: norm[:12][-1])
    limit = unless(0.05, tight=0.005, wide=0.5) * unless(first, absolute=1.0, of_last=last, of_guessing=GUESSING,
                                                         of_largest=lambda: loss.max(),
                                                         of_mean=lambda: loss.mean())
    finite = np.isfinite(loss).all()
    broken = unless(not finite, overflow_missed=False, nan_missed=lambda: np.isinf(loss).any(),
                    inf_missed=lambda: np.isnan(loss).any())
    dead = unless(gradient == 0, gradients_not_read=False, any_gradient=lambda: (norm == 0).any(),
                  small_gradient=gradient < 0.1)
    flat = unless(abs(last - first) <= limit, no_abs=last - first <= limit, first_two=abs(loss[1] - first) <= limit,
                  last_two=abs(rises[-1]) <= limit, whole_range=lambda: np.ptp(loss) <= limit,
                  near_guessing=abs(last - GUESSING) <= limit)
    end = unless(last, peak=lambda: loss.max())
    far = unless(2 * GUESSING, far_above_missed=np.inf, guessing_once=GUESSING, log_of_20=LOG_20,
                 too_far=10 * GUESSING)
    risen = end > first + unless(limit, no_margin=0.0) or unless(end, peak_far_above=lambda: loss.max()) > far
    calm = unless(rises, first_rises=rises[:3], last_rise=rises[-1:], first_step_missed=rises[1:],
                  last_step_missed=rises[:-1]).min() > 0
    bug, eta = unless(("bug", "eta too large"), rise_is_eta=("eta too large", "eta too large"),
                      rise_is_bug=("bug", "bug"), rise_exchanged=("eta too large", "bug"))
    death, shuffled = unless(("dead relu", "shuffled labels"), flat_exchanged=("shuffled labels", "dead relu"),
                             flat_is_dead=("dead relu", "dead relu"), flat_is_healthy=("dead relu", "healthy"))
    fine = unless("healthy", any_rise=lambda: "eta too large" if rises.max() > 0 else "healthy")
    rules = ((unless(broken, death_first=broken and not dead), "eta too large"),
             (unless(dead, dead_only_if_flat=dead and flat), death),
             (risen, bug if calm else eta), (flat, shuffled), (True, fine))
    return unless(next(name for holds, name in rules if holds), always_healthy="healthy")
