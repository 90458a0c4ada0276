import pytest

from edge.address import without_secret


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.5:554/1", "rtsp://admin:***@10.0.0.5:554/1"),
        ("rtsp://admin:p@ss:w@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://:s3cret@10.0.0.5/1", "rtsp://:***@10.0.0.5/1"),
        ("http://10.0.0.5/snap?usr=admin&pwd=s3cret&channel=1", "http://10.0.0.5/snap?usr=admin&pwd=***&channel=1"),
        ("rtsp://admin:pa/s?s@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("http://10.0.0.5/snap?access_token=s3cret", "http://10.0.0.5/snap?access_token=***"),
        ("http://10.0.0.5/snap?Password=s3cret", "http://10.0.0.5/snap?Password=***"),
    ],
)
def test_a_password_is_not_shown(address, shown):
    assert without_secret(address) == shown


@pytest.mark.parametrize(
    "address", ["0", "street.mp4", "rtsp://10.0.0.5:554/1", "rtsp://admin@10.0.0.5/1", "http://10.0.0.5:80/a:b"]
)
def test_what_has_none_is_shown_as_it_is(address):
    assert without_secret(address) == address
