"""Backpropagation in symbols: SymPy as a referee that shares no line with the hand-written equations."""

from __future__ import annotations

from . import proofs as proofs
from .equivalence import Same as Same
from .equivalence import same as same
from .network import OpCounts as OpCounts
from .network import SymbolicNetwork as SymbolicNetwork
