"""Numbers are written alike on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpkit as bp
from bpkit.notation import COLOURS, SYMBOLS, number, text, write_whole


@given(st.floats(-1e6, 1e6), st.integers(1, 10))
def test_a_written_number_is_within_half_of_its_last_digit(value, digits):
    written = number(value, digits)
    assert abs(float(written) - value) <= max(
        0.5 * 10.0**-digits + 1e-15 * abs(value), abs(value) * 1e-1 if "e" in written else 0
    )
    assert not written.startswith("-0.0000000000"[: digits + 3]) or "e" in written or float(written) != 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-0.0, "0.0000"),
        (-1e-17, "0.0000"),
        (0.40131, "0.4013"),
        (-2e-9, "-2.00e-09"),
        (1 + 2j, "1.0000 + 2.0000i"),
        (12345678.9, "1.23e+07"),
        (True, "1.0000"),
        (np.nan, "nan"),
        (-np.inf, "-inf"),
    ],
)
def test_numbers_are_rounded_without_a_negative_zero(value, written):
    assert number(value) == written


def test_arrays_are_written_in_columns_that_line_up():
    assert text(np.array([[1.0, -2.5], [10.0, 0.0]])) == "[[ 1.0000 -2.5000]\n [10.0000  0.0000]]"
    assert text(np.array([1, 2])) == "[1 2]"


def test_show_prints_a_name_a_value_and_a_shape(capsys):
    bp.show(L=0.51301525, W=np.ones((1, 2)), blank=..., digits=2)
    assert capsys.readouterr().out == "L = 0.51\nW = [[1.00 1.00]]   (1, 2)\nblank = ... (still blank)\n"


def test_a_colour_can_be_read_on_its_background():
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    for day, night in COLOURS.values():
        assert 1.05 / (light(day) + 0.05) >= 4.5 and (light(night) + 0.05) / (light("#111111") + 0.05) >= 4.5


def test_the_dictionary_of_symbols_names_what_exists():
    net = bp.Network.random([2, 2])
    trace = net.forward([[1.0], [2.0]])
    grads = net.backward(trace, [[1.0], [0.0]], "cross_entropy")
    for symbol in SYMBOLS.values():
        head = symbol.python.split("[")[0]
        if "." in head:
            assert hasattr({"net": net, "trace": trace, "grads": grads}[head.split(".")[0]], head.split(".")[1])


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = write_whole(tmp_path / "new" / "a.txt", b"one")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one" and len(list(path.parent.iterdir())) == 1
