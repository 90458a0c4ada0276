import tempfile
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.journal import Journal
from edge.messages import Frame, SenmlRecord, Status, Telemetry, decode
from edge.outbox import MOST_PATIENCE_S, PATIENCE_S, SPANS_EVERY_S, Draft, Outbox
from edge.sqlite import SqliteError
from edge.throttle import MESSAGES
from edge.topics import Topic
from tests.edge.centre import Centre

BOOT = UUID(int=7)
JPEG = b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def centre():
    return Centre()


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal", 1 << 20)
    yield journal
    journal.close()


@pytest.fixture
def outbox(journal, centre):
    return Outbox("tooley", BOOT, journal, centre)


def reading(device="level-1", at=1000.0, boot=BOOT):
    return Draft(device, Telemetry(boot, 0, [SenmlRecord(n="water_level", v=at)]), at, keep=True)


def picture(device="cam-1", at=1000.0, *, keep=True):
    return Draft(device, Frame(BOOT, 0, at, JPEG, moving=keep), at, keep)


def report(*, keep, at=1000.0):
    return Draft("edge", Status("online", BOOT, at), at, keep)


def send(outbox, *drafts, now=0.0):
    for draft in drafts:
        outbox.put(draft)
    return outbox.flush(now)


def test_what_is_new_is_sent_at_once_numbered_by_device(outbox, centre):
    assert send(outbox, reading(), reading("level-2"), reading(), picture()) == []
    assert (centre.of("level-1"), centre.of("level-2"), centre.of("cam-1", "frame")) == ([1, 2], [1], [1])
    assert {(message.boot, message.late) for _, _, message in centre.came} == {(BOOT, False)}


def test_what_the_centre_has_is_forgotten(outbox, centre, journal):
    send(outbox, reading(), reading(), picture())
    assert journal.count == 3
    outbox.confirm(centre.acks())
    assert (journal.count, journal.size) == (0, 0)


def test_what_is_not_confirmed_is_sent_again_ever_more_patiently(outbox, centre):
    centre.deaf = True
    send(outbox, reading())
    centre.deaf = False
    send(outbox, now=PATIENCE_S - 1)
    assert centre.of("level-1") == []
    times = []
    for now in range(int(PATIENCE_S), 5000):
        before = len(centre.came)
        send(outbox, now=float(now))
        times += [now] * (len(centre.came) - before)
    pauses = [after - before for before, after in pairwise(times)]
    assert times[0] == PATIENCE_S
    assert pauses[:4] == [60, 120, 240, 480]
    assert max(pauses) == MOST_PATIENCE_S
    assert set(centre.of("level-1")) == {1}


def test_a_confirmation_makes_it_less_patient_again(outbox, centre):
    centre.deaf = True
    send(outbox, reading())
    send(outbox, now=PATIENCE_S)
    centre.deaf = False
    send(outbox, reading("level-2"), now=PATIENCE_S + 1)
    outbox.confirm(centre.acks())
    assert outbox._patience_s == PATIENCE_S


def test_while_the_broker_is_away_what_is_worth_it_is_kept_and_the_rest_is_given_back(outbox, centre, journal):
    centre.connected = False
    still = picture(keep=False)
    assert send(outbox, reading(), still, picture(), report(keep=False)) == [still, report(keep=False)]
    assert journal.count == 2
    centre.connected = True
    send(outbox)
    assert (centre.of("level-1"), centre.of("cam-1", "frame")) == ([1], [1])
    assert all(message.late for _, _, message in centre.came)
    outbox.confirm(centre.acks())
    assert journal.count == 0


def test_the_new_goes_before_what_has_waited_and_that_in_its_order(outbox, centre):
    centre.connected = False
    send(outbox, *(reading(at=float(at)) for at in range(1, 51)))
    centre.connected = True
    send(outbox, reading(at=51.0))
    assert centre.of("level-1") == [51, *range(1, 51)]


