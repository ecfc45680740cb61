"""bpkit check where things go wrong: what lies beside the notebook, what the results would replace, and who stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from test_nbcheck_plugin import chapter, lay, notebooks, own, plugin_on, run

from bpkit.exercises import commands
from bpkit.exercises.examine import examine
from bpkit.notation import write_whole
from bpkit.shapes import BadInput

__all__ = ["own"]  # the fixture
CHEAT = """import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    report.user_properties = [("bpkit", "ok"), ("bpkit-result", "{}")]
"""


def states(path: Path) -> list[str]:
    return [row.state for row in examine(path, chapter.record(), path.parent / "expected", 20).rows if row.number]


def with_cell(source: str, **answers: str) -> dict:
    """A solved notebook with a cell of the learner's own at its top."""
    return chapter.changed(chapter.solved(**answers), lambda b: b["cells"].insert(2, chapter.code(source)))


@pytest.mark.slow
def test_neither_a_conftest_nor_an_option_from_outside_reaches_the_judge(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path, chapter.solved(_5_2=notebooks.WRONG_52))
    (tmp_path / "conftest.py").write_text(CHEAT)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert states(path) == ["ok", "wrong", "waits"]
    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing"


@pytest.mark.slow
@pytest.mark.parametrize("source", ["exit()", "quit", "get_ipython().ask_exit()"])
def test_a_cell_that_leaves_the_kernel_ends_nothing(tmp_path: Path, source: str) -> None:
    assert states(lay(tmp_path, with_cell(source))) == ["ok", "ok", "ok"]


@pytest.mark.slow
def test_a_sign_that_is_half_a_character_is_read_as_it_is(tmp_path: Path) -> None:
    path = lay(tmp_path, with_cell("x = 'HALF'"))
    path.write_text(path.read_text().replace("HALF", "\\ud800"))
    assert states(path) == ["ok", "ok", "ok"]


@pytest.mark.parametrize("name, words", [
    ("hw", "no notebook"), ("hw.json", "no notebook"), ("a[1].ipynb", "cannot be checked")])
def test_a_name_that_pytest_would_misread_is_refused_in_words(tmp_path: Path, name: str, words: str) -> None:
    path = lay(tmp_path, chapter.solved()).rename(tmp_path / name)
    with pytest.raises(BadInput, match=words):
        states(path)


@pytest.mark.parametrize("there", ["05_hidden_deltas.ipynb", "notes.json", "a_list.json", "nothing/here.ipynb"])
def test_results_replace_nothing_but_earlier_results(
        own: Path, there: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "examine", None)  # refused before anything runs
    (own / "05_hidden_deltas.ipynb").write_bytes(notebooks.written(chapter.solved()))
    (own / "notes.json").write_text('{"mine": 1}')
    (own / "a_list.json").write_text("[1, 2]")
    before = {path: path.read_bytes() for path in own.iterdir()}
    with pytest.raises(BadInput, match="something else in the place of the results"):
        run("check", "--json", there)
    assert {path: path.read_bytes() for path in own.iterdir()} == before


@pytest.mark.slow
def test_results_go_to_the_screen_or_replace_earlier_ones(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own / "05_hidden_deltas.ipynb").write_bytes(notebooks.written(chapter.solved()))
    assert run("check", "--json", "-") == 0
    heard = capsys.readouterr()
    assert json.loads(heard.out)[0]["ok"] and "all right" in heard.err
    assert not (own / "-").exists()
    for _ in range(2):
        assert run("check", "--json", "results.json") == 0


def test_what_is_written_goes_through_a_link_and_into_a_device(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("before")
    link.symlink_to(real)
    write_whole(link, b"after")
    assert link.is_symlink() and real.read_text() == "after"
    write_whole("/dev/null", b"gone")
    assert Path("/dev/null").is_char_device()


@pytest.mark.slow
def test_a_notebook_that_writes_to_itself_is_told_of(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = own / "05_hidden_deltas.ipynb"
    path.write_bytes(notebooks.written(with_cell("open('05_hidden_deltas.ipynb', 'a').write(' ')")))
    run("check")
    assert "05_hidden_deltas.ipynb has changed" in capsys.readouterr().out


@pytest.mark.slow
def test_an_exported_page_beside_a_notebook_makes_no_solution_of_it(tmp_path: Path) -> None:
    lay(tmp_path, chapter.solved(_5_2=notebooks.WRONG_52))
    (tmp_path / "05_hidden_deltas.md").write_text("# Hidden deltas\n\nexported\n")
    assert "1 failed" in plugin_on(tmp_path).stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system closes terminals in another way")
@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP"])
def test_a_closed_terminal_leaves_no_kernel_behind(tmp_path: Path, end: str) -> None:
    path = lay(tmp_path, with_cell("import itertools\nsum(itertools.repeat(0))"))
    judge = (f"from pathlib import Path; import json; from bpkit.exercises.examine import examine; "
             f"examine(Path({str(path)!r}), json.loads({json.dumps(chapter.record())!r}), Path({str(tmp_path / 'expected')!r}))")
    process = subprocess.Popen([sys.executable, "-c", judge], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kernels: list[psutil.Process] = []
    until = time.monotonic() + 60
    while time.monotonic() < until and not kernels:
        kernels = [one for one in psutil.Process(process.pid).children() if "ipykernel" in " ".join(one.cmdline())]
        time.sleep(0.2)
    assert kernels
    time.sleep(2)
    process.send_signal(getattr(signal, end))
    process.wait(30)
    _, alive = psutil.wait_procs(kernels, timeout=15)
    assert not alive


@pytest.mark.parametrize("command", [["-m", "bpkit", "--version"], ["-m", "bpkit.cli", "--version"]])
def test_the_package_is_a_command_too(command: list[str]) -> None:
    assert "bpkit" in subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True).stdout


def test_a_terminal_without_greek_gets_question_marks_and_no_traceback() -> None:
    code = ("from types import SimpleNamespace as N; from bpkit import cli; "
            "cli.parser = lambda: N(parse_args=lambda _: N(run=lambda _: print(chr(948)) or 0)); cli.main([])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout.strip() == "?"
