"""The code of other libraries that a chapter shows under *In practice* runs, and gives what its comments say."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from absent import need_module

from bpkit.press.source import sources

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"(tensor|torch\.Size|array)\(.*?\)(?=$|[:;,] )|-?\d[\d.e-]*(?=$|[:;,] )")
SNIPPETS = {
    f"{path.stem[:2]}.{number}": code
    for path in sources(ROOT)
    for number, code in enumerate(BLOCK.findall(path.read_text("utf-8")))
}
pytestmark = pytest.mark.torch


def given() -> dict[str, object]:
    """What the text has named already: W and x as columns; z, a and y of five examples of three classes, as rows."""
    import torch

    z = torch.linspace(-1, 1, 15).reshape(5, 3)
    labels = torch.tensor([0, 1, 2, 1, 0])
    net = torch.nn.Linear(3, 3)
    layer = {"net": net, "loss": net(z).sum(), "W": np.array([[0.5, -1.0], [1.0, 0.5]]), "x": np.array([[1.0], [2.0]])}
    return layer | {"z": z, "a": torch.sigmoid(z), "y": torch.eye(3)[labels], "labels": labels}


def outcome(statement: ast.stmt, names: dict[str, object]) -> str:
    """Run one statement; return what it prints, or the value of an expression as a notebook shows it."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), "snippet", "eval"), names)
            return out.getvalue().strip() or repr(value)
        exec(compile(ast.Module([statement], []), "snippet", "exec"), names)
    return out.getvalue().strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_runs_and_gives_what_its_comments_say(name: str) -> None:
    for package in ("torch", *re.findall(r"^import (jax|tensorflow)", SNIPPETS[name], re.MULTILINE)):
        need_module(package, "bench")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names, lines = given(), SNIPPETS[name].splitlines()
        for statement in ast.parse(SNIPPETS[name]).body:
            said = outcome(statement, names)
            comment = re.search(r"  # (.*)$", lines[statement.end_lineno - 1])
            if comment and (shown := SHOWN.match(comment[1])):
                assert said == shown[0], ast.unparse(statement)


def test_a_wrong_comment_would_be_found() -> None:
    assert [SHOWN.match(text) and SHOWN.match(text)[0] for text in (
        "tensor(1.): both paths", "torch.Size([2, 2]): (out, in)", "tensor(-0.2007)", "mean over all entries", "3 layers",
        "-0.5",
    )] == ["tensor(1.)", "torch.Size([2, 2])", "tensor(-0.2007)", None, None, "-0.5"]
    assert len(SNIPPETS) >= 6