def test_what_has_waited_comes_no_faster_than_it_is_confirmed(outbox, centre):
    centre.connected = False
    send(outbox, *(reading(at=float(at)) for at in range(1, 1001)))
    centre.connected = True
    for turn in range(1, 4):
        send(outbox, now=turn)
        assert len(centre.of("level-1")) <= turn * MESSAGES
        send(outbox, now=turn + 0.5)
        assert len(centre.of("level-1")) <= turn * MESSAGES
        outbox.confirm(centre.acks())
    assert centre.of("level-1") == list(range(1, len(centre.of("level-1")) + 1))


def test_what_finds_no_room_at_the_broker_waits(outbox, centre, journal):
    centre.room = 1
    send(outbox, reading(), reading(), picture(keep=False))
    assert (centre.of("level-1"), journal.count) == ([1], 2)
    centre.room = 100
    send(outbox, now=SPANS_EVERY_S)
    assert centre.of("level-1") == [1, 2]
    assert centre.gone == {("cam-1", BOOT): {1}}


def test_a_still_picture_that_is_lost_on_its_way_is_told_to_be_gone(outbox, centre, journal):
    centre.deaf = True
    send(outbox, picture(keep=False), picture())
    centre.deaf = False
    send(outbox, now=PATIENCE_S)
    assert (centre.of("cam-1", "frame"), centre.gone) == ([2], {("cam-1", BOOT): {1}})
    outbox.confirm(centre.acks())
    assert (journal.count, journal.gone(10)) == (0, [])


def test_what_an_earlier_process_left_is_sent_under_its_own_numbers(outbox, centre, tmp_path):
    centre.connected = False
    send(outbox, reading(), reading())
    outbox._journal.close()
    journal = Journal(tmp_path / "journal", 1 << 20)
    later = Outbox("tooley", UUID(int=8), journal, centre)
    centre.connected = True
    send(later, reading(boot=UUID(int=8)))
    assert [(message.boot.int, message.seq) for _, _, message in centre.came] == [(8, 1), (7, 1), (7, 2)]
    later.confirm(centre.acks())
    assert journal.count == 0
    journal.close()


def test_a_status_is_retained_while_it_is_new_and_late_when_it_has_waited(outbox, centre):
    topic = str(Topic("tooley", "edge", "status"))
    centre.connected = False
    send(outbox, report(keep=True, at=1.0))
    centre.connected = True
    send(outbox, report(keep=True, at=2.0))
    said = {message.at: message.late for _, _, message in centre.came}
    assert said == {1.0: True, 2.0: False}
    assert decode(centre.retained[topic], Status).at == 2.0


def test_what_had_to_go_is_told_and_told_again_until_the_centre_knows(tmp_path, centre):
    journal = Journal(tmp_path / "small", 3000)
    outbox = Outbox("tooley", BOOT, journal, centre)
    centre.connected = False
    send(outbox, *(reading(at=float(at)) for at in range(1, 101)))
    assert outbox.report(100.0)["dropped_telemetry"] > 0
    centre.connected, centre.deaf = True, True
    send(outbox, now=1.0)
    centre.deaf = False
    send(outbox, now=1.0 + 2 * PATIENCE_S)
    numbers, gone = centre.numbers[("level-1", BOOT)], centre.gone[("level-1", BOOT)]
    assert (numbers | gone, numbers & gone) == (set(range(1, 101)), set())
    outbox.confirm(centre.acks())
    assert (journal.count, journal.gone(10)) == (0, [])
    journal.close()


def test_of_a_long_night_that_was_thinned_all_arrives_and_all_else_is_told(tmp_path, centre):
    """Of several cameras, each with more gaps than are told at once."""
    journal = Journal(tmp_path / "night", 300_000)
    outbox, cameras, now = Outbox("tooley", BOOT, journal, centre), ("cam-1", "cam-2", "cam-3"), 0.0
    centre.connected = False
    for at in range(4000):
        send(outbox, *(picture(camera, at=float(at)) for camera in cameras))
    assert 8000 < outbox.report(4000.0)["dropped_frame"] < 11_500
    centre.connected = True
    while (journal.count or journal.gone(1)) and now < 60:
        now += 0.2
        send(outbox, now=now)
        outbox.confirm(centre.acks(now + 0.05))
    assert now < 60
    for camera in cameras:
        known = centre.numbers[(camera, BOOT)] | centre.gone[(camera, BOOT)]
        assert known == set(range(1, 4001))
    journal.close()


