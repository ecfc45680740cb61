"""The press: from ``solutions/NN_name.md`` to the learner's notebooks, the solved ones and the records.

``build(root)`` writes them, ``build(root, check=True)`` says what has drifted; ``cut`` is the cutter alone.
"""

from __future__ import annotations

from .cutter import cut
from .make import Change, build

__all__ = ["Change", "build", "cut"]
