"""The house: files that must agree with each other, floors, style, and what may not be named."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


def tracked() -> list[Path]:
    """The project's own files: those that git knows of, or would add."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs git and a checkout, to list the project's files")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_environment_yml_asks_for_what_pyproject_asks_for():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = {d for d in conda["dependencies"] if isinstance(d, str)} - {"pip"}
    wanted = {*PROJECT["project"]["dependencies"], "python" + PROJECT["project"]["requires-python"]}
    assert plain == wanted
    assert conda["dependencies"][-1] == {"pip": ["-e ."]}


def test_the_readme_names_the_commands_that_exist():
    assert all(f"\n{target}: " in MAKEFILE for target in ("lab", "test", "build", "build-check", "lint", "bench"))
    for text in (
        "make lab",
        "make test",
        "pip install -e . && bpkit lab",
        'pip install -e ".[test]" && pytest',
        "conda env create -f environment.yml",
    ):
        assert text in README
    for target in re.findall(r"`make ([a-z-]+)", README):
        assert f"\n{target}: " in MAKEFILE
    for extra in re.findall(r"\.\[([a-z,]+)\]", README):
        assert set(extra.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_continuous_integration_calls_the_readmes_test_command():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.search(r"^make test\b", script, re.M) and "pytest" not in script


def test_versions_agree():
    import bpkit

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert bpkit.__version__ == PROJECT["project"]["version"] == citation["version"]
    assert f"## {bpkit.__version__}" in changes


def test_the_wheel_leaves_out_nothing_that_lessons_need():
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"course": "bpkit/_course"}


def test_nothing_names_a_registry_host_or_a_path_of_one_machine():
    hosts = r"pypi\.org|pythonhosted|registry\.npmjs|conda\.anaconda|/root/|/work/|/home/[a-z]|/opt/(?:wheels|pypi)"
    for path in tracked():
        if path.suffix not in (".png", ".npz") and path != Path(__file__):
            found = re.search(hosts, path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)} names {found.group(0) if found else ''}"


def test_no_work_is_left_marked_without_an_issue():
    marks = re.compile(r"(?:#|//|/\*|<!--) *(TODO|FIXME|XXX)\b(?! #\d)")
    for path in tracked():
        if path.suffix in (".py", ".js", ".md", ".toml") and path != Path(__file__):
            assert not marks.search(path.read_text(encoding="utf-8")), path


def test_only_what_belongs_at_the_root_is_there():
    allowed = {
        "course",
        "solutions",
        "bpkit",
        "tests",
        "environment.yml",
        "README.md",
        "pyproject.toml",
        "Makefile",
        "LICENSE",
        "CITATION.cff",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    }
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} - {
        ".github",
        ".ci",
        ".gitignore",
        ".gitattributes",
    } <= allowed


@pytest.mark.parametrize("path", sorted((ROOT / "bpkit").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_to_read(path):
    limit = 300 if path.match("exercises/ch*.py") else 270  # half of an exercise is its catalogue of mistakes in words
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.slow
def test_the_style_is_clean():
    result = run("ruff", "check", ".")
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_the_types_are_sound():
    result = run("mypy")
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_every_module_imports_from_lower_floors_only():
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_readmes_table_names_every_chapter_by_its_title():
    for path in sorted((ROOT / "solutions").glob("[0-9][0-9]_*.md")):
        title = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M).group(1)
        assert f"| {int(path.stem[:2])} | [{title}](solutions/{path.stem}.ipynb) |" in README


def test_the_readmes_picture_is_the_one_that_the_library_draws():
    import bpkit as bp

    assert (ROOT / ".github/neuron.svg").read_text(encoding="utf-8") == bp.diagrams.neuron(x=0.5, w=0.8, y=1.0).svg
