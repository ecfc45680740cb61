"""The two passes of backpropagation as steps, in their order, each line with its equation.

Letters: z[l], a[l], delta[l], W[l], b[l] as everywhere; [a; 1] is a with a row of ones below it, so that one product
adds the bias, and one product sums its gradient; e[l] = W[l+1]' delta[l+1] is the error that comes back to layer l.
"""

from __future__ import annotations

from ..losses import Loss
from .hidden import Hidden, hidden
from .memory import Batch, Memory, Step
from .output import Output, Rooms, output


def passes(loss: Loss, memory: Memory, batch: Batch) -> tuple[list[Step], float]:
    """Forward pass, loss and backward pass of a batch, and the factor of its loss."""
    f, L, N = memory.f, len(memory.f), batch.y.shape[1]
    inner = {l: hidden(f[l], batch.delta[l], batch.a[l], memory) for l in range(1, L)}
    sums = batch.cell(0), batch.cell(1)
    rooms = Rooms(batch.delta[L], batch.a[L], batch.y[:-1], batch.y[-1:], *sums, memory.number(N), memory)
    last = output(loss, f[L], rooms)
    return [*_forward(memory, batch, inner, last), *_backward(memory, batch, inner, last)], last.scale


def _forward(memory: Memory, batch: Batch, inner: dict[int, Hidden], last: Output) -> list[Step]:
    V, f, L = memory.V, memory.f, len(memory.f)
    steps: list[Step] = []
    for l in range(1, L + 1):
        layer: Hidden | Output = last if l == L else inner[l]
        affine = (V[l].T.dot, (batch.a1[l - 1], layer.z))
        steps += [Step(1, f"z[{l}] = [W[{l}] b[{l}]] [a[{l - 1}]; 1]", layer.z, [affine])]
        steps += [Step(1, f"a[{l}] = {f[l].name}(z[{l}])", batch.a[l], layer.value)]
        if l < L:
            steps += [Step(5, f"f'(z[{l}]), in the room of z[{l}]", batch.delta[l], inner[l].slope)]
    return [*steps, Step(2, last.words[0].format(l=L), batch.measured[:1], last.loss)]


def _backward(memory: Memory, batch: Batch, inner: dict[int, Hidden], last: Output) -> list[Step]:
    V, dV, L, delta = memory.V, memory.dV, len(memory.f), batch.delta
    steps = [Step(4, last.words[1].format(l=L), delta[L], last.delta)]
    for l in range(L, 0, -1):
        both = (batch.a1[l - 1].dot, (delta[l].T, dV[l]))
        steps += [Step(6, f"[dW[{l}] db[{l}]] = delta[{l}] [a[{l - 1}]; 1]'", dV[l].T, [both])]
        if l > 1:
            here = inner[l - 1]
            back = (V[l][:-1].dot, (delta[l], here.error))
            steps += [Step(5, f"e[{l - 1}] = W[{l}]' delta[{l}]", here.error, [back])]
            steps += [Step(5, f"delta[{l - 1}] = {here.word.format(l=l - 1)}", delta[l - 1], here.delta)]
    return steps
