"""What is brought up before any stage is started."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy import launch
from deploy.settings import Settings, UsageError
from dispatch import accounts
from dispatch.duties import shipped_duties
from dispatch.people import Person
from dispatch.site import Site
from dispatch.transitions import Role

PASSWORD = "a long enough one"  # noqa: S105 - of an account that lives for one test


def a_site(tmp_path: Path, **entries: object) -> Site:
    return Site.model_validate({"site": "here", "name": "here", **entries}, context={"folder": tmp_path})


def test_a_duty_list_that_the_database_cannot_take_is_for_the_keyboard_to_mend(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    accounts.add_person(connection, Person("王建军", Role.WORKER), PASSWORD, "root", datetime.now(UTC))
    duties = [matter.model_copy(update={"department": "王建军"}) for matter in shipped_duties().values()]
    with pytest.raises(UsageError, match=r"duties: the duty list is refused(?s:.*)rubbish: '王建军' is the name"):
        launch._prepare(database, a_site(tmp_path, duties=duties))


def test_limits_that_the_duty_list_cannot_take_are_for_the_keyboard_to_mend(database: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"site file of here does not suit(?s:.*)unknown kind 'parking'"):
        launch._prepare(database, a_site(tmp_path, limits={"kinds": {"parking": {}}}))


def test_the_web_is_told_which_proxies_to_trust(tmp_path: Path) -> None:
    settings = Settings(trusted_proxies="10.0.0.5,10.1.0.0/16", data=tmp_path)
    stages = launch._stages(settings, a_site(tmp_path), "postgresql://", "mqtt://127.0.0.1", "a-token", None)
    told = {stage.name: stage.environment.get("YIHU_TRUSTED_PROXIES") for stage in stages}
    assert told == dict.fromkeys(launch.STAGES) | {"web": "10.0.0.5,10.1.0.0/16"}
