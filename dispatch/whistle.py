"""The whistle (吹哨报到): departments summoned to a ticket, each by a response letter with a deadline. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dispatch.transitions import Action


class LetterState(StrEnum):
    ISSUED = "issued"
    CHECKED_IN = "checked_in"
    REPORTED = "reported"
    GRADED = "graded"
    WITHDRAWN = "withdrawn"


class Grade(StrEnum):
    """How the street judges what a department did."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    UNSATISFIED = "unsatisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A response letter (响应函); `by` is who whistled, and `orphaned` whether they have left since.

    Its deadline stays as it was set.
    """

    id: UUID
    department: str
    state: LetterState
    text: str
    by: str
    issued_at: datetime
    deadline: datetime
    number: str = ""
    checked_in_at: datetime | None = None
    reported_at: datetime | None = None
    answer: str = ""
    ended_at: datetime | None = None
    grade: Grade | None = None
    remark: str = ""
    orphaned: bool = False


LETTER_MOVES: dict[tuple[LetterState, Action], LetterState] = {
    (LetterState.ISSUED, Action.CHECK_IN): LetterState.CHECKED_IN,
    (LetterState.CHECKED_IN, Action.REPORT_BACK): LetterState.REPORTED,
    (LetterState.REPORTED, Action.GRADE): LetterState.GRADED,
    (LetterState.ISSUED, Action.WITHDRAW): LetterState.WITHDRAWN,
    (LetterState.CHECKED_IN, Action.WITHDRAW): LetterState.WITHDRAWN,
    (LetterState.REPORTED, Action.WITHDRAW): LetterState.WITHDRAWN,
}
ENDED_LETTERS = frozenset({LetterState.GRADED, LetterState.WITHDRAWN})


def open_letters(letters: Iterable[Letter]) -> list[Letter]:
    return [letter for letter in letters if letter.state not in ENDED_LETTERS]


def move_letter(letter: Letter, action: Action, at: datetime, words: str, grade: Grade | None = None) -> Letter | None:
    """The letter after an action with its words (a report, a remark, a reason), or None where its state forbids it."""
    to = LETTER_MOVES.get((letter.state, action))
    if to is None:
        return None
    moved = replace(letter, state=to, ended_at=at if to in ENDED_LETTERS else None)
    match action:
        case Action.CHECK_IN:
            return replace(moved, checked_in_at=at)
        case Action.REPORT_BACK:
            return replace(moved, reported_at=at, answer=words)
        case _:
            return replace(moved, grade=grade, remark=words)
