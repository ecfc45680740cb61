"""The glossary of ``course/README.md``: the field's word, its letter, its name in Python, its shape, where it is met.

A shape is read off a network, and a chapter is found in the course's text: neither is written down here. The Korean
words are those of the document that the course teaches.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .source import Chapter, prose


class Term(NamedTuple):
    """A word of the field; ``python`` is an expression of bpkit whose shape is shown, layer 2 of three."""

    word: str
    symbol: str = ""
    python: str = ""
    korean: str = ""


TERMS = (
    Term("activation", "$a^{(l)}$", "trace.a[l]", "활성화값"),
    Term("activation function", "$f$", "net.f[l]", "활성화 함수"),
    Term("Adam", "", "bp.Adam()", "Adam Optimizer"),
    Term("automatic differentiation", "", "", "자동 미분"),
    Term("backpropagation", "", "net.backward(trace, y, loss)", "역전파"),
    Term("batch", "$N$ examples"),
    Term("bias", "$b^{(l)}$", "net.b[l]", "편향"),
    Term("binary cross-entropy", "$L$", "bp.binary_cross_entropy"),
    Term("central difference", "", "bp.gradcheck"),
    Term("chain rule", "", "", "연쇄 법칙"),
    Term("complex step", "", "bp.gradcheck"),
    Term("computational graph", "", "bp.diagrams.graph"),
    Term("cross-entropy", "$L$", "bp.cross_entropy", "Cross-Entropy"),
    Term("derivative", "$f'$", "net.f[l].prime(trace.z[l])", "미분"),
    Term("epoch"),
    Term("error signal", r"$\delta^{(l)}$", "grads.delta[l]", "오차 신호"),
    Term("forward pass", "", "net.forward(x)", "순전파"),
    Term("gradient", r"$\partial L/\partial W^{(l)}$", "grads.dW[l]", "기울기"),
    Term("gradient descent", "", "bp.SGD(0.1)", "경사 하강법"),
    Term("hidden layer", "$0 < l < L$", "", "은닉층"),
    Term("input", "$x = a^{(0)}$", "trace.a[0]", "입력"),
    Term("Jacobian", r"$\partial a/\partial z$", "bp.softmax.jacobian(trace.z[3])"),
    Term("learning rate", r"$\eta$", "eta", "학습률"),
    Term("log-sum-exp"),
    Term("loss", "$L$", "bp.cross_entropy(trace.a[3], y)", "손실"),
    Term("mean squared error", "$L$", "bp.half_mse", "MSE"),
    Term("mini-batch"),
    Term("momentum", r"$\beta$", "bp.Momentum(0.1)"),
    Term("negative log-likelihood"),
    Term("one-hot", "", "bp.one_hot(labels, 2)", "원핫 인코딩"),
    Term("output layer", "$l = L$", "", "출력층"),
    Term("prediction", r"$\hat y = a^{(L)}$", "trace.a[3]", "예측값"),
    Term("ReLU", "", "bp.relu"),
    Term("saturation"),
    Term("sigmoid", r"$\sigma$", "bp.sigmoid", "Sigmoid"),
    Term("softmax", "", "bp.softmax"),
    Term("target", "$y$", "y", "정답"),
    Term("upstream gradient"),
    Term("vanishing gradient", "", "bp.explore.vanishing()"),
    Term("vector-Jacobian product", "", "bp.softmax.vjp(trace.z[3], y)"),
    Term("weight", "$W^{(l)}$", "net.W[l]", "가중치"),
    Term("weighted sum", "$z^{(l)}$", "trace.z[l]", "가중합"),
)

SIZES = {7: "n_0", 5: "n_{l-1}", 4: "n_l", 2: "n_L", 3: "N", 1: "1"}  # all different, so that a size names its letter


def glossary(chapters: list[Chapter]) -> str:
    """Return the table of the terms that ``chapters`` use."""
    lines = ["| term | symbol | Python | shape | met in | Korean |", "|---|---|---|---|---|---|"]
    values = _values()
    for term in sorted(TERMS, key=lambda term: term.word.lower()):
        place = _first(term.word, chapters)
        if place:
            code = f"`{term.python}`" if term.python else ""
            cells = [term.word, term.symbol, code, _shape(term.python, values), f"[{place.number}]({place.name}.ipynb)"]
            lines.append(f"| {' | '.join(cells)} | {term.korean} |")
    return "\n".join(lines) + "\n"


def _first(word: str, chapters: list[Chapter]) -> Chapter | None:
    """The first chapter that sets the word in italics or bold, which introduces it; else the first that uses it."""
    marks = rf"\*{{1,2}}{re.escape(word)}s?\*{{1,2}}", rf"\b{re.escape(word)}(s|es)?\b"
    texts = [(chapter, _text(chapter)) for chapter in chapters]
    return next((chapter for mark in marks for chapter, text in texts if re.search(mark, text, re.IGNORECASE)), None)


def _text(chapter: Chapter) -> str:
    text = "\n".join("\n".join(prose(cell.source)) for cell in chapter.cells if cell.kind == "markdown")
    return text.split("## Read further")[0].replace("\n", " ")  # titles of books introduce nothing


def _values() -> dict[str, Any]:
    import numpy as np

    import bpkit as bp

    net = bp.Network.random([7, 5, 4, 2])
    labels = np.array([0, 1, 1])
    y = bp.one_hot(labels, 2)
    trace = net.forward(np.ones((7, 3)))
    grads = net.backward(trace, y, "cross_entropy")
    return {"bp": bp, "net": net, "labels": labels, "y": y, "trace": trace, "grads": grads, "loss": "cross_entropy",
            "l": 2, "x": trace.a[0], "eta": 0.1}


def _shape(python: str, values: dict[str, Any]) -> str:
    """The shape of an array in letters; a number is "scalar", and what is no array has none."""
    import numpy as np

    value = eval(python, {}, values) if python else None  # the expressions stand above
    if isinstance(value, float):
        return "scalar"
    return f"$({', '.join(SIZES[n] for n in value.shape)})$" if isinstance(value, np.ndarray) else ""
