import cv2
import numpy as np

from edge.jpeg import encode_jpeg
from edge.messages import check_jpeg
from tests.edge.pictures import number_of, numbered


def test_a_picture_becomes_a_jpeg_that_shows_the_same():
    jpeg = encode_jpeg(numbered(10))
    check_jpeg(jpeg)
    assert number_of(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)) == 10


def test_a_lower_quality_takes_less():
    picture = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    assert len(encode_jpeg(picture, 50)) < 0.7 * len(encode_jpeg(picture))
