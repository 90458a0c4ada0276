import pytest

from edge.broker import BrokerAddress


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://broker", BrokerAddress((("broker", 1883),), None, None, False)),
        ("mqtts://broker", BrokerAddress((("broker", 8883),), None, None, True)),
        ("mqtt://edge@[::1]:1884", BrokerAddress((("::1", 1884),), "edge", None, False)),
        ("mqtt://edge:p%40s%3As@a:1,b,c:3", BrokerAddress((("a", 1), ("b", 1883), ("c", 3)), "edge", "p@s:s", False)),
    ],
)
def test_an_address_says_where_the_nodes_are_and_who_comes(url, address):
    assert BrokerAddress.parse(url) == address


@pytest.mark.parametrize(
    "url", ["", "localhost:1883", "mqtt://", "http://127.0.0.1:1883", "amqp://broker", "mqtt://a,", "mqtt://u:p@"]
)
def test_what_is_no_brokers_address_is_refused_with_the_form_it_should_have(url):
    with pytest.raises(ValueError, match="mqtt://host:port"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("mqtt://127.0.0.1", True),
        ("mqtt://user:secret@localhost:1883", True),
        ("mqtt://0.0.0.0", True),
        ("mqtt://[::1]:1883", True),
        ("mqtt://node-1,127.0.0.1", True),
        ("mqtts://broker.example", False),
        ("mqtt://10.0.0.1", False),
        ("mqtt://localhost.example", False),
    ],
)
def test_an_address_that_only_this_machine_reaches_is_known(url: str, is_local: bool):
    assert BrokerAddress.parse(url).is_local is is_local
