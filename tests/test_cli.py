"""The command line: one way in, words for whatever goes wrong, and a copy that is never overwritten."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import cli, lab, start, stop

import bpkit
from bpkit import doctor, places, press
from bpkit.cli import main
from bpkit.lab import copy, free_port, own_folder
from bpkit.shapes import BadInput

ROOT = Path(__file__).resolve().parents[1]
TINY = Path(__file__).with_name("tiny")
FIRST = "00_first_steps.ipynb"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make bpkit believe that it runs from a checkout that holds the tiny course, not yet built."""
    root = tmp_path / "checkout"
    shutil.copytree(TINY, root / "solutions")
    shutil.copy(ROOT / "pyproject.toml", root)
    monkeypatch.setattr(places, "PACKAGE", root / "bpkit")
    monkeypatch.chdir(tmp_path)
    return root


@pytest.fixture
def built(checkout: Path) -> Path:
    press.build(checkout, execute=False)
    return checkout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package folder that carries the tiny course, as a wheel does."""
    root = tmp_path_factory.mktemp("installed")
    shutil.copytree(TINY, root / "solutions")
    press.build(root, execute=False)
    shutil.copytree(root / "course", root / "bpkit" / "_course")
    return root / "bpkit"


# the way in

def test_the_version_is_the_packages_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"bpkit {bpkit.__version__}\n"


def test_help_names_every_command_and_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(word in said for word in ("examples", "bpkit lab ~/backprop --port 9000", "doctor", "build"))


@pytest.mark.parametrize("arguments", [[], ["labb"], ["lab", "--port", "many"]])
def test_a_command_that_is_not_one_ends_with_its_usage(
        arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: bpkit" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "words"), [
    (["build", "7"], "'07' is no chapter"),
    (["lab", "--no-browser"], "bpkit finds no chapters"),
])
def test_what_goes_wrong_is_said_in_words(
        checkout: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert words in said and "try:" in said and "Traceback" not in said


@pytest.mark.parametrize("arguments", [["lab", "--no-browser", "--port", "0"], ["lab", "--no-browser", "file"],
                                       ["lab", "--no-browser", "checkout/course"]])
def test_a_lab_that_cannot_open_is_refused_in_words(built: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *command, **settings: pytest.fail("a server was started"))
    Path("file").touch()
    assert main(arguments) == 1
    assert "try:" in capsys.readouterr().err


def test_build_needs_a_checkout(
        package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(places, "PACKAGE", package)
    assert main(["build"]) == 1
    assert "a checkout of bpkit" in capsys.readouterr().err


def test_an_error_of_the_system_is_said_in_words(
        built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (built / "solutions" / "02_folder.md").mkdir()
    assert main(["build", "02"]) == 1
    assert capsys.readouterr().err.startswith("bpkit: Is a directory: ")


@pytest.mark.slow
def test_build_writes_and_its_check_fails_on_drift(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check"]) == 1
    assert "course/00_first_steps.ipynb" in capsys.readouterr().out
    assert not (checkout / "course").exists()
    assert main(["build"]) == 0
    assert main(["build", "--check"]) == 0
    assert "nothing has drifted" in capsys.readouterr().out


# the learner's copy

def test_the_copy_holds_every_chapter_and_the_index(built: Path) -> None:
    mine = built.parent / "mine"
    assert copy(built / "course", mine) == ["00_first_steps.ipynb", "01_second_steps.ipynb", "README.md"]
    assert {path.name: path.read_bytes() for path in mine.iterdir()} == {
        path.name: path.read_bytes() for path in (built / "course").iterdir()}
    assert copy(built / "course", mine) == []


def test_what_a_learner_has_is_never_touched(built: Path) -> None:
    mine = built.parent / "mine"
    mine.mkdir()
    (mine / FIRST).write_bytes(b"my answer, half saved")
    os.symlink("nowhere", mine / "README.md")
    before = (mine / FIRST).stat().st_mtime_ns
    assert copy(built / "course", mine) == ["01_second_steps.ipynb"]
    assert (mine / FIRST).read_bytes() == b"my answer, half saved"
    assert (mine / FIRST).stat().st_mtime_ns == before
    assert os.readlink(mine / "README.md") == "nowhere"


def test_a_copy_that_breaks_off_leaves_whole_files_alone(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = built.parent / "mine"
    real = os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).name == "01_second_steps.ipynb":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(BadInput, match="No space left"):
        copy(built / "course", mine)
    assert [path.name for path in mine.iterdir()] == [FIRST]


def test_inside_a_copy_the_lab_opens_that_copy(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_folder() == built.parent / "my-course"
    copy(built / "course", built.parent / "my-course")
    monkeypatch.chdir(built.parent / "my-course")
    assert own_folder() == built.parent / "my-course"
    monkeypatch.chdir(built / "course")
    assert own_folder() == built / "course" / "my-course"


# ports

@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_busy_port_is_passed_over(busy: int) -> None:
    assert busy < free_port(busy) < busy + 100


@given(st.one_of(st.integers(max_value=0), st.integers(min_value=65536)))
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(BadInput, match="no such port"):
        free_port(port)


def test_where_every_port_is_busy_that_is_said(busy: int) -> None:
    with pytest.raises(BadInput, match="no port is free"):
        free_port(busy, tries=1)


# the doctor

def test_the_doctor_finds_nothing_to_mend_on_a_good_machine(
        built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "all is well" in said and "MEND" not in said
    assert "kernel python3" in said and "2 chapters" in said and "contributors' tests alone" in said


def test_the_doctor_names_a_package_that_is_missing_or_too_old(
        built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = (built / "pyproject.toml").read_text()
    (built / "pyproject.toml").write_text(text.replace('"numpy>=2.0"', '"numpy>=9999", "no-such-package>=1"'))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "wanted >=9999, got " in said and f'{sys.executable} -m pip install "numpy>=9999"' in said
    assert "wanted >=1, got none" in said and "2 to mend" in said


@pytest.mark.parametrize("program", ["/nowhere/python", "other"])
def test_the_doctor_finds_a_kernel_of_another_python(
        built: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = built / "other"
    other.write_text("#!/bin/sh\necho '\"/opt/another\"'\n")
    other.chmod(0o755)
    kernel = built / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [program if program != "other" else str(other), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(built))
    found = {finding.name: finding for finding in doctor.examine(built)}["kernel python3"]
    assert not found.good
    assert f"wanted {sys.prefix}" in found.found and "ipykernel install" in found.mend


def test_the_doctor_finds_a_folder_that_cannot_be_written_to(
        built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**where: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    found = {finding.name: finding for finding in doctor.examine(built)}["this folder"]
    assert not found.good and "Permission denied" in found.found


def test_the_doctor_finds_a_full_disk(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(built)._replace(free=5 * 2**20)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage)
    found = {finding.name: finding for finding in doctor.examine(built)}["disk"]
    assert not found.good and found.found == "5 MB free"


def test_what_contributors_lack_is_no_fault_of_the_machine(
        built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda program: None)
    assert main(["doctor"]) == 0
    assert "none  Chromium" in capsys.readouterr().out


# JupyterLab, as a person meets it

@pytest.mark.slow
def test_the_lab_serves_the_learners_own_copy_behind_a_token_and_ends_with_ctrl_c(
        package: Path, tmp_path: Path, busy: int) -> None:
    mine = tmp_path / "my-course"
    mine.mkdir()
    answer = {"cells": [], "metadata": {"mine": True}, "nbformat": 4, "nbformat_minor": 5}
    (mine / FIRST).write_text(json.dumps(answer))
    with lab([*cli(package), "lab", "--no-browser", "--port", str(busy)], tmp_path) as session:
        assert f"port {busy} is busy" in "".join(session.lines)
        assert session.url.hostname == "127.0.0.1" and session.url.port != busy
        assert session.url.path == f"/lab/tree/{FIRST}"
        assert session.get(f"/api/contents/{FIRST}", session.token)[1]["content"] == answer
        assert session.get("/api/contents/01_second_steps.ipynb", session.token)[0] == 200
        assert session.get(f"/api/contents/{FIRST}")[0] == 403
        assert session.get("/api/contents/..%2F..%2Fetc", session.token)[0] == 404
        session.start_kernel()
        family = session.family()
        assert session.addresses() == {"127.0.0.1"}
        assert not any(session.token in word for word in session.words())
        assert session.end() == 0
        said = session.rest()
        assert said.startswith(f"end it with Ctrl-C\n\nJupyterLab ends; what you saved is in {mine}\n")
        assert "Parent appears to have exited" not in said
        assert not session.listens()
        assert psutil.wait_procs(family, timeout=10)[1] == []
    assert json.loads((mine / FIRST).read_text()) == answer


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_lab_that_is_terminated_or_loses_its_terminal_takes_its_server_with_it(
        package: Path, tmp_path: Path, how: int) -> None:
    with lab([*cli(package), "lab", "--no-browser"], tmp_path) as session:
        assert session.end(how) == 0
        assert not session.listens()


@pytest.mark.slow
def test_a_lab_that_would_let_anyone_in_is_stopped(package: Path, tmp_path: Path) -> None:
    config = tmp_path / ".jupyter-CONFIG" / "jupyter_lab_config.py"
    config.parent.mkdir()
    config.write_text("c.IdentityProvider.token = ''\n")
    process = start([*cli(package), "lab", "--no-browser"], tmp_path)
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        stop(process)
    assert process.returncode == 1
    assert "lets anyone in" in said and "http://" not in said
