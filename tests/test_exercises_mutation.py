"""Every mistake of the catalogue is caught and named, alone and in pairs, and whatever the seed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpkit.exercises.checks import verdict_on
from bpkit.exercises.declare import Exercise, every, find
from bpkit.exercises.report import Score, kind, main, mutant, score, share, table
from bpkit.exercises.trial import Trial

EVERY = {one.number: one for one in every()}
TURNS = 5
SEEDS = {"8.3": 10, "9.2": 5, "9.3": 5}  # long chains, long trainings


@pytest.mark.slow
@pytest.mark.parametrize("number", EVERY)
def test_every_mistake_is_caught_and_named_and_every_pair_is_caught(number: str) -> None:
    found = score(EVERY[number])
    assert found.perfect, table([found])


@pytest.mark.slow
@pytest.mark.parametrize("number", EVERY)
def test_mistakes_keep_their_names_over_25_seeds(number: str) -> None:
    one = EVERY[number]
    for seed in range(SEEDS.get(number, 25)):
        names = list(one.flaws)[seed % TURNS::TURNS]
        assert {name: kind(one, name, seed=seed) for name in names} == {name: name for name in names}, seed


def test_pairs_that_undo_each_other_are_declared_and_do_undo_each_other() -> None:
    declared = [(one, two) for one in EVERY.values() for two in one.harmless]
    assert declared
    for one, two in declared:
        assert mutant(one, *two).status == "correct", (one.number, two)
        assert all(mutant(one, name).status == "not_yet" for name in two)


def test_mistakes_that_are_declared_the_same_cannot_be_told_apart() -> None:
    for one in EVERY.values():
        for names in one.same:
            assert len({mutant(one, name).kind for name in names}) == 1


def blind(exercise: Exercise) -> Exercise:
    """The exercise with its batch of one as the only case."""
    return replace(exercise, cases=tuple(case for case in exercise.cases if case.tag == "a batch of one"))


def test_a_batch_of_one_alone_would_let_mistakes_pass() -> None:
    one = blind(find("6.2"))
    missed = [name for name in one.flaws if verdict_on(
        Trial(one, lambda *args, n=name: one(*args, **{n: True}), may_borrow=True)).status == "correct"]
    assert {"not_summed", "mean", "first_example", "last_example"} <= set(missed)


def test_the_report_says_what_was_missed_and_main_fails(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    one = find("6.2")
    bad = Score(one, ("mean",), ("sign",), (("mean", "sign"),), 3)
    assert not bad.perfect
    for words in ("6.2: mean is not caught", "6.2: sign is not named", "6.2: mean with sign is not caught"):
        assert words in table([bad])
    monkeypatch.setattr("bpkit.exercises.report.every", lambda: [one])
    monkeypatch.setattr("bpkit.exercises.report.score", lambda _: bad)
    assert main() == 1
    monkeypatch.setattr("bpkit.exercises.report.score", lambda _: Score(one, (), (), (), 30))
    assert main() == 0
    assert "100 %" in capsys.readouterr().out


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert share(9999, 10000) == "99.9 %"
    assert share(3, 3) == "100 %"
    assert share(0, 0) == "-"
