# SPDX-License-Identifier: EUPL-1.2
"""Which accounts and organisations are open, and may close: each check raises Refusal. Pure Python."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.roles import ALLOWED_ROLES, OrganisationKind, Role


def night_waits(answer: str) -> None:
    """A stopped night is answered once."""
    if answer:
        raise Refusal(
            "A4",
            "night.not_waiting",
            _("Natten väntar inte på svar. Den är redan släppt, avvisad eller inläst."),
        )


def role_in_organisation(role: str, kind: str) -> None:
    """An account has a role that its organisation has."""
    if Role(role) not in ALLOWED_ROLES[OrganisationKind(kind)]:
        raise BadValue(
            "role",
            "role.not_in_organisation",
            _("Rollen {role_name} finns inte hos {organisation_kind}. Välj en annan roll."),
            role_name=role,
            organisation_kind=kind,
        )


def moves_to_an_address(street: str, *, is_protected: bool) -> None:
    """Who writes down a move says where to (case 15); a protected client's address may be left out (case 14)."""
    if not street.strip() and not is_protected:
        raise BadValue("street", "address.no_street", _("Skriv gatuadressen dit kunden flyttar."))


def account_is_open(closed: datetime | None, now: datetime) -> None:
    """A closed account is changed and closed no more; one that closes later can be closed now."""
    if closed is not None and closed <= now:
        raise Refusal("rule 6", "account.closed", _("Kontot är redan stängt. Öppna det igen först."))


def account_is_closed(closed: datetime | None) -> None:
    """Only a closed account is opened again."""
    if closed is None:
        raise Refusal("rule 6", "account.open", _("Kontot är aktivt. Det finns inget att göra."))


def moves_elsewhere(before: UUID, after: UUID) -> None:
    """Who moves does so to another organisation; a role alone is changed."""
    if before == after:
        raise Refusal(
            "D",
            "account.same_organisation",
            _("Kontot är redan där. Ändra kontot om rollen ska bli en annan."),
        )


def looks_after(role: Role, own: UUID | None, organisation: UUID) -> None:
    """A coordinator and a locksmith look after the accounts of their own organisation, the administrator after all."""
    if role not in (Role.ADMINISTRATOR, Role.SYSTEM) and own != organisation:
        raise Refusal("D", "account.other_organisation", _("Du sköter bara kontona i din egen organisation."))


def is_of_directory(organisation: UUID, own: UUID | None, kind_of_own: str) -> None:
    """A directory of the municipality's office looks after all organisations, another after the own."""
    if organisation != own and kind_of_own != OrganisationKind.MUNICIPALITY:
        raise BadValue(
            "organisation",
            "account.of_another_directory",
            _("Katalogen sköter bara kontona i sin egen organisation."),
        )


def role_by_directory(role: str | None) -> None:
    """Those who appoint others are appointed by a person; and the office has no role that anybody gets unasked."""
    if role is None:
        raise BadValue("role", "account.role_missing", _("Kommunens personal behöver en roll. Skicka en."))
    if role == Role.ADMINISTRATOR:
        raise Refusal("D", "account.administrator_by_list", _("Systemförvaltare utses och byts en och en."))


def closes_another(account: UUID, actor: UUID | None) -> None:
    """Nobody closes their own account, so that somebody else knows of it."""
    if account == actor:
        raise Refusal("D", "account.own", _("Du kan inte stänga ditt eget konto. Be en kollega."))


def organisation_is_open(closed: date | None) -> None:
    """A closed organisation, or one that is about to close, gets no client, order, thing or account."""
    if closed is not None:
        raise Refusal(
            "A4",
            "organisation.closed",
            _("Organisationen är stängd från och med {day}. Välj en annan."),
            day=closed,
        )


def ends_before_closing(closed: date | None, through: date | None) -> None:
    """What a closed organisation has done until then can be changed; it does nothing from the day that it closes."""
    if closed is not None and (through is None or through >= closed):
        organisation_is_open(closed)


def organisation_is_closed(closed: date | None) -> None:
    """Only a closed organisation is opened again."""
    if closed is None:
        raise Refusal("rule 6", "organisation.open", _("Organisationen är öppen. Det finns inget att göra."))


def organisation_may_close(kind: str) -> None:
    """The municipality's own office does not close: it answers for what others leave."""
    if kind == OrganisationKind.MUNICIPALITY:
        raise Refusal(
            "A4", "organisation.is_the_office", _("Kommunens eget kontor kan inte stängas i systemet.")
        )


def is_another(organisation: UUID, successor: UUID) -> None:
    """An organisation is succeeded by another."""
    if organisation == successor:
        raise BadValue(
            "successor", "organisation.succeeds_itself", _("Välj en annan organisation än den som slutar.")
        )


def same_kind(kind: str, successor: str) -> None:
    """An organisation is succeeded by one of its kind, which can do the same work."""
    if kind != successor:
        raise BadValue(
            "successor",
            "organisation.other_kind",
            _("{organisation_kind} kan inte ta över här. Välj en organisation av samma sort."),
            organisation_kind=successor,
        )


def has_no_clients(has: bool) -> None:
    """An organisation with clients does not close (A4)."""
    if has:
        raise Refusal(
            "A4",
            "organisation.has_clients",
            _("Organisationen har kunder, nu eller framöver. Låt en annan ta över dem först."),
        )


def has_no_orders(has: bool) -> None:
    """An organisation with open orders does not close (P1, L1)."""
    if has:
        raise Refusal(
            "L1",
            "organisation.has_orders",
            _("Organisationen har öppna beställningar. Låt en annan ta över dem först."),
        )


def has_no_things(has: bool) -> None:
    """An organisation that has keys, tags or locks does not close (rule 5)."""
    if has:
        raise Refusal(
            "rule 5",
            "organisation.has_things",
            _("Organisationen har nycklar, kvittensprodukter eller lås. Låt en annan ta över dem först."),
        )
