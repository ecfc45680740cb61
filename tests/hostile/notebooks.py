"""What learners' notebooks look like on a bad day: each with the states that its three exercises must end in.

``UNLUCKY`` and ``HOSTILE`` map a name to (bytes of the file, states of 5.1, 5.2 and 5.3).
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

spec = importlib.util.spec_from_file_location("hostile_chapter", Path(__file__).with_name("chapter.py"))
assert spec and spec.loader
chapter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chapter)

RIGHT, solved, notebook, code, index, changed = (
    chapter.RIGHT, chapter.solved, chapter.notebook, chapter.code, chapter.index, chapter.changed)

OK = ("ok", "ok", "ok")
SHARE = "def share_of_error(W_next, delta_next, i):\n    "
BODY = "W_next[:, i] @ delta_next"


def first(body: str, state: str, before: str = "") -> tuple[dict, tuple[str, str, str]]:
    """A solved notebook in which the body of the first answer is ``body``."""
    return solved(_5_1=f"{before}\n{SHARE}{body}".strip()), (state, "ok", "ok")


def at_top(source: str, state: str) -> tuple[dict, tuple[str, str, str]]:
    """A solved notebook in which the first answer's cell holds ``source`` alone."""
    return solved(_5_1=source), (state, "ok", "ok")


def own(source: str, *states: str) -> tuple[dict, tuple[str, ...]]:
    """A solved notebook with a cell of the learner's own behind the imports."""
    return changed(solved(), lambda book: book["cells"].insert(2, code(source))), states or OK


def edit(name: str, source: str, *states: str) -> tuple[dict, tuple[str, ...]]:
    """A solved notebook in which the cell ``name`` reads ``source``."""

    def change(book: dict) -> None:
        book["cells"][index(book, name)]["source"] = source

    return changed(solved(), change), states or OK


def without(*names: str) -> tuple[dict, tuple[str, ...]]:
    """A solved notebook without these cells."""
    return changed(solved(), lambda book: book.update(
        cells=[cell for cell in book["cells"] if cell["id"] not in names])), OK


def moved(order: list[int]) -> dict:
    return changed(solved(), lambda book: book.update(cells=[book["cells"][i] for i in order]))


def without_ids(book: dict) -> None:
    book["nbformat_minor"] = 4
    for cell in book["cells"]:
        del cell["id"]


def foreign_ids(book: dict) -> None:
    for i, cell in enumerate(book["cells"]):
        cell["id"], cell["metadata"] = f"W{i:03d}sZmlsZQ==", {"id": f"aB3_{i}xYz"}


def same_ids(book: dict) -> None:
    for cell in book["cells"]:
        cell["id"] = "same"


def split(book: dict) -> None:
    here = index(book, "ex-5-3-answer")
    lines = RIGHT["5.3"]
    book["cells"][here]["source"] = "def own_step(W, d, z, f):\n    return hidden_delta(W, d, z, f)"
    book["cells"].insert(here + 1, code(lines.replace("= hidden_delta", "= own_step"), "second-half"))


def one_cell(book: dict) -> None:
    sources = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    book["cells"] = [code("\n\n".join(sources), "everything")]


def twice(book: dict) -> None:
    wrong = RIGHT["5.2"].replace(".T", "")
    book["cells"].insert(index(book, "ex-5-2-answer"), code(wrong, "draft"))


