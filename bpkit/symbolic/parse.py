"""Read a typed formula without running it: Python's own grammar, a short list of what is allowed, and limits on size.

Typed formulas may use Greek letters, superscripts, ·, × and −, ^ for powers, and f'(z) for a slope. Names are real
numbers; e and pi are the constants; ln and log are natural. Nothing is evaluated that could grow: a power of
numbers is bounded before it is taken.
"""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from ..shapes import BadInput, nearest
from .functions import Expr, gelu, plain, relu, sigmoid, silu, softplus, step

LONGEST, NODES, DEPTH, LARGEST, POWER = 600, 400, 40, 30, 64  # characters, nodes, nesting, decimal digits, exponent


class f(sp.Function):
    """An activation function that is not defined; f'(z) is its slope."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """f'(z)."""
        return f_prime(self.args[0])


class f_prime(sp.Function):
    """The slope of the undefined f."""

    nargs = 1


def _slope(kind: Any) -> Callable[[Expr], Expr]:
    z = sp.Dummy(real=True)
    formula = kind(z).diff(z)
    return lambda u: formula.xreplace({z: u})


ONE: dict[str, Callable[[Expr], Expr]] = {
    "exp": sp.exp,
    "ln": sp.log,
    "log": sp.log,
    "log10": lambda u: sp.log(u) / sp.log(10),
    "log2": lambda u: sp.log(u) / sp.log(2),
    "sqrt": sp.sqrt,
    "sin": sp.sin,
    "cos": sp.cos,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "softplus": softplus,
    "silu": silu,
    "gelu": gelu,
    "step": step,
    "abs": lambda u: u * (2 * step(u) - 1),
    "f": f,
}
SLOPES = {f"{name}_prime": _slope(ONE[name]) for name in ("f", "sigmoid", "tanh", "relu", "softplus", "silu", "gelu")}
TWO: dict[str, Callable[[Expr, Expr], Expr]] = {
    "max": lambda u, v: v + relu(u - v),
    "min": lambda u, v: u - relu(u - v),
}
CONSTANTS = {"e": sp.E, "pi": sp.pi}

GREEK = {
    "α": "alpha",
    "β": "beta",
    "δ": "delta",
    "Δ": "Delta",
    "ε": "eps",
    "ϵ": "eps",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda_",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigmoid",
    "τ": "tau",
    "φ": "phi",
    "ŷ": "yhat",
}
SIGNS = {
    "·": "*",
    "×": "*",
    "⋅": "*",
    "∙": "*",
    "−": "-",
    "–": "-",
    "÷": "/",
    "^": "**",
    "’": "'",
    "′": "'",
    "√": "sqrt",
}
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉"


def read(text: str, names: Mapping[str, sp.Symbol] | None = None) -> Expr:
    """The formula of ``text`` in SymPy; with ``names``, only those may appear. Raises BadInput with a reason."""
    return _build(_tree(text), names, DEPTH)


def free_names(text: str) -> set[str]:
    """The names of the quantities in a formula. Raises BadInput if it cannot be read."""
    called = {*ONE, *TWO, *SLOPES, *CONSTANTS}
    return {node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)} - called


