import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from dashboard import exports
from dispatch import desk
from dispatch.ticket import Position
from tests.dashboard.conftest import INSIDE, OUTSIDE, report


def table(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/api/tickets.csv?language=en&{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_table_holds_what_was_asked_for_newest_first(client: TestClient, connection: Connection, grid: str):
    report(connection, "rubbish", INSIDE)
    report(connection, "street_lamp", OUTSIDE)
    report(connection, "rubbish", OUTSIDE)
    assert [row["matter"] for row in table(client)] == ["Rubbish", "Street lamp", "Rubbish"]
    (row,) = table(client, f"kind=rubbish&area={grid}")
    assert (row["area"], row["area code"], row["longitude"], row["state"]) == ("第一网格", grid, "104.395", "candidate")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["opened"])


def test_a_table_is_written_in_the_reader_s_language(client: TestClient, connection: Connection):
    report(connection)
    answer = client.get("/api/tickets.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, row, *_ = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (head[0], row[head.index("状态")], row[head.index("级别")]) == ("编号", "待确认", "一般")


@pytest.mark.parametrize(
    "lead", ["=", "＝", "+", "－", "＠", " =", "\n=", "\t=", "\r\n=", "\u3000＝", "\ufeff=", "\u200b﹦"]
)
def test_what_a_stranger_writes_is_never_computed(client: TestClient, connection: Connection, lead: str):
    title = f'{lead}HYPERLINK("http://x","y")'
    desk.report(connection, desk.Report("rubbish", title, Position(*INSIDE)), "resident", datetime.now(UTC))
    assert table(client)[0]["title"] == f"'{title}"
    with zipfile.ZipFile(io.BytesIO(client.get("/api/tickets.xlsx").content)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        assert "HYPERLINK" in book.read("xl/sharedStrings.xml").decode()


def test_a_spreadsheet_has_a_row_a_ticket(client: TestClient, connection: Connection):
    report(connection)
    report(connection)
    answer = client.get("/api/tickets.xlsx?language=zh-CN")
    assert answer.headers["content-disposition"] == 'attachment; filename="tickets.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.read("xl/worksheets/sheet1.xml").decode().count("<row ") == 3
        assert "工单" in book.read("xl/workbook.xml").decode()


def test_more_than_one_file_holds_says_what_to_do(
    client: TestClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exports, "MOST", 2)
    monkeypatch.setattr(exports, "PAGE", 1)
    for _ in range(2):
        report(connection)
    assert len(table(client)) == 2
    report(connection)
    answer: Any = client.get("/api/tickets.csv")
    assert (answer.status_code, "shorter period" in answer.json()["detail"]) == (422, True)
