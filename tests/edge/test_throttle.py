from edge.throttle import FIRST, LEAST, MESSAGES, MOST, Throttle


def test_it_is_open_until_as_much_is_under_way_as_may_be():
    throttle = Throttle()
    while throttle.is_open:
        throttle.send(10_000)
    assert FIRST <= throttle.under_way < FIRST + 10_000
    throttle.confirm(10_000, sent_at=0, now=0.1)
    assert throttle.is_open


def test_small_messages_are_few_enough_to_leave_room_for_new_ones():
    throttle = Throttle()
    for _ in range(MESSAGES):
        assert throttle.is_open
        throttle.send(1)
    assert not throttle.is_open
    throttle.lose(1)
    assert throttle.is_open


def test_prompt_rounds_open_it_twice_as_far_up_to_an_end():
    throttle, rooms = Throttle(), []
    for turn in range(12):
        rooms.append(throttle.room)
        sent = 0
        while throttle.is_open:
            throttle.send(FIRST)
            sent += 1
        for _ in range(sent):
            throttle.confirm(FIRST, sent_at=turn, now=turn + 0.5)
    assert rooms[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert rooms[-1] == MOST


def test_a_slow_round_closes_it_by_half_once_and_never_altogether():
    throttle = Throttle(room=MOST)
    for _ in range(10):
        throttle.send(1000)
    for _ in range(10):
        throttle.confirm(1000, sent_at=0.0, now=3.0)
    assert throttle.room == MOST // 2
    for turn in range(1, 20):
        throttle.send(1000)
        throttle.confirm(1000, sent_at=turn * 10.0, now=turn * 10.0 + 3)
    assert throttle.room == LEAST
