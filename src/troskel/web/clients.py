# SPDX-License-Identifier: EUPL-1.2
"""A client's page: who and where, what holds now, the picture of time, what to do, and what has happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.acts import about_client
from troskel.acts.chapters import REGISTER
from troskel.acts.viewing_history import ClientShown, client_page
from troskel.ground import clock
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.web import client_words, home, journal_words, lanes, situations, wording, words
from troskel.web.client_lanes import SPANS, lanes_of, windows
from troskel.web.declaring import EVERY_ACCOUNT, page
from troskel.web.saying import show

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
    wide, narrow = (lanes.draw(all_lanes, window, today) for window in windows(span, all_lanes, today))
    pieces, role = about_client.pieces_of(shown), person.actor.role
    values = {
        "shown": shown,
        "signs": _signs(shown),
        "sentences": client_words.sentences(shown, role, today),
        "representatives": wording.choices_of(REGISTER["name_representative"], "kind"),
        "why_hidden": _why_hidden(shown),
        "pictures": [("wide", wide), ("narrow", narrow)],
        "rows": rows(lanes.shown_in(all_lanes, wide.window)),
        "times": [_time(case, name, asked) for name in SPANS],
        "duties": [home.shown_about(one.told, one.said, one.acts, mine=one.mine) for one in shown.duties],
        "locks": _locks(shown),
        "situations": situations.situations(pieces, role),
        "others": situations.others(pieces, role),
        "lines": [journal_words.told(line, shown.names, today) for line in shown.lines],
        "older": _address(case, before=shown.older, daily=daily) if shown.older else "",
        "newest": _address(case, daily=daily) if before is not None else "",
        "daily": daily,
        "other_journal": _address(case, daily=not daily),
        "today": today,
    }
    return show(request, "web/client.html", values)


def rows(shown: list[lanes.Lane]) -> list[Row]:
    """The picture's bars as rows of a table."""
    today = clock.today()
    return [
        Row(
            lane.name,
            bar.what,
            words.day(bar.first, today),
            words.day(bar.last, today) if bar.last else _("tills vidare"),
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
            "stays": words.lock_after(lock.number, lock.rule, own_care=lock.own_care, others=lock.others),
            "says": _(words.RULES[lock.rule]) if lock.rule in words.RULES else "",
        }
        for lock in shown.locks
    ]