def test_it_reports_what_waits(outbox, centre):
    centre.connected = False
    send(outbox, reading(at=940.0), reading(at=1000.0))
    told = outbox.report(1000.4)
    assert (told["waiting"], told["oldest_s"], told["limit"]) == (2, 60, 1 << 20)
    assert 0 < told["bytes"] < 1000


def test_it_warns_before_something_has_to_go(outbox, centre, journal):
    centre.connected = False
    send(outbox, *(reading() for _ in range(100)))
    assert outbox.trouble == ""
    journal.limit = round(journal.size / 0.85)
    assert outbox.trouble == "the journal's disk is nearly full, then pictures go: make room on it"
    journal.most = journal.limit
    assert outbox.trouble == "the journal is 85% full, then pictures go"


@pytest.fixture
def broken(journal, monkeypatch):
    def refuse(*_):
        raise SqliteError("the disk is full")

    monkeypatch.setattr(journal, "add", refuse)


@pytest.mark.usefixtures("broken")
def test_without_a_journal_all_is_sent_all_the_same(outbox, centre, caplog):
    for _ in range(3):
        send(outbox, reading())
    assert centre.of("level-1") == [1, 2, 3]
    assert outbox.trouble == "the disk is full"
    assert len(caplog.records) == 1


@pytest.mark.usefixtures("broken")
def test_without_journal_and_broker_it_is_given_back_and_leaves_no_gap(outbox, centre, monkeypatch):
    centre.connected = False
    assert send(outbox, reading(), reading()) == [reading(), reading()]
    monkeypatch.undo()
    centre.connected = True
    send(outbox, reading())
    assert (centre.of("level-1"), outbox.trouble) == ([1], "")


class Journey(RuleBasedStateMachine):
    """Whatever happens on the way: in the end, the centre has all that was kept, or knows that it is gone."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.centre, self.now, self.said = Centre(), 0.0, 0
        self.start()

    def start(self):
        self.boot = uuid4()
        self.journal = Journal(Path(self.folder.name) / "journal", 8000)
        self.outbox = Outbox("tooley", self.boot, self.journal, self.centre)

    def teardown(self):
        self.centre.connected, self.centre.deaf = True, False
        for _ in range(30):
            self.pass_time(MOST_PATIENCE_S)
            self.centre.room = 10_000
            self.outbox.confirm(self.centre.acks(self.now))
        assert (self.journal.count, self.journal.gone(10)) == (0, [])
        for boot, numbers in self.centre.numbers.items():
            known = numbers | self.centre.gone.get(boot, set())
            assert known == set(range(1, max(known) + 1))
        self.journal.close()
        self.folder.cleanup()

    @rule(device=st.sampled_from(["level-1", "level-2"]), count=st.integers(1, 30))
    def say(self, device, count):
        for _ in range(count):
            self.said += 1
            pack = Telemetry(self.boot, 0, [SenmlRecord(n="level", v=self.said)])
            self.outbox.put(Draft(device, pack, self.now, keep=True))
        self.outbox.flush(self.now)

    @rule(keep=st.booleans(), count=st.integers(1, 10))
    def show(self, keep, count):
        for _ in range(count):
            frame = Frame(self.boot, 0, self.now, JPEG * 20, moving=keep)
            self.outbox.put(Draft("cam-1", frame, self.now, keep))
        self.outbox.flush(self.now)

    @rule(seconds=st.sampled_from([0.2, 5.0, 40.0, 700.0]))
    def pass_time(self, seconds):
        self.now += seconds
        self.outbox.flush(self.now)

    @rule(connected=st.booleans())
    def connect(self, connected):
        self.centre.connected = connected

    @rule(deaf=st.booleans(), room=st.sampled_from([0, 5, 10_000]))
    def hear(self, deaf, room):
        self.centre.deaf, self.centre.room = deaf, room

    @precondition(lambda self: self.centre.connected)
    @rule()
    def confirm(self):
        self.outbox.confirm(self.centre.acks(self.now))

    @rule()
    def restart(self):
        self.journal.close()
        self.start()

    @invariant()
    def the_journal_is_bounded(self):
        assert self.journal.size <= 8000


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
