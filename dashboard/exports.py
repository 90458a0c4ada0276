"""/api/tickets.csv and /api/tickets.xlsx: what was asked for as a table, for a spreadsheet."""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import xlsxwriter
from fastapi import APIRouter, HTTPException, Response
from psycopg import Connection

from dashboard import reads
from dashboard.access import Database, Who
from dashboard.models import Ticket
from dashboard.problems import responses
from dashboard.tickets import Filters
from dispatch.duties_store import load_duties
from dispatch.people import Person

router = APIRouter(prefix="/api", tags=["tickets"], responses=responses(401, 422, 503))

MOST, PAGE = 20_000, 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    "candidate": "待确认", "dispatched": "待接单", "accepted": "处理中", "handled": "待核查", "closed": "已办结",
    "rejected": "已驳回", "merged": "已合并",
}  # fmt: skip
SEVERITIES = {"critical": "紧急", "major": "重要", "minor": "一般"}
CLOCKS = {"accept": "接单", "handle": "处理", "close": "办结"}
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would compute what strangers write so

Language = Literal["zh-CN", "en"]
Cell = str | float | int | datetime | None


class Terms(NamedTuple):
    """What a table is written with."""

    language: Language
    zone: ZoneInfo
    kinds: dict[str, str]

    def word(self, words: dict[str, str], code: str) -> str:
        return words.get(code, code) if self.language == "zh-CN" else code

    def time(self, moment: datetime | None) -> datetime | None:
        """Local, as people there read their clocks: spreadsheets know no zones."""
        return moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0) if moment else None


class Column(NamedTuple):
    zh: str
    en: str
    read: Callable[[Ticket, Terms], Cell]


COLUMNS = (
    Column("编号", "number", lambda one, _: one.number),
    Column("事项", "matter", lambda one, terms: terms.kinds.get(one.kind, one.kind)),
    Column("状态", "state", lambda one, terms: terms.word(STATES, one.state)),
    Column("级别", "severity", lambda one, terms: terms.word(SEVERITIES, one.severity)),
    Column("标题", "title", lambda one, _: one.title),
    Column("内容", "text", lambda one, _: one.text),
    Column("区域编码", "area code", lambda one, _: one.area.code if one.area else None),
    Column("区域", "area", lambda one, _: one.area.name if one.area else None),
    Column("经度", "longitude", lambda one, _: one.position[0] if one.position else None),
    Column("纬度", "latitude", lambda one, _: one.position[1] if one.position else None),
    Column("设备", "device", lambda one, _: one.device),
    Column("承办", "with", lambda one, _: one.assignee),
    Column("协同部门", "departments", lambda one, _: "、".join(one.departments)),
    Column("事发时间", "began", lambda one, terms: terms.time(one.began_at)),
    Column("开立时间", "opened", lambda one, terms: terms.time(one.opened_at)),
    Column("接单时限", "accept by", lambda one, terms: terms.time(one.due.accept)),
    Column("接单时间", "accepted", lambda one, terms: terms.time(one.accepted_at)),
    Column("处理时限", "handle by", lambda one, terms: terms.time(one.due.handle)),
    Column("处理时间", "handled", lambda one, terms: terms.time(one.handled_at)),
    Column("办结时限", "close by", lambda one, terms: terms.time(one.due.close)),
    Column("结束时间", "ended", lambda one, terms: terms.time(one.ended_at)),
    Column("已超时", "overdue", lambda one, terms: "、".join(terms.word(CLOCKS, clock) for clock in one.overdue)),
    Column("督办级数", "pressed", lambda one, _: one.level),
)


@router.get("/tickets.csv", response_class=Response)
def get_csv(database: Database, who: Who, filters: Filters, language: Language = "zh-CN") -> Response:
    """As UTF-8 with a mark that spreadsheets know it by."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in _rows(database, who, filters, language):
        writer.writerow([_harmless(cell) for cell in row])
    return _file(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "csv")


@router.get("/tickets.xlsx", response_class=Response)
def get_xlsx(database: Database, who: Who, filters: Filters, language: Language = "zh-CN") -> Response:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("工单" if language == "zh-CN" else "tickets")
    moment, head = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), book.add_format({"bold": True})
    for number, row in enumerate(_rows(database, who, filters, language)):
        for index, cell in enumerate(row):
            shape = head if number == 0 else moment if isinstance(cell, datetime) else None
            sheet.write(number, index, cell, shape)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, 0, len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, 18)
    book.close()
    return _file(out.getvalue(), XLSX, "xlsx")


def _rows(connection: Connection, who: Person, filters: Filters, language: Language) -> Iterator[list[Cell]]:
    """The head, then a row a ticket, the newest first; more than fit into one file are asked for by period."""
    names = {matter.code: matter.zh if language == "zh-CN" else matter.en for matter in load_duties(connection)}
    terms = Terms(language, ZoneInfo(reads.timezone(connection)), names)
    yield [column.zh if language == "zh-CN" else column.en for column in COLUMNS]
    for count, ticket in enumerate(_tickets(connection, who, filters)):
        if count == MOST:
            raise HTTPException(422, f"more than {MOST} tickets: export a shorter period, one after the other")
        yield [column.read(ticket, terms) for column in COLUMNS]


def _tickets(connection: Connection, who: Person, filters: Filters) -> Iterator[Ticket]:
    cursor, more = None, True
    while more:
        page = reads.list_tickets(connection, who, filters.plain, PAGE, cursor, filters.sought)
        yield from page.items
        cursor, more = page.next, page.next is not None


def _harmless(cell: Cell) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _first_seen(cell) in FORMULA else cell


def _first_seen(text: str) -> str:
    """The first character that is seen, narrow: spreadsheets pass over blanks and read full-width signs."""
    first = next((one for one in text if one.isprintable() and one != " "), "")
    return unicodedata.normalize("NFKC", first)


def _file(content: bytes, media_type: str, suffix: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="tickets.{suffix}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
