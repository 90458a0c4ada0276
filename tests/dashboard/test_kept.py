import threading

import pytest

from dashboard.kept import Kept


class Counter:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.done = threading.Semaphore(0)
        self.fail = False

    def __call__(self, key: str) -> int:
        self.asked.append(key)
        self.done.release()
        if self.fail:
            raise RuntimeError(key)
        return len(self.asked)

    def settle(self, kept: Kept[str, int]) -> None:
        """What was asked for is counted, and put down: the thread that counts has come to the next task."""
        assert self.done.acquire(timeout=5)
        kept._counting.submit(lambda: None).result(5)


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_there_is_nothing_until_it_is_counted_and_then_it_is_kept(counter: Counter) -> None:
    kept = Kept(counter, fresh_s=100)
    assert kept.get("a") is None
    counter.settle(kept)
    assert [kept.get("a"), kept.get("a")] == [1, 1]
    assert counter.asked == ["a"]


def test_what_is_old_is_given_once_more_while_it_is_counted_anew(counter: Counter) -> None:
    kept = Kept(counter, fresh_s=0)
    kept.get("a")
    counter.settle(kept)
    assert kept.get("a") == 1
    counter.settle(kept)
    assert kept.get("a") == 2


def test_many_who_ask_at_once_are_counted_for_once() -> None:
    held, counted = threading.Event(), []
    kept = Kept(lambda key: (held.wait(5), counted.append(key)), fresh_s=100)
    for _ in range(50):
        kept.get("a")
    held.set()
    kept.close()
    assert counted == ["a"]


def test_a_count_that_fails_is_told_and_leaves_what_there_was(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept(counter, fresh_s=0)
    kept.get("a")
    counter.settle(kept)
    counter.fail = True
    kept.get("a")
    counter.settle(kept)
    assert kept.get("a") == 1
    assert "could not be counted" in caplog.text


def test_of_too_many_the_one_asked_for_longest_ago_is_forgotten(counter: Counter) -> None:
    kept = Kept(counter, fresh_s=100, most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key)
    assert list(kept._counts) == ["a", "c"]
