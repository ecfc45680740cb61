"""Read a formula such as "q = x + y; f = q * z" as a list of nodes, without evaluating it."""

from __future__ import annotations

import ast
from itertools import count

from ..shapes import BadInput, BadType
from .nodes import OPS, Node

_BINARY: dict[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_SPELLINGS = {"ln": "log"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def read(formula: str, **values: float) -> list[Node]:
    """The nodes of ``formula``, one for each operation; names that the formula only reads are its inputs.

    Statements are parted by ; or by lines; what has no name of its own is called u₁, u₂, ... Allowed are + - * /,
    the square ``** 2``, and the functions of ``nodes.OPS``. Raises BadInput for anything else, for an input without
    a value and for a value without an input.
    """
    if not isinstance(formula, str):
        raise BadType("the formula is no text.", wanted="text", got=repr(formula), hint="'q = x + y; f = q * z'")
    try:
        tree = ast.parse(formula.strip())
    except SyntaxError as error:
        raise BadInput("the formula cannot be read.", wanted="Python's way of writing a formula", got=formula,
                       hint=f"look at column {error.offset}; a product needs its *, as in q * z") from None
    reader = _Reader(formula, tree, values)
    for number, statement in enumerate(tree.body):
        reader.statement(statement, last=number == len(tree.body) - 1)
    idle = sorted(set(values) - {node.name for node in reader.nodes if node.op == "input"})
    if idle:
        raise BadInput(f"{idle[0]} is no input of the formula.", wanted="a value for each input of the formula",
                       got=f"{idle[0]}={values[idle[0]]}", hint=f"leave {idle[0]} out")
    return reader.nodes


class _Reader:
    def __init__(self, formula: str, tree: ast.AST, values: dict[str, float]) -> None:
        self.formula, self.values = formula, values
        self.nodes: list[Node] = []
        named = {e.id for e in ast.walk(tree) if isinstance(e, ast.Name)}
        self.unnamed = (u for u in map("u{}".format, count(1)) if u not in named)

    def statement(self, statement: ast.stmt, last: bool) -> None:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.Assign) and isinstance(target, ast.Name) and len(statement.targets) == 1:
            name = target.id
            if name in {node.name for node in self.nodes} or isinstance(statement.value, (ast.Name, ast.Constant)):
                raise self.refuse(statement, f"give {name} one value, by an operation; numbers go in as {name}=0.5")
            self.visit(statement.value, name)
        elif isinstance(statement, ast.Expr) and last:
            self.visit(statement.value, "f")
        else:
            raise self.refuse(statement, "name each step, as in q = x + y")

    def visit(self, e: ast.expr, name: str | None = None) -> str:
        """Add the nodes of ``e`` and return the name of its value."""
        if isinstance(e, ast.Name):
            return self.leaf(e)
        if isinstance(e, ast.Constant) and isinstance(e.value, (int, float)) and not isinstance(e.value, bool):
            return self.add(Node(f"{e.value:g}", "data", (), float(e.value)))
        op, operands = self.operation(e)
        inputs = tuple(self.visit(operand) for operand in operands)
        if name is None:
            name = next(self.unnamed)
        return self.add(Node(name, op, inputs))

    def operation(self, e: ast.expr) -> tuple[str, list[ast.expr]]:
        if isinstance(e, ast.BinOp) and type(e.op) in _BINARY:
            return _BINARY[type(e.op)], [e.left, e.right]
        if isinstance(e, ast.BinOp) and isinstance(e.op, ast.Pow) and ast.unparse(e.right) == "2":
            return "square", [e.left]
        if isinstance(e, ast.UnaryOp) and isinstance(e.op, ast.USub):
            return "neg", [e.operand]
        if isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and not e.keywords:
            op = _SPELLINGS.get(e.func.id, e.func.id)
            if op in OPS:
                return op, list(e.args)
        raise self.refuse(e, f"+ - * /, ** 2, or one of {', '.join(OPS)}")

    def leaf(self, e: ast.Name) -> str:
        if e.id in {node.name for node in self.nodes}:
            return e.id
        if e.id not in self.values:
            raise BadInput(f"{e.id} has no value.", wanted="a number for each input", got=self.formula,
                           hint=f"{e.id}=0.5")
        return self.add(Node(e.id, "input", (), float(self.values[e.id])))

    def add(self, node: Node) -> str:
        if node not in self.nodes:
            self.nodes.append(node)
        return node.name

    def refuse(self, e: ast.AST, hint: str) -> BadInput:
        return BadInput("the formula holds a step that a graph cannot show.", wanted="operations on named values",
                        got=ast.unparse(e), hint=hint)
