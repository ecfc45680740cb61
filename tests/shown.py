"""One of every explorer, for the tests that hold for all of them."""

from __future__ import annotations

from bpkit import explorers
from bpkit.network import Network

PENCIL = Network({1: [[0.5, -1.0], [1.0, 0.5]], 2: [[1.0, -0.5], [0.5, 1.0]]}, {1: [[0.0], [0.1]], 2: [[0.2], [0.0]]},
                 {1: "tanh", 2: "softmax"})
SHOWN = {
    "neuron": explorers.neuron(),
    "loss": explorers.loss(),
    "chain": explorers.chain(),
    "deltas": explorers.deltas(PENCIL, [[0.5, 1.0], [1.0, -1.0]], [[1.0, 0.0], [0.0, 1.0]]),
    "batch": explorers.batch([[0.5, -0.25, 1.0], [0.1, 0.2, -0.3]], [[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]),
    "vanishing": explorers.vanishing(),
    "race": explorers.race(),
    "playground": explorers.playground(steps=30),
}
