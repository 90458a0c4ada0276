from pathlib import Path

import pytest

from deploy.bench import ledger
from deploy.bench.films import incident_runs, quiet_runs
from deploy.bench.ledger import Ledger
from deploy.bench.score import Tally

FIRST, SECOND, *_ = incident_runs(1)
WORTH = {"debris": Tally(true=2, false=1, missed=0, delays=[0.5, 1.25])}


def test_what_was_judged_is_known_after_a_stop(tmp_path: Path) -> None:
    file = tmp_path / "judged"
    Ledger(file, "model").add(FIRST, WORTH)
    Ledger(file, "model").add(SECOND, {})
    assert Ledger(file, "model").judged == {FIRST: WORTH, SECOND: {}}


def test_another_model_or_other_code_judges_anew(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "judged"
    Ledger(file, "model").add(FIRST, WORTH)
    assert Ledger(file, "another").judged == {}
    monkeypatch.setattr(ledger, "code", lambda: "changed")
    assert Ledger(file, "model").judged == {}


def test_without_a_file_it_knows_what_it_was_told_itself() -> None:
    known = Ledger(None, "model")
    known.add(FIRST, WORTH)
    assert known.judged == {FIRST: WORTH}


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter"
    file.write_text("Dear all,\n")
    with pytest.raises(ValueError, match=r"letter does not hold what was judged: name another"):
        Ledger(file, "model")


def test_every_film_is_told_apart() -> None:
    runs = [*incident_runs(2), *quiet_runs()]
    assert len(set(runs)) == len(runs)


def test_all_that_judges_is_read() -> None:
    assert all(source.exists() for source in ledger.SOURCES)
