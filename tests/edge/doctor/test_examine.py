from edge.doctor.examine import _of_devices
from edge.topics import Topic


def test_what_is_retained_on_a_stray_topic_is_nobodys():
    ours, retired = (str(Topic("tooley", device, "config")) for device in ("cam-1", "cam-2"))
    retained = {"yihu/v1/zz/tooley/cam-9/config": b"1", "else": b"2", ours: b"3", retired: b""}
    assert dict(_of_devices(retained)) == {"cam-1": b"3"}
