import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.messages import BadMessageError
from edge.topics import SHARDS, Share, Topic

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)
streams = st.sampled_from(["status", "telemetry", "frame", "incident", "ack", "config"])
topics = st.builds(Topic, names, names, streams)
counts = st.integers(1, SHARDS)


@given(topics)
def test_a_topic_survives_the_wire(topic):
    assert Topic.parse(str(topic)) == topic


def test_the_shard_is_the_lowest_byte_of_the_crc_in_hex():
    # printf tooley/cam-1 | gzip: the trailer says crc32 = 0x7efc20ce
    assert str(Topic("tooley", "cam-1", "frame")) == "yihu/v1/ce/tooley/cam-1/frame"


@pytest.mark.parametrize("name", ["", "Cam", "cam_1", "cam 1", "cam\n", "cäm", "摄像头", "+", "#", "a" * 41])
def test_a_forbidden_name_is_refused(name):
    for topic in (Topic(name, "cam-1", "frame"), Topic("tooley", name, "frame")):
        with pytest.raises(BadMessageError, match="is not a name"):
            Topic.parse(str(topic))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yihu/v1/ce/tooley/cam-1",
        "yihu/v1/ce/tooley/cam-1/frame/",
        "/yihu/v1/ce/tooley/cam-1/frame",
        "yihu/v2/ce/tooley/cam-1/frame",
    ],
)
def test_a_topic_of_another_shape_is_refused(text):
    with pytest.raises(BadMessageError, match="topic is not"):
        Topic.parse(text)


@pytest.mark.parametrize("shard", ["cf", "CE", "0ce", "", "+"])
def test_a_wrong_shard_is_refused(shard):
    with pytest.raises(BadMessageError, match="should be ce"):
        Topic.parse(f"yihu/v1/{shard}/tooley/cam-1/frame")


@given(st.text())
def test_text_that_is_no_topic_is_refused_whatever_it_is(text):
    with pytest.raises(BadMessageError):
        Topic.parse(text)
    with pytest.raises(BadMessageError):
        Topic.parse(f"yihu/v1/ce/tooley/cam-1x/{text}")


@given(counts, topics)
def test_every_topic_belongs_to_exactly_one_share(count, topic):
    assert sum(topic in Share(index, count) for index in range(1, count + 1)) == 1


@given(topics, counts, st.data())
def test_a_share_subscribes_to_exactly_its_own_topics(topic, count, data):
    share = Share(data.draw(st.integers(1, count)), count)
    heard = [name for name in share.filters(topic.stream) if paho.topic_matches_sub(name, str(topic))]
    assert len(heard) == (topic in share)


@given(counts.filter(lambda count: count > 1))
def test_the_shares_together_subscribe_to_every_shard_once(count):
    filters = [name for index in range(1, count + 1) for name in Share(index, count).filters("frame")]
    assert sorted(filters) == [f"yihu/v1/{shard:02x}/+/+/frame" for shard in range(SHARDS)]


def test_filters_can_be_narrowed_to_a_site_and_a_device():
    assert Share().filters("config", "tooley") == ["yihu/v1/+/tooley/+/config"]
    assert Share().filters("config", "tooley", "cam-1") == ["yihu/v1/+/tooley/cam-1/config"]


@given(counts, st.data())
def test_a_share_is_read_as_it_is_written(count, data):
    index = data.draw(st.integers(1, count))
    assert Share.parse(f"{index}/{count}") == Share(index, count)


@pytest.mark.parametrize("text", ["", "1", "1/", "/1", "0/1", "2/1", "1/257", "-1/2", "1/2/3", " 1/2", "a/b"])
def test_a_wrong_share_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as 1/4"):
        Share.parse(text)
