import pytest

from detect.train import export_size


@pytest.mark.parametrize(("width", "height"), [(640, 352), (320, 192), (960, 544), (32, 32)])
def test_an_export_looks_at_whole_strides_of_a_picture_of_16_to_9(width: int, height: int):
    assert export_size(width) == (height, width)
