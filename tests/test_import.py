"""What ``import bpkit`` costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bpkit

HEAVY = ("matplotlib", "sympy", "ipywidgets", "anywidget", "IPython", "sklearn", "tqdm", "pytest", "rich")


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize(
    "code",
    [
        "import bpkit",
        "import bpkit as bp; net = bp.Network.random([2, 3, 2]); t = net.forward([[1.], [2.]]); "
        "net.step(net.backward(t, [[1.], [0.]], bp.cross_entropy), 0.1); bp.data.digits(); bp.data.iris(); repr(net); "
        "bp.show(x=1.0)",
    ],
    ids=["import", "forward, backward, step, data"],
)
def test_numerics_load_nothing_heavier_than_numpy(code):
    assert not loaded(code) & set(HEAVY)


def test_every_name_of_the_public_page_exists():
    for name in bpkit.__all__:
        assert getattr(bpkit, name) is not None
    assert set(bpkit.__all__) <= set(dir(bpkit))
