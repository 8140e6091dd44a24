# SPDX-License-Identifier: EUPL-1.2
"""Journal lines in plain words: the event, with names, numbers, codes and days from its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting
from troskel.reading.client_journal import ClientLine
from troskel.runner.choices import Signer
from troskel.web.client.timeline import ORDER_LABELS, SERVICE_LABELS, order_label, service_label
from troskel.web.text import act_labels, phrases
from troskel.web.text.events import event_text


class JournalRow(NamedTuple):
    """A journal line as a row."""

    number: int
    day: str
    time: str
    text: str
    details: str
    paragraph: str
    actor: str


NAME_KEYS = ("organisation", "locksmith", "tag", "key", "lock", "decision", "allocation", "thing")
"""Body keys that hold an id; shown by name if the viewer may know it."""
CODE_FIELDS = {
    "reason_code": "reason",
    "way": "way",
    "step": "step",
    "code": "code",
    "by": "by",
    "reason": "reason",
}
"""Body keys that hold a code, and the act's field with its labels."""
NUMBER_KEYS = ("number", "form_number")


def journal_row(line: ClientLine, names: Mapping[str, str], today: date) -> JournalRow:
    """Returns the line in the language of the page."""
    local = line.occurred.astimezone(clock.STOCKHOLM)
    return JournalRow(
        number=line.number,
        day=formatting.day(local.date(), today),
        time=formatting.time_of_day(line.occurred),
        text=event_text(line.event),
        details=", ".join(dict.fromkeys(_details(line, names, today))),
        paragraph=line.paragraph,
        actor=" · ".join(filter(None, (line.person, phrases.role(line.role), line.organisation)))
        if line.role
        else _("Systemet"),
    )


def _details(line: ClientLine, names: Mapping[str, str], today: date) -> Iterator[str]:
    body = line.body
    if body.get("service") in SERVICE_LABELS:
        yield service_label(body["service"]).lower()
    for name in NAME_KEYS:
        name_found = names.get(str(body.get(name)), "")
        if name_found and name_found != line.organisation:
            yield name_found
    yield from (str(body[name]) for name in NUMBER_KEYS if body.get(name))
    if body.get("month"):
        yield formatting.month(date.fromisoformat(f"{body['month']}-01"))
    if body.get("replaces") and str(body["replaces"]) in names:
        yield _("efter {decision}").format(decision=names[str(body["replaces"])])
    yield from _transfer(body, names)
    yield from _signature(line)
    yield from _codes(line)
    yield from _days(body, today)
    yield from _corrected_times(line, today)


def _transfer(body: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Yields the giver and the taker of a handover."""
    if not isinstance(body.get("from"), Mapping):
        return
    giver, taker = _party_name(body["from"], names), _party_name(body.get("to") or {}, names)
    if giver and taker:
        yield _("från {giver} till {taker}").format(giver=giver, taker=taker)


def _party_name(party: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if party.get("kind") == "client":
        return _("kunden")
    return names.get(str(party.get("id")), "")


def _signature(line: ClientLine) -> Iterator[str]:
    signer = act_labels.choice_label(Signer, line.body.get("signed", ""))
    if signer:
        yield _("undertecknat av: {who}").format(who=signer.lower())


def _codes(line: ClientLine) -> Iterator[str]:
    act = REGISTER.get(line.act)
    for name, path in CODE_FIELDS.items():
        code = line.body.get(name)
        codes = act_labels.field_choices(act, path) if act else None
        if codes and code and (label := act_labels.choice_label(codes, code)):
            yield label.lower()
    if line.body.get("kind") in ORDER_LABELS:
        yield order_label(line.body["kind"]).lower()


def _days(body: Mapping[str, Any], today: date) -> Iterator[str]:
    first, last = _parse_day(body.get("from")), _parse_day(body.get("through"))
    if first:
        through = formatting.day(last, today) if last else _("tills vidare")
        yield (
            f"{formatting.day(first, today)}–{through}"
            if last
            else f"{formatting.day(first, today)} {through}"
        )
    elif last:
        yield _("till och med {day}").format(day=formatting.day(last, today))
    if on := _parse_day(body.get("on")):
        yield formatting.day(on, today)
    if body.get("starts"):
        yield formatting.instant(datetime.fromisoformat(body["starts"]), today)


def _corrected_times(line: ClientLine, today: date) -> Iterator[str]:
    """Yields what a corrected visit was, and what it became."""
    body = line.body
    if line.event != "visit.corrected":
        return
    if not body["made"]:
        yield _("det gjordes inte: {was}").format(was=_times(body["was"], body.get("was_departed"), today))
        return
    before, after = (body["was"], body.get("was_departed")), (body["arrived"], body["departed"])
    yield _("{was} blev {now}").format(was=_times(*before, today), now=_times(*after, today))


def _times(arrived: str, departed: str | None, today: date) -> str:
    begins = datetime.fromisoformat(arrived)
    if departed is None:
        return _("{time} utan sluttid").format(time=formatting.instant(begins, today))
    ends = datetime.fromisoformat(departed)
    same = clock.day_of(begins) == clock.day_of(ends)
    end = formatting.time_of_day(ends) if same else formatting.instant(ends, today)
    return f"{formatting.instant(begins, today)}–{end}"


def _parse_day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-01") else None
