"""What an action needs beyond its row in the table of transitions. Pure."""

from collections.abc import Callable
from datetime import timedelta

from dispatch.people import Signature
from dispatch.ticket import ForbiddenMoveError, IncompleteOrderError, NotYoursError, Order, RejectReason, Ticket
from dispatch.transitions import FIELD, TRANSITIONS, Action, Role
from dispatch.whistle import Grade, Letter, move_letter, open_letters

LONGEST_PAUSE = timedelta(days=30)
ABOVE_ALL = frozenset({Role.ADMIN, Role.SYSTEM})

Letters = tuple[Letter, ...]
Guard = Callable[[Ticket, Letters, Order], None]


def check(ticket: Ticket, letters: Letters, order: Order) -> None:
    """Raise TicketError unless the order may be carried out."""
    move = TRANSITIONS.get((ticket.state, order.action))
    if move is None:
        raise ForbiddenMoveError(ticket, order.action)
    if order.by.role not in move.by:
        raise NotYoursError(f"{order.action} is not for a {order.by.role}; it is for: {', '.join(sorted(move.by))}")
    for guard in GUARDS.get(order.action, ()):
        guard(ticket, letters, order)


def _by_name(_: Ticket, __: Letters, order: Order) -> None:
    if not order.by.name:
        raise IncompleteOrderError("acknowledge needs a person: sign in, or name the `actor`")


def _coded_reason(_: Ticket, __: Letters, order: Order) -> None:
    if order.reason not in set(RejectReason):
        raise IncompleteOrderError(f"reject needs a reason, one of: {', '.join(RejectReason)}")


def _any_reason(_: Ticket, __: Letters, order: Order) -> None:
    if not order.reason.strip():
        raise IncompleteOrderError(f"{order.action} needs a reason")


def _any_note(_: Ticket, __: Letters, order: Order) -> None:
    if not order.note.strip():
        raise IncompleteOrderError(f"{order.action} needs a note")


def _any_words(ticket: Ticket, letters: Letters, order: Order) -> None:
    """A reporter's yes or no says enough."""
    if order.solved is None:
        _any_note(ticket, letters, order)


def _other_target(ticket: Ticket, _: Letters, order: Order) -> None:
    if order.into is None or order.into == ticket.id:
        raise IncompleteOrderError("merge needs `into`, the id of another, open ticket")


def _no_open_letter(ticket: Ticket, letters: Letters, order: Order) -> None:
    waiting = [letter.department for letter in open_letters(letters)]
    if waiting:
        why = f"{', '.join(waiting)} still has a letter: grade it, or withdraw it with a reason"
        raise ForbiddenMoveError(ticket, order.action, why)


def _not_the_handler(ticket: Ticket, _: Letters, order: Order) -> None:
    if (order.by.name or None) == ticket.handled_by:
        who = order.by.name or "a script that named nobody"
        raise ForbiddenMoveError(ticket, order.action, f"{who} handled it: somebody else must close it")


def _theirs(ticket: Ticket, _: Letters, order: Order) -> None:
    if ticket.assignee in (None, order.by.holder) or order.by.role in ABOVE_ALL:
        return
    why = f"it is with {ticket.assignee}: a dispatcher can hand it over"
    raise ForbiddenMoveError(ticket, order.action, why)


def _not_only_called(ticket: Ticket, _: Letters, order: Order) -> None:
    """A department that was whistled for answers its letter; a ticket that nobody has is for the grid workers."""
    if order.by.role is Role.DEPARTMENT and ticket.assignee is None:
        raise ForbiddenMoveError(ticket, order.action, "nobody has it yet: a dispatcher can assign it to you")


def _an_assignee(_: Ticket, __: Letters, order: Order) -> None:
    if not order.assignee:
        raise IncompleteOrderError("assign needs `assignee`, a person or a department")


def _a_severity(_: Ticket, __: Letters, order: Order) -> None:
    if order.severity is None:
        raise IncompleteOrderError("regrade needs `severity`: minor, major or critical")


