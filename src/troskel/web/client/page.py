# SPDX-License-Identifier: EUPL-1.2
"""A client's page: contact details, summary, timeline, duties, acts and journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock, formatting
from troskel.offers import client_duties, form_options
from troskel.people.queries import Person
from troskel.reading import visits
from troskel.reading.client_extract import client_extract
from troskel.reading.client_page import ClientPage, client_page
from troskel.reading.papers import papers_of_client
from troskel.runner.choices import RepresentativeKind
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.client import journal_lines, life_events, summary, timeline_svg
from troskel.web.client.timeline import TIME_SPANS, lanes_of, windows
from troskel.web.desk import duty_rows
from troskel.web.text import act_labels, phrases


class TimelineRow(NamedTuple):
    """A bar of the timeline as a row of the table."""

    lane: str
    label: str
    first: str
    last: str
    is_gap: bool


class SpanLink(NamedTuple):
    """A link to another time span."""

    label: str
    url: str
    is_current: bool


@page(
    "clients/<str:case>",
    name="client",
    about=gettext_noop("Allt om en kund: hur det står till, tiden, vad som ska göras och vad som har hänt."),
    serves=("A8", "P1", "S2"),
    who=client_page.who,
)
def client(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """A client's page, limited by the viewer's sight."""
    today = clock.today()
    span_name = request.GET.get("time", "")
    span = TIME_SPANS.get(span_name) or TIME_SPANS[""]
    with_daily, before = bool(request.GET.get("daily")), _line_number(request.GET.get("before", ""))
    since = today - timedelta(days=span.days_back)
    facts = client_page(person.actor, case, visits_since=since, before=before, daily=with_daily)
    all_lanes = lanes_of(facts)
    wide, narrow = (timeline_svg.draw(all_lanes, window, today) for window in windows(span, all_lanes, today))
    duties = client_duties.open_duties(person.actor, facts, today)
    pieces, role = form_options.page_options(facts), person.actor.role
    values = {
        "client": facts,
        "has_papers": role in papers_of_client.who,
        "signs": _signs(facts),
        "extract": reverse("client-extract", args=[facts.case]) if role in client_extract.who else "",
        "visits": f"{reverse('visits')}?{urlencode({'client': facts.case})}"
        if role in visits.visits.who and not facts.brief_until
        else "",
        "sentences": summary.sentences(facts, duties, role, today),
        "representatives": act_labels.choice_labels(RepresentativeKind),
        "hidden_reason": _hidden_reason(facts),
        "pictures": [("wide", wide), ("narrow", narrow)],
        "rows": timeline_rows(timeline_svg.visible_lanes(all_lanes, wide.window)),
        "times": [_span_link(case, name, span_name) for name in TIME_SPANS],
        "duties": [
            duty_rows.client_duty_row(
                client_duty.duty, client_duty.texts, client_duty.acts, is_mine=client_duty.mine
            )
            for client_duty in duties
        ],
        "brief_until": facts.brief_until,
        "locks": [] if facts.brief_until else _removal_statements(facts),
        "situations": [] if facts.brief_until else life_events.situations(pieces, role),
        "other_acts": {} if facts.brief_until else life_events.other_acts(pieces, role),
        "lines": [journal_lines.journal_row(line, facts.names, today) for line in facts.lines],
        "older": _page_url(case, before=facts.older, with_daily=with_daily) if facts.older else "",
        "newest": _page_url(case, with_daily=with_daily) if before is not None else "",
        "daily": with_daily,
        "other_journal": _page_url(case, with_daily=not with_daily),
        "today": today,
    }
    return render_page(request, "web/client.html", values)


def timeline_rows(lanes: list[timeline_svg.Lane]) -> list[TimelineRow]:
    """Returns the timeline's bars as rows of a table."""
    today = clock.today()
    return [
        TimelineRow(
            lane.name,
            bar.label,
            formatting.day(bar.first, today),
            formatting.day(bar.last, today) if bar.last else _("tills vidare"),
            bar.is_gap,
        )
        for lane in lanes
        for bar in lane.bars
    ]


def _line_number(text: str) -> int | None:
    """Returns a journal line number from the URL; None if empty. Raises Http404."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def _span_link(case: str, name: str, span_name: str) -> SpanLink:
    is_current = name == (span_name if span_name in TIME_SPANS else "")
    query = f"?{urlencode({'time': name})}" if name else ""
    return SpanLink(_(TIME_SPANS[name].label), f"{reverse('client', args=[case])}{query}#time", is_current)


def _page_url(case: str, *, before: int | None = None, with_daily: bool = False) -> str:
    query: dict[str, str] = {}
    if before:
        query["before"] = str(before)
    if with_daily:
        query["daily"] = "1"
    return f"{reverse('client', args=[case])}{'?' if query else ''}{urlencode(query)}#journal"


def _signs(facts: ClientPage) -> list[str]:
    """Returns labels for the client's header."""
    signs = {
        _("Avliden"): facts.died is not None,
        _("Skyddade personuppgifter"): facts.protected,
        _("Annan kommun"): not facts.own,
        _("Inte hemma"): bool(facts.absences),
        _("Delar bostad"): facts.shares,
        _("Gallrad"): facts.blanked,
    }
    return [sign for sign, applies in signs.items() if applies]


def _hidden_reason(facts: ClientPage) -> str:
    if facts.blanked:
        return _("Namn och adress är gallrade: tiden för dem är ute.")
    if facts.person is None:
        return _(
            "Namn och adress visas inte: kunden har skyddade personuppgifter. Bara den som går dit får se dem."
        )
    if facts.protected and not facts.person.street:
        return _("Adressen visas inte: kunden har skyddad folkbokföring. Bara den som går dit får se den.")
    return ""


def _removal_statements(facts: ClientPage) -> list[dict[str, Any]]:
    """Returns for each lock whether it may be removed, and the rule's text."""
    return [
        {
            "rule": lock.rule,
            "sentence": phrases.removal_sentence(
                lock.number, lock.code, own_care=lock.own_care, others=lock.others
            ),
            "rule_text": _(phrases.RULES[lock.rule]) if lock.rule in phrases.RULES else "",
        }
        for lock in facts.locks
    ]
