"""Tokens by which a box becomes an edge agent: once, in time, and told in the audit log."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import audit
from dispatch.enrolment import (
    FAILURES,
    LIFE,
    EnrolmentError,
    SpentTokenError,
    UnknownTokenError,
    list_tokens,
    make_token,
    redeem,
    revoke_token,
)
from dispatch.strangers import TooMuchError
from tests.dispatch.matters import rows

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
BOX = {"host": "box", "version": "0.1.0"}
HERE = "10.0.0.7"


@pytest.fixture(autouse=True)
def street(connection: Connection) -> None:
    """A site with a camera of the agent `gate`, one of another agent, and a third that is gone."""
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 's', 'UTC', 'null')")
    for device, agent, retired in (("cam-1", "gate", False), ("cam-2", "edge", False), ("cam-3", "gate", True)):
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config, retired) VALUES ('tooley', %s, 'camera', '', %s, %s)",
            [device, Jsonb({"camera": "0", "agent": agent}), retired],
        )


def made(connection: Connection, agent: str = "gate", life: timedelta = LIFE) -> str:
    return make_token(connection, "tooley", agent, "li", NOW, life)[1]


def test_a_token_makes_a_box_that_agent_with_its_own_devices(connection: Connection) -> None:
    granted = redeem(connection, made(connection), HERE, BOX, NOW + timedelta(minutes=59))
    assert (granted.site, granted.agent) == ("tooley", "gate")
    assert granted.devices == {"cam-1": {"camera": "0", "agent": "gate"}}


def test_a_token_is_good_for_one_box_and_says_who_had_it(connection: Connection) -> None:
    token = made(connection)
    redeem(connection, token, HERE, BOX, NOW)
    with pytest.raises(SpentTokenError, match=rf"was used at 2026-11-28 09:00 UTC from {HERE}.*change that"):
        redeem(connection, token, "10.0.0.8", BOX, NOW)


def test_a_box_is_replaced_by_another_token(connection: Connection) -> None:
    for address in (HERE, "10.0.0.8"):
        assert redeem(connection, made(connection), address, BOX, NOW).agent == "gate"


def test_of_two_who_come_at_once_one_wins(connection: Connection, database: str) -> None:
    token, won, lost = made(connection), [], []
    barrier = threading.Barrier(8)

    def come(number: int) -> None:
        with psycopg.connect(database, autocommit=True) as own:
            barrier.wait()
            try:
                won.append(redeem(own, token, f"10.0.1.{number}", BOX, NOW))
            except SpentTokenError as error:
                lost.append(error)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)


def test_a_token_expires_and_says_so(connection: Connection) -> None:
    with pytest.raises(SpentTokenError, match="expired at 2026-11-28 10:00 UTC: make another"):
        redeem(connection, made(connection), HERE, BOX, NOW + LIFE)


def test_a_revoked_token_lets_nobody_in(connection: Connection) -> None:
    token = made(connection)
    (waiting,) = list_tokens(connection, "tooley", NOW)
    assert (waiting.agent, waiting.made_by, waiting.expires_at) == ("gate", "li", NOW + LIFE)
    revoke_token(connection, "tooley", waiting.id, "li", NOW)
    with pytest.raises(SpentTokenError, match="was revoked at"):
        redeem(connection, token, HERE, BOX, NOW)
    with pytest.raises(UnknownTokenError):
        revoke_token(connection, "tooley", waiting.id, "li", NOW)
    assert list_tokens(connection, "tooley", NOW) == []


def test_what_is_used_or_expired_waits_for_nobody(connection: Connection) -> None:
    redeem(connection, made(connection), HERE, BOX, NOW)
    made(connection, "late")
    assert list_tokens(connection, "tooley", NOW + LIFE) == []


def test_whoever_guesses_is_turned_away_for_a_while_and_others_are_not(connection: Connection) -> None:
    token = made(connection)
    for _ in range(FAILURES):
        with pytest.raises(UnknownTokenError, match="nobody has made this token"):
            redeem(connection, "made up", HERE, BOX, NOW)
    with pytest.raises(
        TooMuchError, match=r"failed enrolments of one place: 10 an hour are enough; try again in 60 min$"
    ):
        redeem(connection, "made up", HERE, BOX, NOW)
    assert redeem(connection, token, HERE, BOX, NOW).agent == "gate"


def test_of_a_token_only_its_hash_is_kept(connection: Connection) -> None:
    token = made(connection)
    assert token not in str(rows(connection, "enrolments") + rows(connection, "audit"))
    assert token.encode() not in rows(connection, "enrolments")[0]["hash"]


def test_the_audit_log_tells_who_made_used_and_revoked(connection: Connection) -> None:
    redeem(connection, made(connection), HERE, BOX, NOW)
    made(connection)
    revoke_token(connection, "tooley", list_tokens(connection, "tooley", NOW)[0].id, "wang", NOW)
    log = [(entry["action"], entry["actor"], entry["subject"]) for entry in rows(connection, "audit")]
    assert sorted(log) == [
        ("enrol", "edge agent", "agent tooley/gate"),
        ("make_enrolment", "li", "agent tooley/gate"),
        ("make_enrolment", "li", "agent tooley/gate"),
        ("revoke_enrolment", "wang", "agent tooley/gate"),
    ]
    assert audit.verify(connection).broken_at is None


@pytest.mark.parametrize(
    ("site", "agent", "life", "told"),
    [
        ("nowhere", "gate", LIFE, "there is no site nowhere"),
        ("tooley", "cam-1", LIFE, "cam-1 is a camera or a sensor"),
        ("tooley", "Gate 3", LIFE, "an agent's name is of"),
        ("tooley", "gate", timedelta(days=8), "at most 7 days"),
        ("tooley", "gate", timedelta(), "at most 7 days"),
    ],
)
def test_no_token_is_made_for_what_makes_no_sense(
    connection: Connection, site: str, agent: str, life: timedelta, told: str
) -> None:
    with pytest.raises(EnrolmentError, match=told):
        make_token(connection, site, agent, "li", NOW, life)
