# SPDX-License-Identifier: EUPL-1.2
"""What every list has: a lead, filters, an order, pages, and CSV of all rows.

Filters accept known values only: nothing else in a URL is read, so no typed text comes into the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.ground import clock, formatting
from troskel.ground.refusals import BadValue
from troskel.reading.client_names import ClientName, names_of_shown
from troskel.reading.paging import Page, PageRequest
from troskel.screens.render import render_page
from troskel.screens.session import person_of
from troskel.web.desk.whose import WhoseClients
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import csv_export
from troskel.web.lists.columns import CaseNumber, CellValue, Column
from troskel.web.shell.way_back import CASE, changed

PAGE_SIZE = 50
ORDER_PARAM, AFTER_PARAM, FORMAT_PARAM, CSV_FORMAT, WHOSE_PARAM = "order", "after", "as", "csv", "whose"
REVERSED = "turned"
DAY_PARAMS = ("first", "last")
CLIENT_PARAM = "client"


class Filter(NamedTuple):
    """A filter: its URL parameter, label, choices and current value."""

    name: str
    label: str
    choices: list[ChoiceOption]
    value: str = ""


class CellPart(NamedTuple):
    """A text in a cell, never broken over two lines if `nowrap`; or a client, by case number and name."""

    text: str
    nowrap: bool = False
    case: str = ""
    client: ClientName | None = None


class Cell(NamedTuple):
    """A cell: its column's heading, its texts, and where they lead, or empty."""

    heading: str
    parts: list[CellPart]
    url: str = ""


class Tab(NamedTuple):
    """A tab to a related list."""

    url: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class Listing:
    """The declaration of a list. `read` takes a page request and the filters' values by name; with `days`, the name of
    the day that rows are chosen by, also `first` and `last`. `whose`: the filter by whose clients, from what else is
    chosen, and `whose_chosen`, which `read` knows of already.

    `of_client`: its address may name a client by case number, whose rows alone are shown.
    `count_text`: a number of rows in words. `order_labels`: labels of the default and the reversed order; the default
    is newest first if `newest_first`. `empty_text`: what to do if there are no rows.
    """

    name: str
    title: str
    lead: str
    columns: Sequence[Column]
    read: Callable[..., Page[Any]]
    count_text: Callable[[int], str]
    order_labels: tuple[str, str]
    empty_text: str
    filters: Sequence[Filter] = ()
    newest_first: bool = True
    arguments: Sequence[str] = ()
    tabs: Sequence[Tab] = ()
    act_links: Sequence[tuple[str, str]] = ()
    facts: Sequence[str] = field(default_factory=tuple)
    whose: Callable[[Mapping[str, Any]], WhoseClients] | None = None
    whose_chosen: str = ""
    days: str = ""
    of_client: bool = False


def render_listing(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """Returns a page of the list, or all of it as CSV. An invalid cursor redirects to the first page."""
    filters = [selection._replace(value=_filter_value(request, selection)) for selection in listing.filters]
    is_reversed = request.GET.get(ORDER_PARAM) == REVERSED
    days = {name: day for name in DAY_PARAMS if listing.days and (day := _day(request.GET.get(name, "")))}
    values_by_filter: dict[str, Any] = {selection.name: selection.value for selection in filters} | days
    case = request.GET.get(CLIENT_PARAM, "") if listing.of_client else ""
    case = case if CASE.fullmatch(case) else ""
    values_by_filter |= {CLIENT_PARAM: case} if case else {}
    newest = listing.newest_first != is_reversed
    if request.GET.get(FORMAT_PARAM) == CSV_FORMAT:
        return csv_export.csv_response(
            listing.title,
            [column for column in listing.columns if not column.is_way],
            lambda page: listing.read(page._replace(newest=newest), **values_by_filter),
        )
    after = request.GET.get(AFTER_PARAM, "")
    try:
        totals: list[int] = []
        page = listing.read(PageRequest(PAGE_SIZE, after, newest, totals=totals), **values_by_filter)
    except BadValue:
        return HttpResponseRedirect(_listing_url(listing))
    selection = {name: value for name, value in values_by_filter.items() if value} | (
        {ORDER_PARAM: REVERSED} if is_reversed else {}
    )
    is_filtered = bool(set(selection) - {ORDER_PARAM})
    whose = listing.whose(selection) if listing.whose else None
    if whose:
        selection[WHOSE_PARAM] = listing.whose_chosen
    values = {
        "listing": listing,
        "filters": filters,
        "order": Filter(
            ORDER_PARAM,
            _("Ordning"),
            [*map(ChoiceOption, ("", REVERSED), listing.order_labels)],
            REVERSED if is_reversed else "",
        ),
        "status": _status(listing, len(page.items), sum(totals) or len(page.items), is_reversed=is_reversed),
        "rows": _rows(request, listing.columns, page.items),
        "days": {name: days[name].isoformat() if name in days else "" for name in DAY_PARAMS},
        "is_filtered": is_filtered,
        "whose": whose,
        "start": _listing_url(listing, selection),
        "after": after,
        "next": _listing_url(listing, {**selection, AFTER_PARAM: page.next}) if page.next else "",
        "csv": _listing_url(listing, {**selection, FORMAT_PARAM: CSV_FORMAT}),
        "list_url": _listing_url(listing),
        "case": case,
        "changed": changed(request),
    }
    return render_page(request, "web/list.html", values)


def _filter_value(request: HttpRequest, filter_: Filter) -> str:
    value = request.GET.get(filter_.name, "")
    return value if value in {choice.value for choice in filter_.choices} else ""


def _listing_url(listing: Listing, query: dict[str, Any] | None = None) -> str:
    path = reverse(listing.name, args=listing.arguments)
    return f"{path}?{urlencode(query)}" if query else path


def _status(listing: Listing, count: int, total: int, *, is_reversed: bool) -> str:
    """Returns how many rows there are in all, in which order, and how many of them are shown."""
    if not count:
        return ""
    order = listing.order_labels[is_reversed]
    sentence = _("{many}, {order}.").format(
        many=listing.count_text(total), order=f"{order[0].lower()}{order[1:]}"
    )
    shown = _("{count} av dem står här.").format(count=formatting.digits(count))
    return sentence if total == count else f"{sentence} {shown}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows(request: HttpRequest, columns: Sequence[Column], items: Sequence[Any]) -> list[list[Cell]]:
    """Returns the cells of each item, without columns in which every cell is empty. Clients are named at once."""
    values = [[column.value_of(item) for column in columns] for item in items]
    cases = {case for row in values for value in row for case in _cases(value)}
    person = person_of(request)
    clients = names_of_shown(person.actor, cases) if person else {}
    today = clock.today()
    is_shown = [at == 0 or any(row[at] for row in values) for at in range(len(columns))]
    return [
        [
            Cell(column.heading, _parts(value, clients, today), column.url_of(item) if column.url_of else "")
            for column, value, shown in zip(columns, row, is_shown, strict=True)
            if shown
        ]
        for item, row in zip(items, values, strict=True)
    ]


def _cases(value: CellValue) -> list[CaseNumber]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, CaseNumber) and value else []


def _parts(value: CellValue, clients: Mapping[str, ClientName], today: date) -> list[CellPart]:
    if value is None or value == "":
        return []
    if isinstance(value, list | CaseNumber):
        return [CellPart("", case=case, client=clients.get(case)) for case in _cases(value)]
    if isinstance(value, datetime):
        return [CellPart(formatting.instant(value, today))]
    return [
        CellPart(formatting.day(value, today), nowrap=True) if isinstance(value, date) else CellPart(value)
    ]
