import time

import cv2
import numpy as np
import pytest

from edge.capture import Motion, NoPictureError, film_pictures, live_pictures, pictures
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