def stale(text: str):
    def change(book: dict) -> None:
        book["cells"][index(book, "ex-5-2-check")]["outputs"] = [
            {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": 7}]

    return change


def skip_markers(book: dict) -> None:
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = f"# NBVAL_SKIP\n{cell['source']}"
            cell["metadata"] = {"tags": ["raises-exception", "nbval-skip"]}


def old_format() -> bytes:
    cells = [{"cell_type": "code", "input": cell["source"], "language": "python", "outputs": [], "metadata": {}}
             if cell["cell_type"] == "code" else {"cell_type": "markdown", "source": cell["source"], "metadata": {}}
             for cell in solved()["cells"]]
    return json.dumps({"worksheets": [{"cells": cells}], "metadata": {"name": ""}, "nbformat": 3,
                       "nbformat_minor": 0}).encode()


def check_edited(book: dict) -> None:
    book["cells"][index(book, "ex-5-2-check")]["source"] = 'bp.check("5.2", bp.hidden_delta)'


def check_deleted(book: dict) -> None:
    book["cells"].pop(index(book, "ex-5-2-check"))


def written(book: object, **more: object) -> bytes:
    return json.dumps(book, indent=1, **more).encode()  # type: ignore[arg-type]


MERGE = written(solved()).replace(b'"metadata": {},', b'<<<<<<< HEAD\n"metadata": {},\n=======\n>>>>>>> main\n', 1)
BROKEN = ("broken", "broken", "broken")
WRONG_52 = RIGHT["5.2"].replace(".T", "")
EXPLODES = "raise RuntimeError('mine')"

UNLUCKY: dict[str, tuple[object, tuple[str, ...]]] = {
    "solved": (solved(), OK),
    "untouched": (notebook(), ("todo", "todo", "todo")),
    "half done": (notebook(_5_1=RIGHT["5.1"]), ("ok", "todo", "todo")),
    "a helper blank": (notebook(_5_3=RIGHT["5.3"]), ("todo", "todo", "waits")),
    "a helper wrong": (solved(_5_2=WRONG_52), ("ok", "wrong", "waits")),
    "syntax error": at_top("def share_of_error(W_next, delta_next, i)\n    return 1", "error"),
    "merge marks in a cell": at_top(f"<<<<<<< HEAD\n{RIGHT['5.1']}\n=======\n>>>>>>> main", "error"),
    "import error": first("return 1", "error", "import no_such_module"),
    "an error in a cell of the learner's": own(EXPLODES),
    "an error behind the function": at_top(f"{RIGHT['5.1']}\n{EXPLODES}", "ok"),
    "an exception in the function": first("raise ValueError('oh')", "error"),
    "recursion without end": first("return share_of_error(W_next, delta_next, i)", "error"),
    "no ids": (changed(solved(), without_ids), OK),
    "ids of another editor": (changed(solved(), foreign_ids), OK),
    "duplicate ids": (changed(solved(), same_ids), OK),
    "notebook format 3": (old_format(), OK),
    "notebook format 5": (written(solved() | {"nbformat": 5}), BROKEN),
    "a byte order mark": (b"\xef\xbb\xbf" + written(solved()), OK),
    "latin-1": (written(changed(solved(), lambda b: b["cells"].append(code("# déjà"))), ensure_ascii=False)
                .decode().encode("latin-1"), BROKEN),
    "cut off": (written(solved())[:900], BROKEN),
    "empty": (b"", BROKEN),
    "merge marks in the file": (MERGE, BROKEN),
    "a list": (b"[]", BROKEN),
    "a cell without source": (written({"cells": [{"cell_type": "code"}], "nbformat": 4, "metadata": {}}), BROKEN),
    "no cells": (written(solved() | {"cells": []}), ("todo", "todo", "todo")),
    "answers behind their checks": (moved([0, 1, 2, 3, 5, 4, 6, 8, 7, 9, 10, 12, 11]), OK),
    "answers first": (moved([1, 4, 7, 11, 0, 2, 3, 5, 6, 8, 9, 10, 12]), OK),
    "a split answer": (changed(solved(), split), OK),
    "all in one cell": (changed(solved(), one_cell), OK),
    "a draft before the answer": (changed(solved(), twice), OK),
    "checks deleted": without("ex-5-1-check", "ex-5-2-check", "ex-5-3-check"),
    "an answer deleted": (changed(solved(), lambda b: b["cells"].pop(index(b, "ex-5-1-answer"))), ("todo", "ok", "ok")),
    "stale output": (changed(solved(), stale("5.2 not yet: hidden_delta")), OK),
    "cell magic": own("%%time\nx = 1\n"),
    "strict mode": own("import os; os.environ['BPKIT_STRICT'] = '1'\nbp.check('5.2', None)"),
    "NumPy raises": own("np.seterr(all='raise')"),
    "names deleted": own("del bp, np\nimport bpkit as bp\nimport numpy as np"),
}

REPLACED = "import bpkit.exercises.checks as c, bpkit.exercises.behaviour as b\n"
FAKE = 'bp.check = lambda *a: print("5.2 correct: hidden_delta, 7 of 7 cases")'
WRONG = ("ok", "wrong", "waits")


def cheat(source: str) -> tuple[dict, tuple[str, ...]]:
    """A notebook with a wrong second answer and a cell that tries to hide it."""
    return changed(solved(_5_2=WRONG_52), lambda book: book["cells"].insert(2, code(source))), WRONG


HOSTILE: dict[str, tuple[object, tuple[str, ...]]] = {
    "a loop at the top": at_top("while True: pass", "timeout"),
    "a loop in the function": first("while True: pass", "timeout"),
    "a loop that catches everything": first("while True:\n        try: x = 1\n        except: pass", "timeout"),
    "a loop in C": first("return sum(__import__('itertools').repeat(0))", "timeout"),
    "a loop in C at the top": at_top("import itertools; sum(itertools.repeat(0))", "timeout"),
    "a long sleep": at_top("import time; time.sleep(1000)", "timeout"),
    "os._exit at the top": at_top("import os; os._exit(3)", "died"),
    "os._exit in the function": first("__import__('os')._exit(0)", "died"),
    "a segmentation fault": first("return __import__('ctypes').string_at(0)", "died"),
    "killed": at_top("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
    "sys.exit": first("raise SystemExit", "error"),
    "20 GB in the function": first("return np.ones(20 * 2**27)", "error"),
    "20 GB at the top": at_top("x = np.ones(20 * 2**27)", "error"),
    "100 MB printed in the function": first(f"print('x' * 10**8)\n    return {BODY}", "ok"),
    "100 MB printed at the top": own("print('x' * 10**8)"),
    "printing without end": own("while True: print('x' * 1000)"),
    "input in the function": first("return input('your answer?')", "error"),
    "input at the top": own("input('your answer?')"),
    "chdir in the function": first(f"__import__('os').chdir('/')\n    return {BODY}", "ok"),
    "chdir at the top": own("import os; os.chdir('/')"),
    "no stdout": own("import sys; sys.stdout = sys.stderr = None"),
    "an alarm": own("import signal; signal.alarm(1)"),
    "names cleared": (changed(solved(), lambda b: b["cells"].append(code("globals().clear()"))), OK),
    "no get_ipython": own("get_ipython = None"),
    "numpy.allclose replaced": cheat("np.allclose = np.array_equal = lambda *a, **k: True"),
    "numpy.exp replaced": cheat("np.exp = lambda z: 0 * z"),
    "the checker replaced": cheat(FAKE),
    "the checker's parts replaced": cheat(f"{REPLACED}c.diagnose = lambda t: None; b.close = lambda *a: True"),
    "a fake correct": cheat('print("5.2 correct: hidden_delta, 7 of 7 cases")'),
    "an edited check": (changed(solved(_5_2=WRONG_52), check_edited), WRONG),
    "a deleted check": (changed(solved(_5_2=WRONG_52), check_deleted), WRONG),
    "an edited check of a right answer": edit("ex-5-2-check", 'bp.check("5.2", None)'),
    "a stored correct": (changed(solved(_5_2=WRONG_52), stale("5.2 correct: hidden_delta, 7 of 7 cases")), WRONG),
    "skip markers": (changed(solved(_5_2=WRONG_52), skip_markers), WRONG),
    "bpkit's function as the answer": (solved(_5_2="hidden_delta = bp.hidden_delta"), ("ok", "wrong", "ok")),
    "bpkit's function inside": (solved(
        _5_2="def hidden_delta(*a):\n    return bp.hidden_delta(*a)"), ("ok", "wrong", "ok")),
    "the reference as the answer": (solved(
        _5_2="from bpkit.exercises.declare import find\nhidden_delta = find('5.2')"), ("ok", "wrong", "ok")),
}
