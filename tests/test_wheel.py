"""The wheel: it carries the learner notebooks, so that ``pip install bpkit && bpkit lab`` needs no clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from serving import lab

from bpkit import places

ROOT = Path(__file__).resolve().parents[1]
SHARE = Path(sys.prefix) / "share" / "jupyter"  # JupyterLab's own pages and kernels stay where they were installed

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run ``command`` away from the checkout and return what it said; it must succeed."""
    around = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"JUPYTER_PATH": str(SHARE)}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=around, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the checkout's own files, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(".git", ".venv", "__pycache__", "my-course", "node_modules", "tests", ".*_cache")
    tree = shutil.copytree(ROOT, folder / "tree", ignore=ignore)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, tree, cwd=folder)
    return next(folder.glob("bpkit-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into a new environment, which sees this one's other packages."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    Path(packages, "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel,
        cwd=folder)
    return folder


def test_the_wheel_carries_every_lesson_and_no_solution(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    built = places.chapters(ROOT / "course")
    carried = {f"bpkit/_course/{path.name}" for path in built}
    carried |= {f"bpkit/expected/{path.name[:2]}.json" for path in built}
    assert carried | {"bpkit/_course/README.md", "bpkit/jupyter/labconfig/page_config.json"} <= set(names)
    assert not [name for name in names if "solutions" in name]


def test_the_wheel_switches_the_server_extension_of_the_explorers_on(environment: Path, tmp_path: Path) -> None:
    code = "from jupyter_server.extension.serverextension import ListServerExtensionsApp as App; App.launch_instance()"
    listed = run(environment / "bin" / "python", "-c", code, cwd=tmp_path)
    assert "bpkit.explorers.server" in listed and "bpkit.explorers.server  OK" in listed.replace("\x1b[32m", "").replace("\x1b[0m", "")


def test_an_installed_bpkit_opens_its_own_copy_of_the_course_away_from_any_checkout(
        environment: Path, tmp_path: Path) -> None:
    bpkit = environment / "bin" / "bpkit"
    where = run(environment / "bin" / "python", "-c", "import bpkit; print(bpkit.__file__)", cwd=tmp_path)
    assert where.startswith(str(environment))
    assert "all is well" in run(bpkit, "doctor", cwd=tmp_path)
    first = places.chapters(ROOT / "course")[0]
    with lab([str(bpkit), "lab", "--no-browser"], tmp_path,
             JUPYTER_PATH=str(SHARE), JUPYTERLAB_DIR=str(SHARE / "lab"), PYTHONPATH="") as session:
        code, model = session.get(f"/api/contents/{first.name}", session.token)
        assert code == 200 and model["content"]["metadata"]["bpkit"]["chapter"] == first.name[:2]
        assert session.end() == 0
    assert (tmp_path / "my-course" / first.name).read_bytes() == first.read_bytes()
