# SPDX-License-Identifier: EUPL-1.2
"""A line of the journal in plain words: what happened, and what the line knows of whom, when and which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.reading.client_journal import LineTold
from troskel.web.client.timeline import ORDERS, SERVICES, order_word, service_word
from troskel.web.text import act_labels, formatting


class Happened(NamedTuple):
    """A line as the page shows it."""

    number: int
    day: str
    time: str
    what: str
    more: str
    paragraph: str
    by: str


NAMED = ("organisation", "locksmith", "tag", "key", "lock", "decision", "allocation", "thing")
"""What stands in a line as an id, and is told by its name where the viewer may know it."""
CODES = {
    "reason_code": "reason",
    "way": "way",
    "code": "code",
    "by": "by",
    "reason": "reason",
}
"""What stands in a line as a code, and the value of the act that it was."""
NUMBERS = ("number", "form_number", "month")


def told(line: LineTold, names: Mapping[str, str], today: date) -> Happened:
    """The line in the language of the page."""
    local = line.occurred.astimezone(clock.STOCKHOLM)
    return Happened(
        number=line.number,
        day=formatting.day(local.date(), today),
        time=formatting.clock(line.occurred),
        what=act_labels.said(act_labels.of_event(line.event)),
        more=", ".join(dict.fromkeys(_more(line, names, today))),
        paragraph=line.paragraph,
        by=" · ".join(filter(None, (formatting.role(line.role), line.organisation)))
        if line.role
        else _("Systemet"),
    )


def _more(line: LineTold, names: Mapping[str, str], today: date) -> Iterator[str]:
    body = line.body
    if body.get("service") in SERVICES:
        yield service_word(body["service"]).lower()
    for name in NAMED:
        found = names.get(str(body.get(name)), "")
        if found and found != line.organisation:
            yield found
    yield from (str(body[name]) for name in NUMBERS if body.get(name))
    if body.get("replaces") and str(body["replaces"]) in names:
        yield _("efter {decision}").format(decision=names[str(body["replaces"])])
    yield from _hands(body, names)
    yield from _signature(line)
    yield from _codes(line)
    yield from _days(body, today)


def _hands(body: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """From whose hand to whose."""
    if not isinstance(body.get("from"), Mapping):
        return
    giver, taker = _hand(body["from"], names), _hand(body.get("to") or {}, names)
    if giver and taker:
        yield _("från {giver} till {taker}").format(giver=giver, taker=taker)


def _hand(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if one.get("kind") == "client":
        return _("kunden")
    return names.get(str(one.get("id")), "")


def _signature(line: LineTold) -> Iterator[str]:
    who = act_labels.choices_of(REGISTER["receive_key"], "signed").get(line.body.get("signed", ""))
    if who:
        yield _("undertecknat av: {who}").format(who=act_labels.said(who).lower())


def _codes(line: LineTold) -> Iterator[str]:
    act = REGISTER.get(line.act)
    for name, path in CODES.items():
        code = line.body.get(name)
        choices = act_labels.choices_of(act, path) if act and isinstance(code, str) else {}
        if code in choices and code:
            yield act_labels.said(choices[code]).lower()
    if line.body.get("kind") in ORDERS:
        yield order_word(line.body["kind"]).lower()


def _days(body: Mapping[str, Any], today: date) -> Iterator[str]:
    first, last = _day(body.get("from")), _day(body.get("through"))
    if first:
        through = formatting.day(last, today) if last else _("tills vidare")
        yield (
            f"{formatting.day(first, today)}–{through}"
            if last
            else f"{formatting.day(first, today)} {through}"
        )
    elif last:
        yield _("till och med {day}").format(day=formatting.day(last, today))
    if on := _day(body.get("on")):
        yield formatting.day(on, today)
    if body.get("starts"):
        yield formatting.instant(datetime.fromisoformat(body["starts"]), today)


def _day(written: Any) -> date | None:
    return (
        date.fromisoformat(written)
        if isinstance(written, str) and len(written) == len("2026-01-01")
        else None
    )