def _tree(text: str) -> ast.expr:
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise _refused("this is no formula", f"a formula of 1 to {LONGEST} characters", 'same("x*(a - y)", ...)')
    try:
        tree = ast.parse(_ascii(text.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(
            "this cannot be read as a formula",
            "one formula, such as 2*x*(a - y)",
            "write every * and close every parenthesis",
        ) from None
    if sum(1 for _ in ast.walk(tree)) > NODES:
        raise _refused("this formula is too long", f"at most {NODES} parts", "a shorter form")
    return tree


def _ascii(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = re.sub(f"[{RAISED}]+", lambda m: "**(" + "".join(map(_digit, m.group())) + ")", text)
    text = "".join(_digit(c) if c in LOWERED else SIGNS.get(c, GREEK.get(c, c)) for c in text)
    text = re.sub(r"\b([A-Za-z]\w*)'(?=\s*\()", r"\1_prime", text)
    if not text.isascii() or re.search(r"__|\b0[box]|[\n;#\\\"'{}\[\]]", text, re.IGNORECASE):
        raise _refused(
            "this holds signs that no formula here needs",
            "letters, digits and + - * / ^ ( )",
            "leave out quotes and brackets",
        )
    return text


def _digit(c: str) -> str:
    return "-" if c == "⁻" else str(unicodedata.digit(c))


def _build(node: ast.expr, names: Mapping[str, sp.Symbol] | None, depth: int) -> Expr:
    if depth == 0:
        raise _refused("this formula is nested too deeply", f"at most {DEPTH} levels", "a shorter form")
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return _bounded(sp.Rational(str(node.value)) if abs(node.value) < 10.0**LARGEST else sp.oo)
    if isinstance(node, ast.Name):
        return _name(node.id, names)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _build(node.operand, names, depth - 1)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        left, right = (_build(part, names, depth - 1) for part in (node.left, node.right))
        return _bounded(OPERATIONS[type(node.op)](left, right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, [_build(arg, names, depth - 1) for arg in node.args])
    raise _refused("this is more than a formula", "names, numbers, + - * / ^ and functions", "a single expression")


def _name(name: str, names: Mapping[str, sp.Symbol] | None) -> Expr:
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in ONE or name in TWO or name in SLOPES or name.startswith("_") or len(name) > 20:
        raise _refused(f"{name} is not a quantity", "a function has an argument, as in exp(z)", f"{name}(z)")
    if names is None:
        return sp.Symbol(name, real=True)
    return names[nearest(name, names, "quantity of this question")]


def _call(name: str, args: list[Expr]) -> Expr:
    table: dict[str, Any] = {**ONE, **SLOPES} if len(args) == 1 else TWO if len(args) == 2 else {}
    if name not in table:
        raise _refused(
            f"{name} with {len(args)} arguments is no function here",
            ", ".join([*ONE, *TWO]),
            "2*x for a product, not x(2)",
        )
    if any(abs(_number(arg) or 0) > 100 for arg in args):
        raise _refused("this number is too large", f"{name} of a number up to 100", "a smaller number")
    return _bounded(table[name](*args))


def _divide(left: Expr, right: Expr) -> Expr:
    if right == 0:
        raise _refused("this divides by 0", "a denominator that is not 0", "check the denominator")
    return left / right


def _power(base: Expr, exponent: Expr) -> Expr:
    if exponent.is_Rational and (abs(exponent.p) > POWER or exponent.q > 8):
        raise _refused("this power is too high", f"exponents up to {POWER}", "a product, or exp")
    b, e = _number(base), _number(exponent)
    if b is not None and e is not None and e != 0:
        size = abs(e * math.log10(abs(b))) if b else (math.inf if e < 0 else 0)
        if not size <= LARGEST:
            raise _refused("this number is too large", f"numbers of at most {LARGEST} digits", "a smaller power")
    return base**exponent


def _number(expr: Expr) -> float | None:
    """The value of a formula without names; None for one with names or with the undefined f."""
    value = plain(expr).evalf(15) if expr.is_number else None
    if value is None or not value.is_Number:
        return None
    return math.inf if abs(value) > 1e300 else float(value)


OPERATIONS: dict[type, Callable[[Expr, Expr], Expr]] = {
    ast.Add: lambda u, v: u + v,
    ast.Sub: lambda u, v: u - v,
    ast.Mult: lambda u, v: u * v,
    ast.Div: _divide,
    ast.Pow: _power,
}


def _bounded(value: Expr) -> Expr:
    big = value.is_Rational and max(abs(value.p), value.q) > 10**LARGEST
    if big or value.has(sp.oo, sp.zoo, sp.nan) or (value.is_Pow and value.exp.is_Rational and abs(value.exp.p) > POWER):
        raise _refused(
            "this number or power is too large",
            f"numbers of at most {LARGEST} digits, exponents up to {POWER}",
            "smaller ones",
        )
    if value.is_number and value.is_real is False:
        raise _refused(
            "this is not a real number", "real formulas", "check what stands under the root or the logarithm"
        )
    return value


def _refused(problem: str, wanted: str, hint: str) -> BadInput:
    return BadInput(f"{problem}.", wanted=wanted, got="something else", hint=hint)
