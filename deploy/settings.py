"""Settings: the environment (`YIHU_…`) over a TOML file (`YIHU_CONFIG`), read once, frozen."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from edge.broker import BrokerAddress
from edge.topics import Share

PREFIX = "YIHU_"
FILE = "YIHU_CONFIG"
FOR_TESTS = "YIHU_TEST_"
MAPS = (".geojson", ".json", ".pmtiles")


class UsageError(Exception):
    """What the person at the keyboard can mend: a setting, a file, an address; the text says which and how."""


def _check_share(value: str) -> str:
    Share.parse(value)
    return value


def _check_broker(value: str) -> str:
    BrokerAddress.parse(value)
    return value


def _check_proxies(value: str) -> str:
    """Addresses and networks; a name, or a mistyped one, would silently be believed of nobody."""
    for entry in value.split(","):
        try:
            ip_network(entry.strip())
        except ValueError as error:
            raise ValueError(f"{error}: give addresses or networks, such as 10.0.0.5,10.1.0.0/16") from error
    return value


def _check_authority(value: Path) -> Path:
    file = value.expanduser().absolute()
    if not file.is_file():
        raise ValueError(f"{file} is no file: give the certificate, in PEM, of whoever vouches for centre and broker")
    return file


def _check_map(value: Path) -> Path:
    file = value.expanduser().absolute()
    if not file.is_file():
        raise ValueError(f"{file} is no file")
    if file.suffix not in MAPS:
        raise ValueError(f"{file} is no map: give a file that ends in {', '.join(MAPS)}")
    return file


class Settings(BaseSettings):
    """Unset `database_url` and `mqtt_url` mean the embedded engines, under `data`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str | None = None
    mqtt_url: Annotated[str, AfterValidator(_check_broker)] | None = None
    edge_mqtt_url: Annotated[str, AfterValidator(_check_broker)] | None = None
    data: Path = Path("~/.local/share/yihu")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    trusted_proxies: Annotated[str, AfterValidator(_check_proxies)] = "127.0.0.1,::1"
    token: Annotated[str, Field(min_length=16)] | None = None
    guest: str | None = None
    map: Annotated[Path, AfterValidator(_check_map)] | None = None
    site: str | None = None
    agent: str = "edge"
    centre: str | None = None
    ca: Annotated[Path, AfterValidator(_check_authority)] | None = None
    journal_mb: Annotated[int, Field(ge=8)] = 1024
    shard: Annotated[str, AfterValidator(_check_share)] = "1/1"
    probe_host: str = "127.0.0.1"
    probe_port: Annotated[int, Field(ge=0, le=65535)] = 0
    stages: dict[str, str] = {}
    keep_readings_days: Annotated[int, Field(ge=7)] = 90
    keep_readings_5m_days: Annotated[int, Field(ge=7)] = 366
    keep_readings_1h_days: Annotated[int, Field(ge=7)] = 1830
    keep_statuses_days: Annotated[int, Field(ge=1)] = 30
    keep_quarantine_days: Annotated[int, Field(ge=1)] = 30
    keep_boots_days: Annotated[int, Field(ge=30)] = 90
    keep_evidence_days: Annotated[int, Field(ge=1)] = 180
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def share(self) -> Share:
        return Share.parse(self.shard)

    @property
    def street_broker(self) -> str | None:
        """What an agent that enrols is given; never silently an address that only this machine reaches."""
        if self.edge_mqtt_url or self.mqtt_url is None or BrokerAddress.parse(self.mqtt_url).is_local:
            return self.edge_mqtt_url
        return self.mqtt_url

    @property
    def folder(self) -> Path:
        return self.data.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, os.environ.get(FILE))
        return init_settings, env_settings, file


def load_settings(**given: Any) -> Settings:
    """Settings with those given on the command line on top; raise UsageError."""
    file = os.environ.get(FILE)
    if file and not Path(file).is_file():
        raise UsageError(f"{FILE}: {file} is not there")
    problems = [f"{key}: there is no such setting" for key in _unknown_keys()]
    try:
        settings = Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        problems += [f"{PREFIX}{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors()]
    except (OSError, ValueError) as error:
        problems.append(f"{file or 'settings'}: {error}")
    if problems:
        raise UsageError("\n".join(problems))
    return settings


def _unknown_keys() -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {FILE}
    return sorted(
        key for key in os.environ if key.startswith(PREFIX) and not key.startswith(FOR_TESTS) and key not in known
    )
