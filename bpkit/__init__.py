"""bpkit: learn backpropagation by hand, by differences and by computer algebra.

``import bpkit as bp`` needs NumPy alone; everything heavier loads when its name is first used. The public page:
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# the public page: where each name lives
_PAGE = {
    "activations": ("Activation", "identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu", "softmax"),
    "losses": ("Loss", "half_mse", "binary_cross_entropy", "cross_entropy"),
    "backprop": ("affine", "output_delta", "hidden_delta", "weight_gradient", "bias_gradient"),
    "network": ("Network", "load"),
    "records": ("Trace", "Grads"),
    "optim": ("SGD", "Momentum", "Adam"),
    "training": ("train", "History"),
    "shapes": ("columns", "one_hot", "BadInput", "BadType"),
    "notation": ("show",),
    "differences": ("gradcheck",),
    "referees": ("compare",),
    "exercises.checks": ("check", "hint", "judge"),
    "quizzes": ("quiz", "predict"),
}
_MODULES = {name: name for name in ("autodiff", "data", "diagrams", "plots", "symbolic")} | {"explore": "explorers"}
_HOME = {name: module for module, names in _PAGE.items() for name in names}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> Any:
    """Load what ``name`` needs, once, on its first use."""
    if name in _HOME:
        value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    elif name in _MODULES:
        value = import_module(f".{_MODULES[name]}", __name__)
    else:
        raise AttributeError(_unknown(name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, __all__, n=1)
    return f"bpkit has no {name!r}." + (f" Did you mean bp.{close[0]}?" if close else " dir(bp) lists what it has.")
