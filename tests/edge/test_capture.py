import time

import cv2
import numpy as np
import pytest

from edge.capture import Held, Motion, NoPictureError, Outlet, Shot, film_pictures, live_pictures, pictures
from tests.edge.pictures import mjpeg_camera, number_of, numbered, write_film

RATE = 20.0
LENGTH = 15  # pictures: three quarters of a second


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("film") / "film.avi", LENGTH, RATE)


def play(source, seconds, pause=0.0):
    """How many pictures came, how far the film went, in pictures, and how long that took."""
    start, last, count, position = time.monotonic(), 0, 0, 0
    while (elapsed := time.monotonic() - start) < seconds:
        number = number_of(next(source))
        position += (number - last) % LENGTH
        last, count = number, count + 1
        time.sleep(pause)
    return count, position, elapsed


def near(position, elapsed):
    return position == pytest.approx(elapsed * RATE, abs=8)


def test_a_film_plays_in_real_time_over_and_over(film):
    count, position, elapsed = play(film_pictures(film, RATE), 1.7)
    assert near(position, elapsed)
    assert position > 2 * LENGTH
    assert count <= elapsed * RATE + 2


def test_a_film_plays_in_real_time_at_a_lower_rate(film):
    count, position, elapsed = play(film_pictures(film, 5), 1.1)
    assert near(position, elapsed)
    assert 3 <= count <= elapsed * 5 + 2


def test_a_film_asked_for_more_than_it_has_repeats_its_pictures(film):
    count, position, elapsed = play(film_pictures(film, 50), 1)
    assert near(position, elapsed)
    assert position * 1.2 < count <= elapsed * 50 + 2


def test_pictures_that_nobody_took_in_time_are_passed_over(film):
    count, position, elapsed = play(film_pictures(film, RATE), 1.2, pause=0.4)
    assert near(position, elapsed - 0.4)
    assert count <= 4


def test_a_film_goes_on_after_a_break_longer_than_itself(film):
    source = film_pictures(film, RATE)
    next(source)
    time.sleep(LENGTH / RATE * 1.3)
    assert [next(source).shape for _ in range(3)] == [(120, 160, 3)] * 3


def test_a_street_clip_is_read_at_the_rate_asked_for(media):
    source = pictures(str(media / "tfl_jamcam_5.mp4"), 10)
    start = time.monotonic()
    shapes = {next(source).shape for _ in range(7)}
    assert shapes == {(288, 352, 3)}
    assert time.monotonic() - start > 0.55


def test_a_still_is_a_film_of_one_picture(tmp_path):
    cv2.imwrite(str(tmp_path / "still.png"), numbered(7))
    source = pictures(str(tmp_path / "still.png"), 50)
    assert [number_of(next(source)) for _ in range(3)] == [7, 7, 7]


def test_a_missing_file_is_told_with_where_to_look():
    with pytest.raises(NoPictureError, match=r"/nowhere/film.mp4 is not there: check `camera:`"):
        next(pictures("/nowhere/film.mp4", 5))


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"This is no film." * 500])
def test_a_file_that_is_no_film_is_refused(tmp_path, content):
    (tmp_path / "film.mp4").write_bytes(content)
    with pytest.raises(NoPictureError, match=r"film\.mp4"):
        next(pictures(str(tmp_path / "film.mp4"), 5))


def test_a_film_cut_short_plays_as_far_as_it_goes(tmp_path, film):
    (tmp_path / "cut.avi").write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    source = film_pictures(tmp_path / "cut.avi", 50)
    numbers = [number_of(next(source)) for _ in range(30)]
    assert 0 < max(numbers) < LENGTH - 1


def test_a_network_camera_is_read_at_the_rate_asked_for():
    with mjpeg_camera(rate=30) as url:
        source, start = pictures(url, 10), time.monotonic()
        numbers = [number_of(next(source)) for _ in range(9)]
        assert time.monotonic() - start > 0.65
        source.close()
    assert len(set(numbers)) > 5  # they move on: what came in between was let go


def test_a_network_camera_slower_than_asked_gives_all_it_has():
    with mjpeg_camera(rate=20, last=12) as url:
        numbers = []
        with pytest.raises(NoPictureError, match="stopped sending"):
            numbers.extend(number_of(picture) for picture in pictures(url, 60))
    assert 6 <= len(numbers) <= 12


