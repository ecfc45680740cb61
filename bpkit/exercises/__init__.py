"""The classroom: exercises whose check names the mistake.

``check("5.2", hidden_delta)`` gives a Verdict, ``hint("5.2")`` a Hint. An exercise is declared once, in the module of
its chapter (``ch05_hidden_deltas.py``), which is loaded when it is first asked for.
"""

from __future__ import annotations

from .checks import check, hint
from .verdict import Hint, NotYet, Verdict

__all__ = ["Hint", "NotYet", "Verdict", "check", "hint"]
