from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from detect import outbox as module
from detect.outbox import AT_ONCE, PATIENCE_S, Outbox, digest_of
from edge.sqlite import SqliteError

TOPIC = "yihu/v1/00/tooley/cam-1/incident"


class Stand:
    """An outbox, what it has sent, and its figures; it may end and begin again."""

    def __init__(self, path: Path) -> None:
        self.path, self.sent, self.takes = path, list[bytes](), True
        self._begin()

    def _begin(self) -> None:
        self._registry = CollectorRegistry()
        self.outbox = Outbox(self.path, self._send, self._registry)

    def _send(self, topic: str, body: bytes) -> bool:
        assert topic == TOPIC
        if self.takes:
            self.sent.append(body)
        return self.takes

    def restart(self) -> None:
        self.outbox.close()
        self._begin()

    def said(self, now: float) -> list[bytes]:
        """What it says again then."""
        self.sent.clear()
        self.outbox.say_again(now)
        return self.sent.copy()

    def count(self, name: str) -> float:
        return self._registry.get_sample_value(f"yihu_detect_incidents_{name}") or 0


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path / "detect" / "a.outbox")
    yield stand
    stand.outbox.close()


def test_what_is_told_goes_out_at_once_and_again_until_dispatch_has_it(stand: Stand):
    stand.outbox.put(TOPIC, b"open", 0)
    assert stand.sent == [b"open"]
    assert stand.said(PATIENCE_S - 1) == []
    assert stand.said(PATIENCE_S) == [b"open"]
    assert stand.said(PATIENCE_S + 1) == []
    assert stand.said(2 * PATIENCE_S) == [b"open"]
    assert stand.count("waiting") == 1
    stand.outbox.confirm(digest_of(b"open"))
    assert stand.said(9 * PATIENCE_S) == []
    assert stand.count("waiting") == 0


def test_what_the_broker_did_not_take_is_not_lost(stand: Stand):
    stand.takes = False
    stand.outbox.put(TOPIC, b"open", 0)
    stand.takes = True
    assert stand.said(PATIENCE_S) == [b"open"]
    assert stand.count("unsent_total") == 0


def test_while_dispatch_is_away_no_more_than_some_are_said_again(stand: Stand):
    bodies = [b"%d" % number for number in range(3 * AT_ONCE)]
    for body in bodies:
        stand.outbox.put(TOPIC, body, 0)
    assert stand.said(PATIENCE_S) == bodies[:AT_ONCE]
    assert stand.said(PATIENCE_S + 1) == []
    for body in bodies[:3]:
        stand.outbox.confirm(digest_of(body))
    assert stand.said(PATIENCE_S + 2) == bodies[AT_ONCE : AT_ONCE + 3]
    assert stand.said(2 * PATIENCE_S) == bodies[AT_ONCE + 3 : 2 * AT_ONCE]


def test_after_a_restart_all_that_waits_is_said_again_in_its_order(stand: Stand):
    for body in (b"open", b"update", b"clear"):
        stand.outbox.put(TOPIC, body, 0)
    stand.outbox.confirm(digest_of(b"update"))
    stand.restart()
    assert stand.said(0) == [b"open", b"clear"]


def test_dispatchs_word_of_what_is_not_ours_says_nothing(stand: Stand):
    stand.outbox.put(TOPIC, b"open", 0)
    for _ in range(2):
        stand.outbox.confirm(digest_of(b"another's"))
    assert stand.count("waiting") == 1


def test_the_same_said_twice_is_kept_once(stand: Stand):
    stand.outbox.put(TOPIC, b"open", 0)
    stand.outbox.put(TOPIC, b"open", 1)
    assert stand.sent == [b"open", b"open"]
    stand.outbox.confirm(digest_of(b"open"))
    stand.restart()
    assert stand.said(0) == []


def test_what_no_disk_takes_is_said_once_and_that_is_told(stand: Stand, caplog: pytest.LogCaptureFixture):
    database = stand.outbox._file._database
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 2}")
    stand.outbox.put(TOPIC, bytes(100_000), 0)
    assert stand.sent == [bytes(100_000)]
    assert "make room on its disk" in stand.outbox.trouble
    assert "each incident is said once" in caplog.text
    assert (stand.said(PATIENCE_S), stand.count("unsent_total")) == ([], 0)
    stand.takes = False
    stand.outbox.put(TOPIC, bytes(100_001), 0)
    assert stand.count("unsent_total") == 1
    stand.outbox.put(TOPIC, b"small", 0)
    assert stand.outbox.trouble == ""


def test_of_a_dispatch_that_is_away_for_days_no_more_is_kept_than_the_limit(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LIMIT", 1000)
    for number in range(3):
        stand.outbox.put(TOPIC, b"%0400d" % number, 0)
    assert len(stand.sent) == 3
    assert stand.count("waiting") == 2
    assert "see whether it runs" in stand.outbox.trouble
    stand.outbox.confirm(digest_of(b"%0400d" % 0))
    stand.outbox.put(TOPIC, b"%0400d" % 3, 0)
    assert (stand.count("waiting"), stand.outbox.trouble) == (2, "")


def test_one_that_another_process_has_is_not_opened(stand: Stand):
    with pytest.raises(SqliteError, match="another process may run on it"):
        Outbox(stand.path, stand._send, CollectorRegistry())


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.binary(min_size=1, max_size=3)),
        st.tuples(st.just("confirm"), st.binary(min_size=1, max_size=3)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("wait"), st.floats(0, 2 * PATIENCE_S)),
    ),
    max_size=30,
)


@given(steps=steps)
def test_whatever_happens_just_what_is_not_confirmed_is_said_again(steps, tmp_path_factory: pytest.TempPathFactory):
    stand, now, told = Stand(tmp_path_factory.mktemp("outbox") / "a.outbox"), 0.0, set[bytes]()
    for step, value in steps:
        match step:
            case "put":
                stand.outbox.put(TOPIC, value, now)
                told.add(value)
            case "confirm":
                stand.outbox.confirm(digest_of(value))
                told.discard(value)
            case "restart":
                stand.restart()
            case _:
                now += value
        stand.outbox.say_again(now)
    again = set[bytes]()
    for _ in range(len(told) // AT_ONCE + 2):
        now += PATIENCE_S
        again |= set(stand.said(now))
    stand.outbox.close()
    assert again == told
