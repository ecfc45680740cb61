"""The benchmark measures what it says: every peer takes the same step."""

from __future__ import annotations

import itertools
import json
from importlib.util import find_spec

import numpy as np
import pytest
from absent import need_module

import bpkit as bp
from bpkit.bench import __main__ as bench
from bpkit.bench import child, costs, ideas, measure, peers, report, shares, whole
from bpkit.bench.digits import TRAININGS
from bpkit.bench.steps import LIMIT, OWN, PEERS
from bpkit.bench.workloads import OPTIMISERS, WORKLOADS, problem
from bpkit.program import Program

NEEDS = {
    "PyTorch eager": "torch",
    "PyTorch fused": "torch",
    "JAX jit step": "jax",
    "JAX jit loop": "jax",
    "scikit-learn": "sklearn",
    "HIPS autograd": "autograd",
    "micrograd": "micrograd",
}
SMALL = [key for key in WORKLOADS if key in "abe"]


def losses(p, steps):
    """The readable path's losses of the first steps on one batch."""
    net, state, found = p.net, None, []
    for _ in range(steps):
        found.append(float(net.loss(p.x, p.y, p.loss)))
        net, state = p.opt(net, net.backward(net.forward(p.x), p.y, p.loss), state)
    return found


def number(value):
    return float(value.detach() if hasattr(value, "detach") else value)


CASES = [
    (name, key, optimiser)
    for name in PEERS if name not in (LIMIT, "JAX jit loop")
    for key in SMALL
    for optimiser in OPTIMISERS if name != "micrograd" or (key == "a" and optimiser == "SGD")
]


@pytest.fixture(autouse=True)
def one_thread():
    """More threads than free processors wait for each other."""
    if find_spec("torch"):
        import torch

        torch.set_num_threads(1)


@pytest.mark.slow
@pytest.mark.parametrize("name, key, optimiser", CASES)
def test_every_peer_takes_the_same_steps(name, key, optimiser):
    if name in NEEDS:
        need_module(NEEDS[name], "bench")
    p = problem(WORKLOADS[key], optimiser, "float64")
    step = PEERS[name](p)
    assert np.allclose([number(step()) for _ in range(6)], losses(p, 6), rtol=1e-5)


@pytest.mark.parametrize("key, optimiser", [("a", "Adam"), ("e", "SGD")])
def test_micrograd_is_left_out_of_steps_that_it_cannot_do(key, optimiser):
    need_module("micrograd", "bench")
    with pytest.raises(peers.Skip, match="one Python object a number"):
        PEERS["micrograd"](problem(WORKLOADS[key], optimiser, "float64"))


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("rung", ideas.RUNGS)
@pytest.mark.parametrize("key", SMALL)
def test_every_rung_of_the_ladder_takes_the_same_steps(rung, key, optimiser):
    p = problem(WORKLOADS[key], optimiser, "float64")
    step = ideas.RUNGS[rung](p)
    assert np.allclose([step() for _ in range(6)], losses(p, 6), rtol=1e-9)


def test_the_limit_holds_the_products_of_a_step_and_nothing_else(monkeypatch):
    p = problem(WORKLOADS["c"], "SGD", "float64")
    step = peers.limit(p)
    products = next(c.cell_contents for c in step.__closure__ if isinstance(c.cell_contents, list))
    assert len(products) == 3 + 3 + 2


def test_the_slower_of_two_is_measured_as_slower_by_its_factor():
    now = [0.0]

    def step(seconds):
        now[0] += seconds

    times = measure.in_turns({"one": lambda: step(0.002), "three": lambda: step(0.006)}, 5, lambda: now[0])
    assert abs(measure.ratio(times["three"], times["one"])["median"] - 3) < 1e-9


def test_every_call_of_a_step_is_counted_under_its_kind(monkeypatch):
    monkeypatch.setattr(shares.time, "perf_counter", itertools.count(0.0, 1.0).__next__)  # everything takes a second
    monkeypatch.setattr(shares, "turn", lambda step, count, clock: float(count == 3))  # and a look at the clock none
    row = shares.shares(1, "b", "SGD", "float64")["b"]
    p = problem(WORKLOADS["b"], "SGD", "float64")
    assert row[shares.PRODUCTS] == 2 + 2 + 1
    assert sum(row[kind] for kind in (shares.PRODUCTS, *shares.KINDS.values())) == len(Program(p.net, 32, p.loss, p.opt).calls)


def test_an_exponent_is_the_slope_over_the_three_largest_sizes(monkeypatch):
    monkeypatch.setattr(costs, "LADDERS", {"batch": [(N, (4, 3), N) for N in (1, 8, 16, 32)]})
    monkeypatch.setattr(costs, "in_turns", lambda steps, rounds, clock: {
        name: np.array([5.0 if name == "1" else int(name) ** 1.5]) for name in steps})
    found = costs.exponents(1, rounds=3)["batch"]
    assert found["sizes"] == [1, 8, 16, 32] and abs(found["exponent"] - 1.5) < 1e-12, found


@pytest.mark.slow
@pytest.mark.parametrize("key", WORKLOADS)
def test_a_program_keeps_within_four_numbers_a_parameter_and_two_an_activation(key):
    found = child.run("memory", 1, workload=key)
    assert found["arrays"] + found["objects"] <= found["peak"] <= found["bound"]
    assert found["rss"] <= found["bound"]


@pytest.mark.slow
def test_the_command_prints_its_tables_and_names_what_is_missing(tmp_path, capsys):
    out = tmp_path / "speed.json"
    arguments = [
        "steps",
        "shares",
        "memory",
        "--workloads",
        "a",
        "--optimisers",
        "SGD",
        "--threads",
        "1",
        "--rounds",
        "2",
    ]
    assert bench.main([*arguments, "--json", str(out)]) == 0
    text, numbers = capsys.readouterr().out, json.loads(out.read_text())
    rows = numbers["steps"]["SGD, float64, 1 thread"]["a"]
    assert set(rows) == set(PEERS) and rows[OWN]["median"] > 0
    for name, module in NEEDS.items():
        assert ("missing" in rows[name]) == (find_spec(module) is None), rows[name]
        if find_spec(module) is None:
            assert f"{name}: not installed" in text
    assert "matrix products" in text and numbers["shares"]["SGD"]["a"]["step"] > 0
    assert numbers["machine"]["Python"] in text


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAININGS)
def test_every_training_of_digits_reaches_97_percent(name):
    if name in NEEDS:
        need_module(NEEDS[name], "bench")
    data = bp.data.digits()
    labels = TRAININGS[name](bp.Network.random([64, 32, 10], "relu", rng=0), data)
    assert (np.asarray(labels) == data.labels_test).mean() >= 0.97


@pytest.mark.slow
def test_a_chapter_is_timed_to_its_last_cell(monkeypatch):
    first = whole.chapters(whole.checkout() / "solutions")[:1]
    monkeypatch.setattr(whole, "chapters", lambda folder: first)
    found = whole.lessons()
    assert list(found) == ["00_start_here"] and 0.5 < found["00_start_here"]["seconds"] < 60


def test_a_target_that_is_missed_is_shown_as_not_met():
    def row(ratio):
        return {"ratio": {"median": ratio}}

    found = {"a": {"PyTorch eager": row(17.0), "JAX jit step": row(2.0), "scikit-learn": {"missing": "not installed"}}}
    lines = report.target_table("SGD", found).splitlines()
    assert "not met" in lines[2] and "not met" not in lines[3] and "met" in lines[3] and "not installed" in lines[4]


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench.main(["stps"])
    assert "choose from steps" in capsys.readouterr().err
