# SPDX-License-Identifier: EUPL-1.2
"""A client's state in a few sentences: care, lock, tag, keys and the next duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.ground import formatting
from troskel.offers.client_duties import ClientDuty
from troskel.people.roles import PROVIDER_ROLES, Role
from troskel.reading.client_page import ClientPage, HolderPeriod
from troskel.reading.client_status import CareStatus
from troskel.web.client.timeline import order_label, service_label
from troskel.web.text import act_labels
from troskel.web.text.numbers import linked_number


def sentences(client: ClientPage, duties: Sequence[ClientDuty], role: Role, today: date) -> list[SafeString]:
    """Returns the current state in sentences. Values are escaped; only our own emphasis is markup."""
    return [
        *_status(client, today),
        *(_care_sentence(care, role, today) for care in client.care),
        *_no_care(client, role),
        *_lock_sentences(client, today),
        *_thing_sentences(client),
        *_next_duty(duties, today),
    ]


def _status(client: ClientPage, today: date) -> Iterator[SafeString]:
    if client.died:
        yield format_html(_("Kunden avled {day}."), day=formatting.day(client.died, today))
    if not client.own:
        yield escape(
            _(
                "Kunden är anvisad av en annan kommun: varken låsvred eller kvittensprodukt, och ingen telefon."
            )
        )
    for absence in client.absences:
        since, through = absence.begins, absence.through
        values = {
            "since": formatting.day(since, today),
            "through": formatting.day(through, today) if through else "",
        }
        yield format_html(
            _(
                "Kunden är inte hemma från {since} till {through}: kunden syns inte i telefonen, och inget tas ner."
            )
            if through
            else _("Kunden är inte hemma från {since}: kunden syns inte i telefonen, och inget tas ner."),
            **values,
        )
    if client.refused:
        yield escape(_("Kunden har sagt nej till låsvred."))


def _care_sentence(care: CareStatus, role: Role, today: date) -> SafeString:
    service = service_label(care.service)
    if not care.provider:
        sentence = (
            _("{service} är beviljad men inte fördelad: {gone}.")
            if care.why == "not_allocated"
            else _("{service} har inget beslut just nu: {gone}.")
        )
        return format_html(sentence, service=service, gone=_warning(_("kunden syns inte i telefonen")))
    values = {
        "service": service,
        "provider": format_html("<strong>{}</strong>", care.provider),
        "begins": formatting.full_day(care.begins, today) if care.begins else "",
        "last": formatting.full_day(care.through, today) if care.through else "",
        "follower": format_html("<strong>{}</strong>", care.follower),
        "gone": _warning(
            _("försvinner kunden ur era telefoner")
            if role in PROVIDER_ROLES
            else _("försvinner kunden ur deras telefoner")
        ),
    }
    beginning = _("{service} av {provider} från {begins}") if care.begins else _("{service} av {provider}")
    return format_html(f"{beginning} {_continuation(care, role)}", **values)


def _continuation(care: CareStatus, role: Role) -> str:
    if care.then == "gap":
        return _("till {last}, sedan {gone}.")
    if care.then == "ends":
        return _("till {last}. Då upphör insatsen.")
    if care.then == "another":
        if care.follower:
            return _("till {last}, sedan av {follower}.")
        return _("till {last}. Sedan är det inte längre ni.") if role in PROVIDER_ROLES else _("till {last}.")
    return _("tills vidare.")


def _warning(text: str) -> SafeString:
    return format_html('<strong class="gone">{}</strong>', text)


def _no_care(client: ClientPage, role: Role) -> Iterator[SafeString]:
    if client.care or client.died or role is Role.LOCKSMITH:
        return
    if role in PROVIDER_ROLES:
        yield escape(_("Ni har inte kunden nu."))
    else:
        yield escape(_("Kunden har varken hemtjänst eller trygghetslarm."))


def _lock_sentences(client: ClientPage, today: date) -> Iterator[SafeString]:
    linked = {holding.number for holding in _current_holdings(client, "linked", "client")}
    mounted = {holding.number for holding in _current_holdings(client, "lock", "door")}
    for number in sorted(linked | mounted):
        values = {"number": linked_number(number)}
        if number not in linked:
            yield format_html(_("Lås {number} sitter på dörren men är inte kopplat."), **values)
        elif number not in mounted:
            yield format_html(_("Lås {number} är nedtaget men fortfarande kopplat."), **values)
        else:
            yield format_html(_("Lås {number} är kopplat."), **values)
    for order in client.orders:
        if order.state == "booked":
            comes = formatting.instant(order.bookings[-1].starts, today)
            yield format_html(
                _("{kind} {number} är bokad: låssmeden kommer {comes}."),
                kind=order_label(order.kind), number=linked_number(order.number), comes=comes,
            )  # fmt: skip
        elif order.state == "placed":
            yield format_html(
                _("{kind} {number} är beställd men inte bokad."),
                kind=order_label(order.kind),
                number=linked_number(order.number),
            )


def _current_holdings(client: ClientPage, kind: str, holder_kind: str) -> list[HolderPeriod]:
    return [
        holding
        for holding in client.periods
        if holding.what == kind and holding.by == holder_kind and holding.until is None
    ]


def _thing_sentences(client: ClientPage) -> Iterator[SafeString]:
    for tag in _current_holdings(client, "tag", "client"):
        yield format_html(_("Kvittensprodukt {number} finns hos kunden."), number=linked_number(tag.number))
    holders = Counter(holding.holder for holding in _current_holdings(client, "key", "organisation"))
    for holder, count in holders.items():
        text = ngettext("En nyckel hos {holder}.", "{count} nycklar hos {holder}.", count)
        yield format_html(text, holder=holder, count=formatting.capitalized(formatting.number(count)))


def _next_duty(duties: Sequence[ClientDuty], today: date) -> Iterator[SafeString]:
    if not duties:
        return
    first = duties[0]
    values = {
        "what": act_labels.localized(first.texts.duty),
        "paragraph": first.duty.paragraph,
        "due": formatting.day(first.duty.due, today) if first.duty.due else "",
    }
    yield format_html(
        _("Nästa: {what} ({paragraph}), senast {due}.")
        if values["due"]
        else _("Nästa: {what} ({paragraph})."),
        **values,
    )
