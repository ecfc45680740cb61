"""Training: the loop around forward pass, backward pass and update, and the history that it leaves.

Letters: x (n_0, N), y (n_L, N), one example a column; L loss, eta step size (in the optimiser), l layer.

``run`` is the loop to read. ``train`` takes the same steps from the same seed, faster, as a ``bpkit.program``, and
falls back on ``run`` for what no program knows, such as an optimiser of your own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from . import program
from .losses import Loss, loss_function, output_loss
from .network import Network
from .notation import number
from .optim import Adam, Optimiser
from .program import Diverged, Epoch
from .records import Trace
from .shapes import BadInput, BadType, describe, fit, generator, whole

Array = np.ndarray
PATIENCE = 0.5  # seconds of training before a progress bar is worth a look


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """What a training run leaves: the trained network and one entry an epoch of everything that was measured.

    ``net`` the network after the last epoch; ``loss`` and ``accuracy`` (epochs,), means over the mini-batches of an
    epoch, each taken before its update; ``validation_loss`` and ``validation_accuracy`` (epochs,), or empty without
    validation; ``gradient_norm[l]`` (epochs,), the mean norm of layer l's gradient; ``stopped`` says why a run ended
    early, else "".
    """

    net: Network
    loss: Array
    accuracy: Array
    validation_loss: Array
    validation_accuracy: Array
    gradient_norm: dict[int, Array]
    stopped: str = ""

    def __len__(self) -> int:
        """The number of epochs that were run."""
        return len(self.loss)

    def plot(self, ax: Any = None) -> Any:
        """Draw loss and accuracy against epochs on ``ax`` (a new figure's without one) and return it."""
        from .plots import history

        return history(self, ax)

    def __repr__(self) -> str:
        head = f"History of {len(self)} epochs" + (f" ({self.stopped})" if self.stopped else "")
        return "\n".join(
            [head, *("  " + "   ".join(f"{name} {value}" for name, value in row.items()) for row in self._rows())]
        )

    def _repr_html_(self) -> str:
        rows = self._rows()
        head = "".join(f"<th>{name}</th>" for name in rows[0]) if rows else ""
        body = "".join("<tr>" + "".join(f"<td>{v}</td>" for v in row.values()) + "</tr>" for row in rows)
        caption = f"<caption>{len(self)} epochs {self.stopped}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _rows(self) -> list[dict[str, str]]:
        """The first epoch, the last, and three between them."""
        N = len(self)
        columns = {"loss": self.loss, "accuracy": self.accuracy}
        if len(self.validation_loss):
            columns |= {"validation loss": self.validation_loss, "validation accuracy": self.validation_accuracy}
        picked = sorted({0, N // 4, N // 2, 3 * N // 4, N - 1}) if N else []
        return [{"epoch": f"{e + 1}"} | {name: number(column[e]) for name, column in columns.items()} for e in picked]


def train(
    net: Network,
    x: Any,
    y: Any,
    loss: Loss | str | None = None,
    opt: Optimiser | None = None,
    epochs: int = 40,
    batch_size: int = 32,
    rng: Any = 0,
    validation: tuple[Any, Any] | None = None,
    progress: bool = True,
) -> History:
    """Train ``net`` on mini-batches and return the History; ``net`` itself stays as it was.

    x (n_0, N), y (n_L, N). ``loss`` defaults to the one that matches the output activation, ``opt`` to Adam(0.003).
    Every epoch visits all examples once, in an order drawn from ``rng``; the last batch may be smaller. The same seed
    gives the same bits on one machine. ``validation`` is a pair (x, y), measured after every epoch. A run that stops
    being finite, or that you interrupt, returns the epochs that it has finished. Raises BadInput where data, sizes or
    names do not fit. ``progress`` allows a bar, for a training of more than half a second.
    """
    loss = _matching_loss(net, loss)
    opt = Adam(0.003) if opt is None else opt
    if not isinstance(opt, Optimiser):
        raise BadType(
            "opt is no optimiser.",
            wanted="bp.SGD, bp.Momentum or bp.Adam, made with its eta",
            got=describe(opt),
            hint="opt=bp.Adam(eta=0.001)",
        )
    x, y = _examples(net, x, y, loss)
    check = None if validation is None else _examples(net, *_pair(validation), loss)
    epochs, batch_size, rng = whole("epochs", epochs), whole("batch_size", batch_size), generator(rng)
    loop = program.run if program.fits(net, x, y, opt) else run
    passes = loop(net, x, y, loss, opt, epochs, batch_size, rng)
    done, stopped = _follow(_with_bar(passes, epochs) if progress else passes, check, loss)
    return _history(net, done, check is not None, stopped)


class Measured(NamedTuple):
    """What a history keeps of an epoch; the network itself only of the last."""

    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    gradient_norm: dict[int, float]


def _with_bar(epochs: Iterable[Epoch], total: int) -> Iterator[Epoch]:
    """The same epochs; one that ends half a second after the first began brings a bar, drawn ten times a second."""
    bar, again = None, time.monotonic() + PATIENCE
    try:
        for done, epoch in enumerate(epochs, start=1):
            if time.monotonic() >= again:
                if bar is None:
                    from tqdm.auto import tqdm

                    bar = tqdm(total=total, initial=done, desc="training", unit="epoch", leave=False)
                bar.set_postfix_str(f"loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.3f}", refresh=False)
                bar.update(done - bar.n)
                again = time.monotonic() + 0.1
            yield epoch
    finally:
        if bar is not None:
            bar.close()


def _follow(epochs: Iterable[Epoch], check: tuple[Array, Array] | None, loss: Loss) -> tuple[list[Any], str]:
    """Run the epochs to their end, or to where they stop, and say why they did."""
    done: list[tuple[Measured, Any]] = []
    try:
        for network, value, right, norms in epochs:
            held_out = _measure(network, check, loss)
            done.append((Measured(value, right, *held_out, norms), network))
            done[-2:-1] = [(row, None) for row, _ in done[-2:-1]]
    except Diverged:
        return done, f"not finite in epoch {len(done) + 1}: try a smaller eta"
    except KeyboardInterrupt:
        return done, f"interrupted in epoch {len(done) + 1}"
    return done, ""


def run(
    net: Network, x: Array, y: Array, loss: Loss, opt: Optimiser, epochs: int, batch_size: int, rng: np.random.Generator
) -> Iterator[Epoch]:
    """Yield an Epoch after each pass over the examples: forward, backward, update, for every mini-batch."""
    state = None
    for _ in range(epochs):
        measured = []
        for columns in minibatches(x.shape[1], batch_size, rng):
            xb, yb = x[:, columns], y[:, columns]
            try:
                trace = net.forward(xb)
                cost = output_loss(loss, net.f[net.depth], trace.z[net.depth], yb)
                grads = net.backward(trace, yb, loss)
                net, state = opt(net, grads, state)
            except BadInput as error:
                raise Diverged(error.problem) from error
            measured.append((cost, accuracy(net, trace, yb), grads.norms(), len(columns)))
        losses, right, norms, sizes = zip(*measured, strict=True)
        mean = {l: float(np.average([n[l] for n in norms], weights=sizes)) for l in norms[0]}
        value, share = (float(np.average(part, weights=sizes)) for part in (losses, right))
        yield Epoch(partial(lambda net: net, net), value, share, mean)


def minibatches(N: int, size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield the column numbers of each mini-batch of one epoch: all N columns once, in a random order."""
    order = rng.permutation(N)
    for start in range(0, N, size):
        yield order[start : start + size]


def accuracy(net: Network, trace: Trace, y: Array) -> float:
    """The share of examples whose class is right; NaN where the outputs are no classes.

    With one output, right means on the same side of 1/2; with several, that the largest output is the target's.
    """
    a = trace.a[net.depth]
    if net.f[net.depth].name not in ("softmax", "sigmoid"):
        return float("nan")
    right = (a > 0.5) == (y > 0.5) if len(a) == 1 else a.argmax(axis=0) == y.argmax(axis=0)
    return float(np.mean(right))


def _measure(network: Callable[[], Network], examples: tuple[Array, Array] | None, loss: Loss) -> tuple[float, float]:
    if examples is None:  # then the network need not be made
        return float("nan"), float("nan")
    (x, y), net = examples, network()
    trace = net.forward(x)
    return float(output_loss(loss, net.f[net.depth], trace.z[net.depth], y)), accuracy(net, trace, y)


def _matching_loss(net: Network, loss: Loss | str | None) -> Loss:
    if not isinstance(net, Network):
        raise BadType(
            "net is no network.", wanted="a bp.Network", got=describe(net), hint="net = bp.Network.random([64, 32, 10])"
        )
    by_output = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}
    return loss_function(by_output.get(net.f[net.depth].name, "half_mse") if loss is None else loss)


def _pair(validation: Any) -> tuple[Any, Any]:
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise BadType(
            "validation is no pair.",
            wanted="(x, y)",
            got=describe(validation),
            hint="validation=(data.x_test, data.y_test)",
        )
    return validation[0], validation[1]


def _examples(net: Network, x: Any, y: Any, loss: Loss) -> tuple[Array, Array]:
    """Return x and y in the network's dtype, after a look at what only a whole data set can tell."""
    x = net.take(x)
    y = fit("train", "y", y, f"{net.sizes[-1]} N", {"N": (x.shape[1], "x", x.shape)})
    loss(net.forward(x[:, :1]).a[net.depth], y[:, :1])
    loss.check_targets(y)
    if loss.name == "cross_entropy" and net.f[net.depth].name == "softmax" and (abs(y.sum(axis=0) - 1) > 1e-6).any():
        raise BadInput(
            "y is not one-hot.",
            wanted="columns that sum to 1",
            got=f"column sums from {y.sum(axis=0).min():g} to {y.sum(axis=0).max():g}",
            hint="bp.one_hot(labels, K)",
        )
    return x, y.astype(net.W[1].dtype, copy=False)


def _history(net: Network, done: list[tuple[Measured, Any]], validated: bool, stopped: str) -> History:
    rows = [row for row, _ in done]
    return History(
        net=done[-1][1]() if done else net,
        loss=np.array([row.loss for row in rows]),
        accuracy=np.array([row.accuracy for row in rows]),
        validation_loss=np.array([row.validation_loss for row in rows] if validated else []),
        validation_accuracy=np.array([row.validation_accuracy for row in rows] if validated else []),
        gradient_norm={l: np.array([row.gradient_norm[l] for row in rows]) for l in net.W},
        stopped=stopped,
    )
