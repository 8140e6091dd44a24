# SPDX-License-Identifier: EUPL-1.2
"""What every list has: a sentence, filters, an order, a page at a time, and all of it as a spreadsheet.

Filters are chosen among known values: what else stands in an address is not read, so nothing typed comes into the
journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.reading.paging import Asked, Page
from troskel.screens.render import show
from troskel.web.forms.fields import Choice
from troskel.web.lists import csv_export
from troskel.web.lists.columns import Case, Column, Value
from troskel.web.shell import links
from troskel.web.text import formatting

AT_A_TIME = 50
ORDER, AFTER, AS, CSV = "order", "after", "as", "csv"
TURNED = "turned"


class Filter(NamedTuple):
    """Something to choose by: its name in the address, its label, the choices, and what is chosen."""

    name: str
    label: str
    choices: list[Choice]
    value: str = ""


class Part(NamedTuple):
    """Words in a cell: where they lead, if anywhere; `whole`: never broken over two lines."""

    word: str
    address: str = ""
    whole: bool = False


class Cell(NamedTuple):
    """What a cell shows: its column's heading, and words."""

    heading: str
    parts: list[Part]


class Tab(NamedTuple):
    """A list beside this one."""

    address: str
    word: str
    here: bool


@dataclass(frozen=True)
class List:
    """A list, before it is asked for. `read` takes the page asked for, and the chosen filters by name.

    `counted` says how many in words; `orders`: how the first and the turned order are called, the latter newest first
    where `newest_first` is so. `empty`: what to do where there is nothing.
    """

    name: str
    title: str
    lead: str
    columns: Sequence[Column]
    read: Callable[..., Page[Any]]
    counted: Callable[[int], str]
    orders: tuple[str, str]
    empty: str
    filters: Sequence[Filter] = ()
    newest_first: bool = True
    arguments: Sequence[str] = ()
    tabs: Sequence[Tab] = ()
    ways: Sequence[tuple[str, str]] = ()
    facts: Sequence[str] = field(default_factory=tuple)


def answer(request: HttpRequest, listed: List) -> HttpResponseBase:
    """A page of the list, or all of it as a spreadsheet. A cursor that leads nowhere leads to the start."""
    filters = [chosen._replace(value=_given(request, chosen)) for chosen in listed.filters]
    turned = request.GET.get(ORDER) == TURNED
    asked = {chosen.name: chosen.value for chosen in filters}
    newest = listed.newest_first != turned
    if request.GET.get(AS) == CSV:
        return csv_export.answer(
            listed.title, listed.columns, lambda page: listed.read(page._replace(newest=newest), **asked)
        )
    after = request.GET.get(AFTER, "")
    try:
        page = listed.read(Asked(AT_A_TIME, after, newest), **asked)
    except BadValue:
        return HttpResponseRedirect(_address(listed))
    chosen = {name: value for name, value in asked.items() if value} | ({ORDER: TURNED} if turned else {})
    values = {
        "listed": listed,
        "filters": filters,
        "order": Filter(
            ORDER, _("Ordning"), [*map(Choice, ("", TURNED), listed.orders)], TURNED if turned else ""
        ),
        "status": _status(listed, len(page.items), whole=not after and page.next is None, turned=turned),
        "rows": [_cells(listed.columns, item) for item in page.items],
        "narrowed": bool(set(chosen) - {ORDER}),
        "start": _address(listed, chosen),
        "after": after,
        "next": _address(listed, {**chosen, AFTER: page.next}) if page.next else "",
        "csv": _address(listed, {**chosen, AS: CSV}),
        "here": _address(listed),
    }
    return show(request, "web/list.html", values)


def _given(request: HttpRequest, chosen: Filter) -> str:
    given = request.GET.get(chosen.name, "")
    return given if given in {choice.value for choice in chosen.choices} else ""


def _address(listed: List, asked: dict[str, Any] | None = None) -> str:
    place = reverse(listed.name, args=listed.arguments)
    return f"{place}?{urlencode(asked)}" if asked else place


def _status(listed: List, count: int, *, whole: bool, turned: bool) -> str:
    """How much is shown, in which order, and whether it is all there is."""
    if not count:
        return ""
    order = listed.orders[turned]
    said = _("{many}, {order}.").format(many=listed.counted(count), order=f"{order[0].lower()}{order[1:]}")
    return said if whole else f"{said} {_('Fler finns på andra sidor.')}"


def _cells(columns: Sequence[Column], item: Any) -> list[Cell]:
    today = clock.today()
    return [Cell(column.word, _parts(column.of(item), today)) for column in columns]


def _parts(value: Value, today: date) -> list[Part]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [_case(case) for case in value]
    if isinstance(value, Case):
        return [_case(value)]
    if isinstance(value, datetime):
        return [Part(formatting.instant(value, today), whole=True)]
    return [Part(formatting.day(value, today), whole=True) if isinstance(value, date) else Part(value)]


def _case(number: str) -> Part:
    return Part(number, links.to_client(number), whole=True)
