# SPDX-License-Identifier: EUPL-1.2
"""A client's page: who and where, what holds now, the picture of time, what to do, and what has happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.offers import client_duties, form_options
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading.client_page import ClientShown, client_page
from troskel.screens.pages import EVERY_ACCOUNT, page
from troskel.screens.render import show
from troskel.web.client import journal_lines, life_events, summary, timeline_svg
from troskel.web.client.timeline import SPANS, lanes_of, windows
from troskel.web.desk import start
from troskel.web.text import act_labels, formatting

WHO = EVERY_ACCOUNT - {Role.MANAGER}


class Row(NamedTuple):
    """A bar of the picture as a row of the table."""

    lane: str
    what: str
    first: str
    last: str
    gap: bool


class Time(NamedTuple):
    """How much time to show: a link, or where one is."""

    word: str
    address: str
    here: bool


@page("clients/<str:case>", name="client", who=WHO)
def client(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """The page of one client, as far as the viewer may know."""
    today = clock.today()
    asked = request.GET.get("time", "")
    span = SPANS.get(asked) or SPANS[""]
    daily, before = bool(request.GET.get("daily")), _number(request.GET.get("before", ""))
    since = today - timedelta(days=span.back)
    shown = client_page(person.actor, case, visits_since=since, before=before, daily=daily)
    all_lanes = lanes_of(shown)
    wide, narrow = (timeline_svg.draw(all_lanes, window, today) for window in windows(span, all_lanes, today))
    duties = client_duties.open_duties(person.actor, shown, today)
    pieces, role = form_options.pieces_of(shown), person.actor.role
    values = {
        "shown": shown,
        "signs": _signs(shown),
        "sentences": summary.sentences(shown, duties, role, today),
        "representatives": act_labels.choices_of(REGISTER["name_representative"], "kind"),
        "why_hidden": _why_hidden(shown),
        "pictures": [("wide", wide), ("narrow", narrow)],
        "rows": rows(timeline_svg.shown_in(all_lanes, wide.window)),
        "times": [_time(case, name, asked) for name in SPANS],
        "duties": [start.shown_about(one.told, one.said, one.acts, mine=one.mine) for one in duties],
        "locks": _locks(shown),
        "situations": life_events.situations(pieces, role),
        "others": life_events.others(pieces, role),
        "lines": [journal_lines.told(line, shown.names, today) for line in shown.lines],
        "older": _address(case, before=shown.older, daily=daily) if shown.older else "",
        "newest": _address(case, daily=daily) if before is not None else "",
        "daily": daily,
        "other_journal": _address(case, daily=not daily),
        "today": today,
    }
    return show(request, "web/client.html", values)


def rows(shown: list[timeline_svg.Lane]) -> list[Row]:
    """The picture's bars as rows of a table."""
    today = clock.today()
    return [
        Row(
            lane.name,
            bar.what,
            formatting.day(bar.first, today),
            formatting.day(bar.last, today) if bar.last else _("tills vidare"),
            bar.gap,
        )
        for lane in shown
        for bar in lane.bars
    ]


def _number(written: str) -> int | None:
    """The number of a line. Raises Http404 for what is none."""
    if not written:
        return None
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise Http404
    return int(written)


def _time(case: str, name: str, asked: str) -> Time:
    here = name == (asked if asked in SPANS else "")
    query = f"?{urlencode({'time': name})}" if name else ""
    return Time(_(SPANS[name].word), f"{reverse('client', args=[case])}{query}#time", here)


def _address(case: str, *, before: int | None = None, daily: bool = False) -> str:
    query: dict[str, str] = {}
    if before:
        query["before"] = str(before)
    if daily:
        query["daily"] = "1"
    return f"{reverse('client', args=[case])}{'?' if query else ''}{urlencode(query)}#journal"


def _signs(shown: ClientShown) -> list[str]:
    """What to know of the client before anything else."""
    signs = {
        _("Avliden"): shown.died is not None,
        _("Skyddade personuppgifter"): shown.protected,
        _("Annan kommun"): not shown.own,
        _("Inte hemma"): shown.away is not None,
        _("Delar bostad"): shown.shares,
        _("Gallrad"): shown.blanked,
    }
    return [sign for sign, holds in signs.items() if holds]


def _why_hidden(shown: ClientShown) -> str:
    if shown.blanked:
        return _("Namn och adress är gallrade: tiden för dem är ute.")
    if shown.person is None:
        return _(
            "Namn och adress visas inte: kunden har skyddade personuppgifter. Bara den som går dit får se dem."
        )
    if shown.protected and not shown.person.street:
        return _("Adressen visas inte: kunden har skyddad folkbokföring. Bara den som går dit får se den.")
    return ""


def _locks(shown: ClientShown) -> list[dict[str, Any]]:
    """Whether each lock may be taken down, in the rule's words and ours."""
    return [
        {
            "rule": lock.rule,
            "stays": formatting.lock_after(
                lock.number, lock.rule, own_care=lock.own_care, others=lock.others
            ),
            "says": _(formatting.RULES[lock.rule]) if lock.rule in formatting.RULES else "",
        }
        for lock in shown.locks
    ]