def test_a_network_camera_that_hangs_up_is_told():
    with mjpeg_camera(last=5) as url, pytest.raises(NoPictureError, match=f"{url} stopped sending"):
        for _ in live_pictures(url, 60):
            pass


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/stream.mjpg", "rtsp://127.0.0.1:9/1", "99"])
def test_a_camera_that_does_not_answer_is_told_with_what_to_check(source):
    with pytest.raises(NoPictureError, match=f"cannot open {source}: check the address, the login and the cable"):
        next(pictures(source, 5))


def test_a_camera_that_does_not_answer_is_told_without_its_password():
    with pytest.raises(NoPictureError, match=r"cannot open rtsp://admin:\*\*\*@127.0.0.1:9/1"):
        next(pictures("rtsp://admin:s3cret@127.0.0.1:9/1", 5))


def noisy(picture):
    noise = np.random.default_rng(len(picture)).integers(-6, 7, picture.shape)
    return np.clip(picture.astype(int) + noise, 0, 255).astype(np.uint8)


def test_the_first_picture_counts_as_motion():
    assert Motion()(numbered(10))


def test_a_still_picture_does_not_move_noise_or_not():
    motion = Motion()
    motion(numbered(10))
    assert not motion(numbered(10))
    assert not motion(noisy(numbered(10)))


def test_something_that_crosses_the_picture_moves():
    motion = Motion()
    motion(numbered(10))
    picture = numbered(10)
    picture[40:80, 60:100] = 255
    assert motion(picture)
    assert not motion(picture)


@pytest.mark.parametrize("width", [352, 960, 1920])
def test_a_wide_picture_tells_motion_as_a_small_one_does(width):
    height, motion, dice = width * 9 // 16, Motion(), np.random.default_rng(width)

    def street(walker_at):
        picture = dice.normal(120, 10, (height, width, 3))  # as noisy as a lamplit one
        left, top = int(walker_at * width), height // 2
        picture[top : top + height // 5, left : left + width // 25] = 200
        return picture.clip(0, 255).astype(np.uint8)

    motion(street(0.2))
    assert [motion(street(at)) for at in (0.2, 0.25, 0.25, 0.7)] == [False, True, False, True]


def test_a_street_moves_and_its_frozen_picture_does_not(media):
    film = cv2.VideoCapture(str(media / "tfl_jamcam_1.mp4"))
    shots = [film.read()[1] for _ in range(100)][::10]
    street, frozen = Motion(), Motion()
    assert sum(street(shot) for shot in shots) > 2
    assert sum(frozen(shots[0]) for _ in shots) == 1


def lively(number):
    """A street on which something new is to be seen on every picture, and which takes some bytes."""
    return np.random.default_rng(number).integers(0, 256, (120, 160, 3)).astype(np.uint8)


def put(outlet, shown, fps=5.0, begin=0.0):
    """What becomes of each picture; they come `fps` a second, a thousand seconds later by the clock on the wall."""
    moments = [begin + number / fps for number in range(len(shown))]
    return [outlet.take(picture, 1000 + at, at) for picture, at in zip(shown, moments, strict=True)]


def test_of_a_still_street_a_picture_goes_out_at_every_heartbeat_and_tells_of_those_before():
    shots = [report for report in put(Outlet(2.0, None), [numbered(10)] * 40) if isinstance(report, Shot)]
    beats = [shot for shot in shots if shot.held]
    assert [shot.at for shot in beats] == pytest.approx([1002, 1004, 1006])
    assert [shot.moving for shot in shots] == [True] + [False] * (len(shots) - 1)
    assert beats[1].held == pytest.approx([1002.2 + 0.2 * number for number in range(9)])


def test_all_pictures_of_a_moving_street_go_out():
    reports = put(Outlet(2.0, None), [lively(number) for number in range(20)])
    assert all(isinstance(report, Shot) and report.moving and not report.held for report in reports)


def test_what_moved_on_a_picture_beyond_the_budget_has_moved_on_the_next_that_goes_out():
    outlet = Outlet(2.0, 8000)
    reports = put(outlet, [lively(number) for number in range(10)])
    assert reports[-1] == Held("budget")
    later = put(outlet, [lively(9)] * 300, begin=2.0)
    first = next(report for report in later if isinstance(report, Shot))
    assert first.moving
    assert first.held == []
    assert first.quality < reports[0].quality


def test_the_time_of_a_still_picture_beyond_the_budget_is_told_of():
    outlet = Outlet(0, 8000)
    reports = put(outlet, [lively(1)] * 100)
    assert Held("budget") in reports
    first = next(report for report in reports if isinstance(report, Shot) and report.held)
    assert not first.moving
    assert first.held[0] < first.at