def _a_pause(ticket: Ticket, _: Letters, order: Order) -> None:
    if ticket.paused_until is not None:
        raise ForbiddenMoveError(ticket, order.action, f"it is paused until {ticket.paused_until.isoformat()}")
    if order.until is None or not order.at < order.until <= order.at + LONGEST_PAUSE:
        raise IncompleteOrderError(f"pause needs `until`, within {LONGEST_PAUSE.days} days: a clock must start again")
    if order.by.name and order.by.holder == ticket.assignee:
        raise NotYoursError(f"{order.by.name} has it in hand: somebody else must approve the pause")


def _is_paused(ticket: Ticket, _: Letters, order: Order) -> None:
    if ticket.paused_until is None:
        raise ForbiddenMoveError(ticket, order.action, "it is not paused")


def _theirs_at_work(ticket: Ticket, letters: Letters, order: Order) -> None:
    """Of those in the field, only who has it sets its clocks going again."""
    if order.by.role in FIELD:
        _theirs(ticket, letters, order)


def _a_whistle(ticket: Ticket, letters: Letters, order: Order) -> None:
    if not order.departments or len(set(order.departments)) < len(order.departments):
        raise IncompleteOrderError("whistle needs `departments`, each once")
    if order.until is None or order.until <= order.at:
        raise IncompleteOrderError("whistle needs `until`, the deadline of its letters")
    summoned = {letter.department for letter in open_letters(letters)} & set(order.departments)
    if summoned:
        raise ForbiddenMoveError(ticket, order.action, f"{', '.join(sorted(summoned))} has a letter already")


def _a_letter(ticket: Ticket, letters: Letters, order: Order) -> None:
    waiting = [letter for letter in open_letters(letters) if letter.department == order.letter]
    if not waiting:
        raise IncompleteOrderError(f"{order.action} needs `letter`, a department that was summoned and is not done")
    if move_letter(waiting[0], order.action, order.at, "") is None:
        raise ForbiddenMoveError(ticket, order.action, f"the letter of {order.letter} is {waiting[0].state}")


def _their_letter(_: Ticket, __: Letters, order: Order) -> None:
    if order.by.role is Role.DEPARTMENT and order.letter != order.by.department:
        raise NotYoursError(f"the letter is addressed to {order.letter}, not to {order.by.department}")


def _who_whistled(_: Ticket, letters: Letters, order: Order) -> None:
    """Or whoever checks, where who whistled has left."""
    letter = next(letter for letter in open_letters(letters) if letter.department == order.letter)
    if letter.orphaned or order.by.name == letter.by or order.by.role is Role.ADMIN:
        return
    by = letter.by or Signature.SCRIPT  # older letters of a server's own token are not signed
    raise NotYoursError(
        f"{by} whistled: who whistled grades the answer, or an admin does; or withdraw the letter, with a reason"
    )


def _a_grade(_: Ticket, __: Letters, order: Order) -> None:
    if order.grade is None:
        raise IncompleteOrderError(f"grade needs `grade`, one of: {', '.join(Grade)}")


GUARDS: dict[Action, tuple[Guard, ...]] = {
    Action.REJECT: (_coded_reason, _no_open_letter),
    Action.MERGE: (_other_target, _no_open_letter),
    Action.UNMERGE: (_any_reason,),
    Action.RECALL: (_any_reason,),
    Action.ACCEPT: (_theirs, _not_only_called),
    Action.RETURN: (_any_reason, _theirs, _not_only_called),
    Action.HANDLE: (_theirs, _not_only_called),
    Action.CLOSE: (_not_the_handler, _no_open_letter),
    Action.REOPEN: (_any_reason,),
    Action.ASSIGN: (_an_assignee,),
    Action.PAUSE: (_any_reason, _a_pause),
    Action.RESUME: (_is_paused, _theirs_at_work, _not_only_called),
    Action.REGRADE: (_any_reason, _a_severity),
    Action.ESCALATE: (_any_reason,),
    Action.WHISTLE: (_any_note, _a_whistle),
    Action.CHECK_IN: (_a_letter, _their_letter),
    Action.REPORT_BACK: (_any_note, _a_letter, _their_letter),
    Action.GRADE: (_a_grade, _a_letter, _who_whistled),
    Action.WITHDRAW: (_any_reason, _a_letter),
    Action.ACKNOWLEDGE: (_by_name,),
    Action.COMMENT: (_any_words,),
}
