"""The press: a lesson is its solution minus the answers, and a rebuild changes nothing."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validate

import bpkit
from bpkit.exercises.course import normal_hash
from bpkit.press import build, cut
from bpkit.press.cutter import MARKS, Place, solved
from bpkit.press.index import links
from bpkit.press.plain import plain
from bpkit.press.proof import proofread
from bpkit.press.source import read, sources
from bpkit.shapes import BadInput

ROOT = Path(__file__).resolve().parents[1]
TINY = Path(__file__).with_name("tiny")


# the cutter

@pytest.mark.parametrize(("code", "left"), [
    ("x = secret()  # SOLUTION", "x = ..."),
    ("a = b = secret()  # SOLUTION", "a = b = ..."),
    ("x: float = secret()  # SOLUTION", "x: float = ..."),
    ("x += secret()  # SOLUTION", "x += ..."),
    ("d[f(k=1)] = secret()  # SOLUTION", "d[f(k=1)] = ..."),
    ("f = lambda s=1: s == secret  # SOLUTION", "f = ..."),
    ("x = (\n    secret +\n    secret\n)  # SOLUTION\ny = 1", "x = ...\ny = 1"),
    ("å['δδδδ'] = s == secret  # SOLUTION", "å['δδδδ'] = ..."),
    ("a = 1; b = secret  # SOLUTION", "a = 1; b = ..."),
    ("def f(x): return secret  # SOLUTION", "def f(x): return ..."),
    ("def f(x):\n    return (secret,\n            secret)  # SOLUTION", "def f(x):\n    return ..."),
    ("def f(x):\n    '''Say.'''\n    # BEGIN SOLUTION\n    secret = x\n    return secret\n    # END SOLUTION",
     "def f(x):\n    '''Say.'''\n    ..."),
    ("if a:\n    # BEGIN SOLUTION\n    secret()\n\n    # secret\n    secret()\n    # END SOLUTION\nelse:\n    b()",
     "if a:\n    ...\nelse:\n    b()"),
    ("# BEGIN SOLUTION\nif secret:\n    a()\nelif secret:\n    b()\n# END SOLUTION", "..."),
    ("# BEGIN SOLUTION\nfor i in secret:\n    secret(i)\n# END SOLUTION\nz = 1  # SOLUTION", "...\nz = ..."),
    ("text = 'the solution'  # find the solution\nx = secret  # SOLUTION",
     "text = 'the solution'  # find the solution\nx = ..."),
])
def test_a_mark_takes_the_answer_and_leaves_the_question(code: str, left: str) -> None:
    assert cut(code) == left


@pytest.mark.parametrize(("code", "line", "problem"), [
    ("a = 1\nprint(a)  # SOLUTION", 2, "no assignment and no return"),
    ("x: float  # SOLUTION", 1, "no assignment and no return"),
    ("def f():\n    return  # SOLUTION", 2, "no assignment and no return"),
    ("x = f(1,  # SOLUTION\n      2)", 1, "no assignment and no return"),
    ("# SOLUTION\nx = 1", 1, "wrong place"),
    ("x = 1  # BEGIN SOLUTION\n# END SOLUTION", 1, "wrong place"),
    ("x = 1  # Solution", 1, "misspelt"),
    ("x = 1  #SOLUTION", 1, "misspelt"),
    ("x = 1  # SOLUTION: see above", 1, "misspelt"),
    ("# BEGIN SOLUTION\nx = 1", 1, "has no end"),
    ("x = 1\n# END SOLUTION", 2, "does not fit the marks"),
    ("# BEGIN SOLUTION\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION", 2, "does not fit the marks"),
    ("# BEGIN SOLUTION\nx = 1  # SOLUTION\n# END SOLUTION", 2, "does not fit the marks"),
    ("# BEGIN SOLUTION\n# END SOLUTION", 1, "whole statements"),
    ("def f():\n# BEGIN SOLUTION\n    return 1\n# END SOLUTION", 2, "whole statements"),
    ("# BEGIN SOLUTION\ndef f():\n    a = 1\n    # END SOLUTION\n    return a", 1, "whole statements"),
    ("if a:\n    b()\n    # BEGIN SOLUTION\n    b()\nelse:\n    b()\n    # END SOLUTION", 3, "whole statements"),
    ("if a:\n    b()\n# BEGIN SOLUTION\nelif c:\n    b()\n# END SOLUTION", 3, "whole statements"),
    ("x = [1,\n# BEGIN SOLUTION\n2]\ny = 1\n# END SOLUTION", 2, "whole statements"),
    ("@property\n# BEGIN SOLUTION\ndef f(): pass\n# END SOLUTION", 2, "no Python any more"),
    ("x = '''\n# SOLUTION\n'''", 2, "inside a text"),
    ("x = (1  # SOLUTION", 1, "no Python"),
])
def test_a_mark_that_does_not_fit_is_an_error_with_its_file_and_line(code: str, line: int, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        cut(code, Place(Path("solutions/05_x.md"), 10))
    assert str(caught.value).startswith(f"solutions/05_x.md:{line + 9}: ")


names = st.sampled_from(["a", "b", "δ", "W_next"])
secrets = st.sampled_from(["secret(1)", "(secret +\n 2)", "lambda x=1: secret", "'secret'", "[secret == 1]", "secret"])
answers = st.one_of(
    st.builds("{} = {}  # SOLUTION".format, names, secrets),
    st.builds("{} += {}  # SOLUTION".format, names, secrets),
    st.builds("# BEGIN SOLUTION\n{} = {}\nif secret:\n    secret()\n# END SOLUTION".format, names, secrets))
plain_lines = st.builds("{} = {}  # a note".format, names, st.sampled_from(["1", "f(x=2)", "'# plain'"]))


def indented(lines: list[str]) -> str:
    return "\n".join("    " + line for text in lines for line in text.split("\n"))


bodies = st.lists(st.one_of(answers, plain_lines), min_size=1, max_size=5)
programs = st.lists(st.one_of(answers, plain_lines, bodies.map(lambda body: f"def f(x):\n{indented(body)}"),
                              bodies.map(lambda body: f"for x in y:\n{indented(body)}")), min_size=1, max_size=6
                    ).map("\n".join)


@given(programs)
def test_what_is_left_parses_holds_no_secret_and_is_cut_no_further(code: str) -> None:
    left = cut(code)
    ast.parse(left)
    assert "secret" not in left
    assert not any(mark in left for mark in MARKS)
    assert cut(left) == left
    assert [line for line in left.splitlines() if "a note" in line] == [
        line for line in code.splitlines() if "a note" in line]


@given(programs)
def test_the_solved_notebook_is_the_same_program_without_marks(code: str) -> None:
    assert ast.dump(ast.parse(solved(code))) == ast.dump(ast.parse(code))
    assert not any(mark in solved(code) for mark in MARKS)


# what a chapter may not do

ANSWER = '```{code-cell}\n:exercise: "3.1"\n:role: answer\nx = 1  # SOLUTION\n```\n'
CHECK = '```{code-cell}\n:exercise: "3.1"\n:role: check\nbp.check("3.1", x)\n```\n'


@pytest.mark.parametrize(("text", "line", "problem"), [
    ("Words first\n", 1, "no title"),
    ("", 1, "no title"),
    (f"# T\n\n{CHECK}", 6, "no answer above it"),
    (f"# T\n\n{ANSWER}", 6, "has no check"),
    (f"# T\n\n{ANSWER}{CHECK}{CHECK}", 16, "a second check"),
    ((f"# T\n\n{ANSWER}{CHECK}").replace("3.1", "4.1"), 6, "wrong chapter"),
    (f"# T\n\n{ANSWER}".replace('"3.1"', "3.1"), 6, "number is a text"),
    (f"# T\n\n{ANSWER}".replace("exercise", "exercize"), 6, "no setting of a cell"),
    (f"# T\n\n{ANSWER}".replace("answer", "anser"), 6, "no role of a cell"),
    (f"# T\n\n{ANSWER}".replace(":role: answer", ":tags: [a]"), 6, "go together"),
    (f"# T\n\n{ANSWER}".replace(":role: answer", ":role: answer\n:tags: [solution]"), 7, "go together"),
    (f"# T\n\n{ANSWER}".replace("  # SOLUTION", ""), 6, "holds no mark"),
    ("# T\n\n```{code-cell}\nx = 1  # SOLUTION\n```\n", 4, "no check judges"),
    (f"# T\n\n{ANSWER}{CHECK}".replace("bp.check(", "y = bp.check("), 11, "one line"),
    (f"# T\n\n{ANSWER}{CHECK}".replace('check("3.1"', 'check("3.2"'), 11, "one line"),
    (f'# T\n\n```{{code-cell}}\n:needs: ["3.1"]\nx\n```\n{ANSWER}{CHECK}', 5, "not answered above it"),
    ('# T\n\n```{code-cell}\n:needs: "3.1"\nx\n```\n', 5, "list of texts"),
    ("# T\n\n```{code-cell}\n:tags: [a\nx\n```\n", 3, "not readable"),
    ("# T\n\n```{figure} a.png\n```\n", 3, "does not show"),
    ("# T\n\nSee {math}`x`.\n", 3, "roles and targets"),
    ("# T\n\n:::{note}\nnever closed\n", 3, "never closed"),
])
def test_a_chapter_that_cannot_be_built_is_named_with_its_line(
        tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "solutions" / "03_chain_rule.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=problem) as caught:
        proofread(read(path))
    assert str(caught.value).startswith(f"solutions/03_chain_rule.md:{line}: ")


@pytest.mark.parametrize(("myst", "shown"), [
    (":::{tip}\nRead $x$.\n:::", "> **Tip**\n>\n> Read $x$."),
    ("```{warning} Mind\n:class: x\nthe gap\n\nhere\n```\nend", "> **Warning: Mind**\n>\n> the gap\n>\n> here\nend"),
    (":::{admonition} Aim\n- one\n:::", "> **Aim**\n>\n> - one"),
    (":::{note}\n```python\nx = {}\n```\n:::", "> **Note**\n>\n> ```python\n> x = {}\n> ```"),
    ("```python\n:::{note}\n```", "```python\n:::{note}\n```"),
    ("$$\n\\frac{a}{b}\n$$ and `{math}`", "$$\n\\frac{a}{b}\n$$ and `{math}`"),
])
def test_an_admonition_reads_as_a_quotation_without_an_extension(myst: str, shown: str) -> None:
    assert plain(myst, Place()) == shown


# the build

@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the two tiny chapters once, with their outputs."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(TINY, root / "solutions")
    assert {change.kind for change in build(root)} == {"new"}
    return root


@pytest.fixture
def copied(course: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(course, tmp_path / "copied"))


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def load(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.mark.slow
def test_a_rebuild_is_byte_equal_even_where_a_cell_prints_the_time(copied: Path) -> None:
    before = files(copied)
    assert build(copied) == []
    assert build(copied, check=True) == []
    assert files(copied) == before


@pytest.mark.slow
def test_without_running_the_stored_outputs_stay(copied: Path) -> None:
    before = files(copied)
    assert build(copied, execute=False) == []
    assert files(copied) == before


@pytest.mark.slow
def test_the_gate_names_every_file_that_drifted_and_writes_nothing(copied: Path) -> None:
    source = copied / "solutions" / "00_first_steps.md"
    source.write_text(source.read_text().replace("double(double(1))", "double(double(2))"))
    (copied / "course" / "Untitled.ipynb").write_text("{}")
    (copied / "course" / "README.md").unlink()
    before = files(copied)
    changes = build(copied, ["0"], check=True)
    assert files(copied) == before
    assert [(change.path, change.kind) for change in changes] == [
        ("solutions/00_first_steps.ipynb", "changed"), ("course/00_first_steps.ipynb", "changed"),
        ("bpkit/expected/00.json", "changed"), ("course/README.md", "new"), ("course/Untitled.ipynb", "left over")]
    assert "+    \"double(double(2))\"" in changes[1].diff


@pytest.mark.slow
def test_the_gate_does_not_compare_pictures(copied: Path) -> None:
    path = copied / "solutions" / "01_second_steps.ipynb"
    text = path.read_text()
    assert "image/png" in text
    path.write_text(re.sub(r'("image/png": ")[^"]*', r"\1AAAA", text))
    assert build(copied, ["1"], check=True) == []
    assert [change.path for change in build(copied, ["1"])] == ["solutions/01_second_steps.ipynb"]
    assert path.read_text() == text


@pytest.mark.slow
def test_the_lesson_keeps_the_question_and_loses_answer_output_and_hidden_cell(course: Path) -> None:
    lesson = load(course / "course" / "00_first_steps.ipynb")
    cells = {cell.id: cell for cell in lesson.cells}
    assert cells["ex-0-1-answer"].source == 'def double(x):\n    """Return 2x."""\n    ...'
    assert cells["ex-0-1-check"].source == 'bp.check("0.1", double)'
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in lesson.cells)
    built = [*(course / "course").iterdir(), *(course / "bpkit").rglob("*.json")]
    everything = "".join(path.read_text() for path in built)
    assert "secret_sum" not in everything and "hidden_thought" not in everything and "4 / 2" not in everything


@pytest.mark.slow
def test_the_solved_notebook_holds_its_outputs_and_no_mark(course: Path) -> None:
    solution = load(course / "solutions" / "00_first_steps.ipynb")
    cells = {cell.id: cell for cell in solution.cells}
    assert "secret_sum = x + x" in cells["ex-0-1-answer"].source and "SOLUTION" not in cells["ex-0-1-answer"].source
    assert cells["ex-0-1-check"].outputs[0].text == "0.1 correct\n"
    assert "hidden_thought" in "".join(cell.source for cell in solution.cells)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["course", "solutions"])
def test_a_built_notebook_is_valid_and_holds_nothing_that_changes_by_itself(course: Path, place: str) -> None:
    for path in sorted((course / place).glob("*.ipynb")):
        notebook = load(path)
        nbformat.validate(notebook)
        identities = [cell.id for cell in notebook.cells]
        assert len(set(identities)) == len(identities)
        assert notebook.metadata.bpkit == {"chapter": path.name[:2], "format": 1}
        assert "widgets" not in notebook.metadata and "version" not in notebook.metadata.language_info
        assert not any("execution" in cell.metadata for cell in notebook.cells)


@pytest.mark.slow
def test_the_record_holds_the_learners_cells_and_the_outputs_of_the_solved_ones(course: Path) -> None:
    record = json.loads((course / "bpkit" / "expected" / "01.json").read_text())
    lesson = load(course / "course" / "01_second_steps.ipynb")
    cells = {cell["id"]: cell for cell in record["cells"]}
    assert [(cell["id"], cell["source"]) for cell in record["cells"]] == [(c.id, c.source) for c in lesson.cells]
    assert all(cell["hash"] == normal_hash(cell["source"]) for cell in record["cells"])
    assert [cells[key]["functions"] for key in ("ex-1-1-answer", "ex-1-1-answer-2")] == [[], ["double"]]
    assert cells["ex-1-1-check"]["outputs"] == [
        {"name": "stdout", "output_type": "stream", "text": "1.1 correct: double\n"}]
    assert "image/png" not in json.dumps(record)
    record = json.loads((course / "bpkit" / "expected" / "00.json").read_text())
    assert [cell["needs"] for cell in record["cells"] if cell["needs"]] == [["0.1"]]
    assert [cell["outputs"] for cell in record["cells"] if "nbval-ignore-output" in cell["tags"]] == [[]]


# https://github.com/jupyter/nbgrader, nbgrader/nbgraderformat/v3.json: the keys of a cell and what they hold
NBGRADER = {"type": "object", "additionalProperties": False,
            "required": ["schema_version", "grade", "locked", "solution"],
            "properties": {"schema_version": {"const": 3}, "grade": {"type": "boolean"}, "locked": {"type": "boolean"},
                           "solution": {"type": "boolean"}, "task": {"type": "boolean"},
                           "grade_id": {"type": "string", "pattern": r"^[a-zA-Z0-9_\-]+$"},
                           "points": {"type": "number", "minimum": 0}}}


@pytest.mark.slow
def test_nbgrader_finds_answers_to_write_and_checks_to_grade(course: Path) -> None:
    lesson = load(course / "course" / "01_second_steps.ipynb")
    marked = [cell.metadata.nbgrader for cell in lesson.cells if "nbgrader" in cell.metadata]
    for each in marked:
        validate(each, NBGRADER)
    assert [(each["grade_id"], each["solution"], each["grade"], each["locked"]) for each in marked] == [
        ("ex-1-1-answer", True, False, False), ("ex-1-1-answer-2", True, False, False),
        ("ex-1-1-check", False, True, True)]


@pytest.mark.slow
def test_every_link_of_the_course_leads_to_a_file(course: Path) -> None:
    for path in [*(course / "course").iterdir(), *(course / "solutions").glob("*.ipynb")]:
        text = path.read_text() if path.suffix == ".md" else "\n".join(cell.source for cell in load(path).cells)
        targets = re.findall(r"\]\(([^)#]+)", text)
        assert targets
        assert all((path.parent / target).exists() for target in targets)
    index = (course / "course" / "README.md").read_text()
    assert "| 0.1 | `double` | [Exercise 0.1: double it](00_first_steps.ipynb#Exercise-0.1%3A-double-it) |" in index


@given(st.lists(st.integers(0, 99).map("{:02}_x".format), unique=True, min_size=1, max_size=12).map(sorted))
def test_the_links_walk_through_the_whole_course_and_back(chapters: list[str]) -> None:
    forth = [re.findall(r"→\]\((\w+)\.ipynb\)", links(chapters, name, "i")) for name in chapters]
    back = [re.findall(r"\[←[^]]*\]\((\w+)\.ipynb\)", links(chapters, name, "i")) for name in chapters]
    assert forth == [[name] for name in chapters[1:]] + [[]]
    assert back == [[], *([name] for name in chapters[:-1])]


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new", "problem"), [
    ("secret_sum = x + x", "secret_sum = x", r"00_first_steps\.md:\d+: the solution of 0\.1 fails its own check"),
    ("double(double(1))", "double(unknown)", r"00_first_steps\.md:\d+: the cell does not run(.|\n)*NameError"),
    ("double(double(1))", "import os; os._exit(1)", r"00_first_steps\.md:\d+: the cell does not run"),
    ("double(double(1))", "object()", r"00_first_steps\.md:\d+: the cell shows what no second run repeats"),
    ("double(double(1))", "import warnings; warnings.warn('x')", r"00_first_steps\.md:\d+: the cell shows what no"),
])
def test_a_solution_that_fails_is_not_built(copied: Path, old: str, new: str, problem: str) -> None:
    source = copied / "solutions" / "00_first_steps.md"
    source.write_text(source.read_text().replace(old, new))
    before = files(copied)
    with pytest.raises(BadInput, match=problem):
        build(copied, ["00"])
    assert files(copied) == before


@pytest.mark.slow
def test_a_solution_runs_in_a_clean_place(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPKIT_STRICT", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    source = copied / "solutions" / "00_first_steps.md"
    source.write_text(source.read_text().replace("double(double(1))", (
        "import os, sys, bpkit\n"
        "print([key for key in os.environ if key.startswith('BPKIT')], os.environ['PYTHONHASHSEED'])\n"
        "print(os.path.basename(os.getcwd())[:6])\n"
        "print(os.environ['MPLBACKEND'], bpkit.__version__)")))
    build(copied, ["00"])
    said = [output.text for cell in load(copied / "solutions" / "00_first_steps.ipynb").cells
            for output in cell.get("outputs", []) if "inline" in output.get("text", "")]
    assert said == [f"[] 0\nbpkit-\nmodule://matplotlib_inline.backend_inline {bpkit.__version__}\n"]


def test_a_course_that_is_not_there_and_a_chapter_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no course to build"):
        build(tmp_path)
    shutil.copytree(TINY, tmp_path / "solutions")
    with pytest.raises(BadInput, match="is no chapter"):
        build(tmp_path, ["7"])


# the course itself

@pytest.mark.parametrize("path", sources(ROOT), ids=lambda path: path.stem)
def test_no_answer_survives_in_the_course(path: Path) -> None:
    lesson = load(ROOT / "course" / f"{path.stem}.ipynb")
    record = json.loads((ROOT / "bpkit" / "expected" / f"{path.stem[:2]}.json").read_text())
    text = path.read_text(encoding="utf-8")
    block, line = r"(# BEGIN SOLUTION\n)(.*?)(\n *# END SOLUTION)", r"((?:[^=!<>]=|return) +)([^=\n]+?)( +# SOLUTION)"
    hidden = {found[1].strip() for mark in (block, line) for found in re.findall(mark, text, re.DOTALL)}
    open_text = re.sub(line, r"\1\3", re.sub(block, r"\1\3", text, flags=re.DOTALL))
    for cells in (lesson.cells, record["cells"]):
        shown = "\n".join(cell["source"] for cell in cells)
        assert "SOLUTION" not in shown
        assert [answer for answer in hidden if shown.count(answer) > open_text.count(answer)] == []


@pytest.mark.slow
def test_what_is_built_is_what_its_source_makes_of_it() -> None:
    drifted = build(ROOT, check=True, execute=False)
    assert not drifted, "\n".join(f"{change.path}\n{change.diff}" for change in drifted)
