import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from detect.mailbox import Mailbox

senders = st.sampled_from("abcdef")


@given(st.lists(senders))
def test_of_each_sender_the_newest_item_is_taken_once(puts: list[str]):
    mailbox: Mailbox[tuple[str, int]] = Mailbox()
    for number, sender in enumerate(puts):
        mailbox.put(sender, (sender, number))
    taken = [mailbox.take(0) for _ in range(len(mailbox))]
    assert taken == [(sender, len(puts) - 1 - puts[::-1].index(sender)) for sender in dict.fromkeys(puts)]
    assert mailbox.take(0) is None


@given(st.lists(senders, unique=True), st.data())
def test_a_flooding_sender_starves_no_other(waiting: list[str], data: st.DataObject):
    mailbox: Mailbox[str] = Mailbox()
    turn = data.draw(st.integers(0, len(waiting)))
    for sender in [*waiting[:turn], "flooder", *waiting[turn:]]:
        mailbox.put(sender, sender)
    taken = []
    while len(taken) <= len(waiting):
        mailbox.put("flooder", "flooder")
        taken.append(mailbox.take(0))
    assert [sender for sender in taken if sender != "flooder"] == waiting


@given(st.lists(senders))
def test_an_item_that_nobody_took_is_said_to_be_replaced(puts: list[str]):
    mailbox: Mailbox[int] = Mailbox()
    replaced = [mailbox.put(sender, 0) for sender in puts]
    assert replaced == [sender in puts[:index] for index, sender in enumerate(puts)]


def test_taking_waits_for_an_item():
    mailbox: Mailbox[str] = Mailbox()
    taken: list[str | None] = []
    taker = threading.Thread(target=lambda: taken.append(mailbox.take(30)))
    taker.start()
    mailbox.put("a", "news")
    taker.join(timeout=10)
    assert taken == ["news"]


def test_waiting_for_nothing_ends():
    began = time.monotonic()
    assert Mailbox[str]().take(0.05) is None
    assert time.monotonic() - began >= 0.05


def test_what_is_passed_over_may_leave_something_to_the_newer():
    box = Mailbox[int](keep=lambda older, newer: older + newer)
    assert [box.put("a", one) for one in (1, 2, 3)] == [False, True, True]
    assert box.take(0) == 6
