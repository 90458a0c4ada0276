from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from detect.newest import Newest

MESSAGES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), unique=True).map(sorted)


def takes(messages: list[tuple[int, int]]) -> list[bool]:
    newest = Newest()
    return [newest.takes(UUID(int=boot), seq) for boot, seq in messages]


@given(MESSAGES)
def test_what_is_sent_one_after_the_other_is_taken(messages: list[tuple[int, int]]) -> None:
    assert all(takes(messages))


@given(MESSAGES.flatmap(st.permutations))
def test_what_was_sent_before_is_not(messages: list[tuple[int, int]]) -> None:
    taken = [message for message, is_taken in zip(messages, takes(messages), strict=True) if is_taken]
    boots = list(dict.fromkeys(boot for boot, _ in taken))
    assert sorted(taken, key=lambda message: (boots.index(message[0]), message[1])) == taken


def test_what_comes_twice_is_taken_once() -> None:
    assert takes([(0, 1), (0, 1), (1, 1), (0, 2), (1, 1), (1, 2)]) == [True, False, True, False, False, True]
