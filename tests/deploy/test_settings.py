from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.settings import UsageError, load_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YIHU_DATABASE_URL", "YIHU_MQTT_URL", "YIHU_TOKEN", "YIHU_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "yihu.toml"
    monkeypatch.setenv("YIHU_CONFIG", str(path))
    return path


def test_nothing_given_means_the_embedded_engines() -> None:
    settings = load_settings()
    assert (settings.database_url, settings.mqtt_url) == (None, None)
    assert settings.folder == Path("~/.local/share/yihu").expanduser()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text('port = 1001\nhost = "10.0.0.1"\nshard = "1/4"\n')
    monkeypatch.setenv("YIHU_PORT", "1002")
    monkeypatch.setenv("YIHU_HOST", "10.0.0.2")
    settings = load_settings(port=1003, host=None)
    assert (settings.port, settings.host, settings.shard) == (1003, "10.0.0.2", "1/4")


def test_an_unknown_key_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_DATABSE_URL", "postgresql://")
    with pytest.raises(UsageError, match="YIHU_DATABSE_URL"):
        load_settings()


def test_an_unknown_key_of_the_file_is_named(toml: Path) -> None:
    toml.write_text("prot = 8080\n")
    with pytest.raises(UsageError, match="PROT"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YIHU_PORT", "0"),
        ("YIHU_PORT", "eighty"),
        ("YIHU_SHARD", "5/4"),
        ("YIHU_SHARD", "half"),
        ("YIHU_TOKEN", "short"),
        ("YIHU_TRUSTED_PROXIES", ""),
        ("YIHU_TRUSTED_PROXIES", "*"),
        ("YIHU_TRUSTED_PROXIES", "10.0.0.5,nginx"),
        ("YIHU_TRUSTED_PROXIES", "10.0.0.5/8"),
        ("YIHU_STAGES", "no json"),
        ("YIHU_MAP", "/not/there.geojson"),
        ("YIHU_MAP", __file__),
    ],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match="(?i)" + name.removeprefix("YIHU_")):
        load_settings()


def test_several_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_PORT", "0")
    monkeypatch.setenv("YIHU_SHARD", "x")
    monkeypatch.setenv("YIHU_NONSENSE", "1")
    with pytest.raises(UsageError, match=r"(?s)NONSENSE.*PORT.*SHARD"):
        load_settings()


def test_a_broken_file_is_named(toml: Path) -> None:
    toml.write_text("port = = 1")
    with pytest.raises(UsageError, match=r"yihu\.toml"):
        load_settings()


def test_a_file_that_is_not_there_is_named(toml: Path) -> None:
    with pytest.raises(UsageError, match=str(toml)):
        load_settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]  # what the test is about


@pytest.mark.parametrize(
    ("given", "street"),
    [
        ({}, None),
        ({"mqtt_url": "mqtt://10.0.0.1"}, "mqtt://10.0.0.1"),
        ({"mqtt_url": "mqtt://127.0.0.1"}, None),
        (
            {"mqtt_url": "mqtt://127.0.0.1", "edge_mqtt_url": "mqtts://street:x@mq.example"},
            "mqtts://street:x@mq.example",
        ),
        ({"edge_mqtt_url": "mqtt://127.0.0.1:1884"}, "mqtt://127.0.0.1:1884"),
    ],
)
def test_no_agent_is_given_a_broker_that_it_cannot_reach_unless_it_was_meant(
    given: dict[str, str], street: str | None
) -> None:
    assert load_settings(**given).street_broker == street
