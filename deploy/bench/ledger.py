"""What was judged already: a film a line, so that a bench of hours can be stopped and gone on with."""

from pathlib import Path

import msgspec

import detect
import edge.sim
from deploy.bench.films import Run
from deploy.bench.score import Tally
from deploy.demo import town
from detect.model.catalogue import code_digest

HERE = Path(__file__).parent
JUDGES = [HERE / f"{name}.py" for name in ("accuracy", "films", "score")]
SOURCES = (Path(detect.__file__).parent, Path(edge.sim.__file__).parent, *JUDGES, Path(town.__file__))

Tallies = dict[str, Tally]  # by kind of incident


class Entry(msgspec.Struct, frozen=True):
    judge: str
    run: Run
    tallies: Tallies


class Ledger:
    """Keeps in `file`, if any, what each film was worth. What another model or other code has judged does not count.

    Raise ValueError when the file holds anything else.
    """

    def __init__(self, file: Path | None, model: str) -> None:
        self._file, self._judge = file, f"{model}/{code()}"
        self.judged = {entry.run: entry.tallies for entry in _read(file) if entry.judge == self._judge}

    def add(self, run: Run, tallies: Tallies) -> None:
        self.judged[run] = tallies
        if self._file:
            with self._file.open("ab") as out:
                out.write(msgspec.json.encode(Entry(self._judge, run, tallies)) + b"\n")


def _read(file: Path | None) -> list[Entry]:
    lines = file.read_bytes().splitlines() if file and file.exists() else []
    try:
        return [msgspec.json.decode(line, type=Entry) for line in lines]
    except msgspec.DecodeError as error:
        raise ValueError(f"{file} does not hold what was judged: name another, or remove it ({error})") from error


def code() -> str:
    """Of all that renders and judges."""
    return code_digest(*SOURCES)
