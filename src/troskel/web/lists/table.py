# SPDX-License-Identifier: EUPL-1.2
"""What every list has: a lead, filters, an order, pages, and CSV of all rows.

Filters accept known values only: nothing else in a URL is read, so no typed text comes into the journal.
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

from troskel.ground import clock, formatting
from troskel.ground.refusals import BadValue
from troskel.reading.paging import Page, PageRequest
from troskel.screens.render import render_page
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import csv_export
from troskel.web.lists.columns import CaseNumber, CellValue, Column
from troskel.web.shell import links

PAGE_SIZE = 50
ORDER_PARAM, AFTER_PARAM, FORMAT_PARAM, CSV_FORMAT = "order", "after", "as", "csv"
REVERSED = "turned"


class Filter(NamedTuple):
    """A filter: its URL parameter, label, choices and current value."""

    name: str
    label: str
    choices: list[ChoiceOption]
    value: str = ""


class CellPart(NamedTuple):
    """A text in a cell, with an optional URL. `nowrap`: never broken over two lines."""

    text: str
    url: str = ""
    nowrap: bool = False


class Cell(NamedTuple):
    """A cell: its column's heading and its texts."""

    heading: str
    parts: list[CellPart]


class Tab(NamedTuple):
    """A tab to a related list."""

    url: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class Listing:
    """The declaration of a list. `read` takes a page request and the filters' values by name.

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


def render_listing(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """Returns a page of the list, or all of it as CSV. An invalid cursor redirects to the first page."""
    filters = [selection._replace(value=_filter_value(request, selection)) for selection in listing.filters]
    is_reversed = request.GET.get(ORDER_PARAM) == REVERSED
    values_by_filter = {selection.name: selection.value for selection in filters}
    newest = listing.newest_first != is_reversed
    if request.GET.get(FORMAT_PARAM) == CSV_FORMAT:
        return csv_export.csv_response(
            listing.title,
            listing.columns,
            lambda page: listing.read(page._replace(newest=newest), **values_by_filter),
        )
    after = request.GET.get(AFTER_PARAM, "")
    try:
        page = listing.read(PageRequest(PAGE_SIZE, after, newest), **values_by_filter)
    except BadValue:
        return HttpResponseRedirect(_listing_url(listing))
    selection = {name: value for name, value in values_by_filter.items() if value} | (
        {ORDER_PARAM: REVERSED} if is_reversed else {}
    )
    values = {
        "listing": listing,
        "filters": filters,
        "order": Filter(
            ORDER_PARAM,
            _("Ordning"),
            [*map(ChoiceOption, ("", REVERSED), listing.order_labels)],
            REVERSED if is_reversed else "",
        ),
        "status": _status(
            listing, len(page.items), is_complete=not after and page.next is None, is_reversed=is_reversed
        ),
        "rows": [_cells(listing.columns, item) for item in page.items],
        "is_filtered": bool(set(selection) - {ORDER_PARAM}),
        "start": _listing_url(listing, selection),
        "after": after,
        "next": _listing_url(listing, {**selection, AFTER_PARAM: page.next}) if page.next else "",
        "csv": _listing_url(listing, {**selection, FORMAT_PARAM: CSV_FORMAT}),
        "list_url": _listing_url(listing),
    }
    return render_page(request, "web/list.html", values)


def _filter_value(request: HttpRequest, filter_: Filter) -> str:
    value = request.GET.get(filter_.name, "")
    return value if value in {choice.value for choice in filter_.choices} else ""


def _listing_url(listing: Listing, query: dict[str, Any] | None = None) -> str:
    path = reverse(listing.name, args=listing.arguments)
    return f"{path}?{urlencode(query)}" if query else path


def _status(listing: Listing, count: int, *, is_complete: bool, is_reversed: bool) -> str:
    """Returns how many rows are shown, in which order, and whether there are more."""
    if not count:
        return ""
    order = listing.order_labels[is_reversed]
    sentence = _("{many}, {order}.").format(
        many=listing.count_text(count), order=f"{order[0].lower()}{order[1:]}"
    )
    return sentence if is_complete else " ".join((sentence, _("Fler finns på andra sidor.")))


def _cells(columns: Sequence[Column], item: Any) -> list[Cell]:
    today = clock.today()
    return [Cell(column.heading, _parts_of(column, item, today)) for column in columns]


def _parts_of(column: Column, item: Any, today: date) -> list[CellPart]:
    parts = _parts(column.value_of(item), today)
    return parts if column.url_of is None else [part._replace(url=column.url_of(item)) for part in parts]


def _parts(value: CellValue, today: date) -> list[CellPart]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [_case_part(case) for case in value]
    if isinstance(value, CaseNumber):
        return [_case_part(value)]
    if isinstance(value, datetime):
        return [CellPart(formatting.instant(value, today), nowrap=True)]
    return [
        CellPart(formatting.day(value, today), nowrap=True) if isinstance(value, date) else CellPart(value)
    ]


def _case_part(number: str) -> CellPart:
    return CellPart(number, links.to_client(number), nowrap=True)
