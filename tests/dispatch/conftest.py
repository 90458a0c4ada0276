from collections.abc import Iterator

import pytest
from psycopg import Connection

from tests.dispatch.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def crew(connection: Connection) -> None:
    """Whom tickets are handed to by name; with part-time cards, so that none is routed to them."""
    connection.execute(
        "INSERT INTO people (name, role, part_time) VALUES ('wang', 'worker', true), ('zhao', 'worker', true)"
    )
