# SPDX-License-Identifier: EUPL-1.2
"""How it stands for a client, in a few sentences: who has the care and how long, lock, tag, keys, and what is next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from troskel.offers.client_duties import DutyShown
from troskel.people.roles import PROVIDER_ROLES, Role
from troskel.reading.client_page import ClientShown, Held
from troskel.reading.client_status import CareShown
from troskel.web.client.timeline import order_word, service_word
from troskel.web.text import act_labels, formatting


def sentences(shown: ClientShown, duties: Sequence[DutyShown], role: Role, today: date) -> list[SafeString]:
    """What holds now. Values are escaped; only our own emphasis is markup."""
    return [
        *_who(shown, today),
        *(_care(one, role, today) for one in shown.care),
        *_nobody(shown, role),
        *_lock(shown, today),
        *_things(shown),
        *_next(duties, today),
    ]


def _who(shown: ClientShown, today: date) -> Iterator[SafeString]:
    if shown.died:
        yield format_html(_("Kunden avled {day}."), day=formatting.day(shown.died, today))
    if not shown.own:
        yield escape(
            _(
                "Kunden är anvisad av en annan kommun: varken låsvred eller kvittensprodukt, och ingen telefon."
            )
        )
    if shown.away:
        since, through = shown.away
        told = {
            "since": formatting.day(since, today),
            "through": formatting.day(through, today) if through else "",
        }
        yield format_html(
            _(
                "Kunden är inte hemma från {since} till {through}: ingen telefon visar kunden, och inget tas ner."
            )
            if through
            else _("Kunden är inte hemma från {since}: ingen telefon visar kunden, och inget tas ner."),
            **told,
        )
    if shown.refused:
        yield escape(_("Kunden har sagt nej till låsvred."))


def _care(care: CareShown, role: Role, today: date) -> SafeString:
    service = service_word(care.service)
    if not care.provider:
        why = (
            _("{service} är beviljad men inte fördelad: {gone}.")
            if care.why == "not_allocated"
            else _("{service} har inget beslut just nu: {gone}.")
        )
        return format_html(why, service=service, gone=_red(_("kunden syns inte i någon telefon")))
    told = {
        "service": service,
        "provider": format_html("<strong>{}</strong>", care.provider),
        "begins": formatting.full_day(care.begins, today) if care.begins else "",
        "last": formatting.full_day(care.through, today) if care.through else "",
        "follower": format_html("<strong>{}</strong>", care.follower),
        "gone": _red(
            _("försvinner kunden ur era telefoner")
            if role in PROVIDER_ROLES
            else _("försvinner kunden ur deras telefoner")
        ),
    }
    begun = _("{service} av {provider} från {begins}") if care.begins else _("{service} av {provider}")
    return format_html(f"{begun} {_and_then(care, role)}", **told)


def _and_then(care: CareShown, role: Role) -> str:
    if care.then == "gap":
        return _("till {last}, sedan {gone}.")
    if care.then == "ends":
        return _("till {last}. Då upphör insatsen.")
    if care.then == "another":
        if care.follower:
            return _("till {last}, sedan av {follower}.")
        return _("till {last}. Sedan är det inte längre ni.") if role in PROVIDER_ROLES else _("till {last}.")
    return _("tills vidare.")


def _red(said: str) -> SafeString:
    return format_html('<strong class="gone">{}</strong>', said)


def _nobody(shown: ClientShown, role: Role) -> Iterator[SafeString]:
    if shown.care or shown.died or role is Role.LOCKSMITH:
        return
    if role in PROVIDER_ROLES:
        yield escape(_("Ni har inte kunden nu."))
    else:
        yield escape(_("Kunden har varken hemtjänst eller trygghetslarm."))


def _lock(shown: ClientShown, today: date) -> Iterator[SafeString]:
    linked = {one.number for one in _now(shown, "linked", "client")}
    hanging = {one.number for one in _now(shown, "lock", "door")}
    for number in sorted(linked | hanging):
        told = {"number": format_html("<strong>{}</strong>", number)}
        if number not in linked:
            yield format_html(_("Lås {number} sitter på dörren men är inte kopplat."), **told)
        elif number not in hanging:
            yield format_html(_("Lås {number} är nedtaget men fortfarande kopplat."), **told)
        else:
            yield format_html(_("Lås {number} är kopplat."), **told)
    for order in shown.orders:
        if order.state == "booked":
            comes = formatting.instant(order.bookings[-1].starts, today)
            yield format_html(
                _("{kind} {number} är bokad: låssmeden kommer {comes}."),
                kind=order_word(order.kind), number=order.number, comes=comes,
            )  # fmt: skip
        elif order.state == "placed":
            yield format_html(
                _("{kind} {number} är beställd men inte bokad."),
                kind=order_word(order.kind),
                number=order.number,
            )


def _now(shown: ClientShown, what: str, by: str) -> list[Held]:
    return [one for one in shown.held if one.what == what and one.by == by and one.until is None]


def _things(shown: ClientShown) -> Iterator[SafeString]:
    for tag in _now(shown, "tag", "client"):
        yield format_html(_("Kvittensprodukt {number} finns hos kunden."), number=tag.number)
    holders = Counter(one.holder for one in _now(shown, "key", "organisation"))
    for holder, count in holders.items():
        told = {"holder": holder, "count": formatting.number(count).capitalize()}
        yield format_html(
            _("En nyckel hos {holder}.") if count == 1 else _("{count} nycklar hos {holder}."), **told
        )


def _next(duties: Sequence[DutyShown], today: date) -> Iterator[SafeString]:
    if not duties:
        return
    first = duties[0]
    told = {
        "what": act_labels.said(first.said.duty),
        "paragraph": first.told["paragraph"],
        "due": formatting.day(first.told["due"], today) if first.told["due"] else "",
    }
    yield format_html(
        _("Nästa: {what} ({paragraph}), senast {due}.") if told["due"] else _("Nästa: {what} ({paragraph})."),
        **told,
    )
