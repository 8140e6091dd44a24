# SPDX-License-Identifier: EUPL-1.2
"""What may be said of a client in words: names, addresses, labels, notes and free text all go out through here.

Protected clients (case 14): S, marked as secret, are named to the municipality's own roles and to those entrusted.
F, protected in the population register, the same, but the address only to those entrusted. A label or a note about a
client bears the address, and is shown as the address is. Free text about somebody else may name a protected client:
what the viewer would not be shown is taken out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.people.models import Client, Door
from troskel.people.roles import EVERY_ROLE, MUNICIPAL_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_in_sight
from troskel.reading.register import read

TAKEN_OUT = "█████"
"""Stands for what is taken out of a text, in every language."""


class PersonShown(msgspec.Struct, frozen=True):
    """Name and address; absent where the identity is protected and the viewer is not entrusted with it.

    The address is empty where the population register protects it (F) and the viewer is not entrusted with it.
    """

    first_name: str
    last_name: str
    phone: str
    street: str
    postcode: str
    town: str
    apartment: str


def visible_person(viewer: Actor, row: Client, *, entrusted: bool) -> PersonShown | None:
    """Name and address as far as the viewer may know them; None where the name is hidden. `row`: with its home."""
    if not _is_named(viewer, row.protection, entrusted=entrusted):
        return None
    home = row.home
    address = (home.street, home.postcode, home.town, home.apartment)
    if not _is_located(viewer, row.protection, entrusted=entrusted):
        address = ("", "", "", "")
    return PersonShown(row.first_name, row.last_name, row.phone, *address)


def _is_named(viewer: Actor, protection: str, *, entrusted: bool) -> bool:
    return not protection or entrusted or viewer.role in MUNICIPAL_ROLES


def _is_located(viewer: Actor, protection: str, *, entrusted: bool) -> bool:
    return _is_named(viewer, protection, entrusted=entrusted) and (protection != "F" or entrusted)


def is_name_visible(viewer: Actor) -> Q:
    """Returns the condition on clients whose name the viewer may see, as in `visible_person`."""
    return Q() if viewer.role in MUNICIPAL_ROLES else Q(protection="") | _is_entrusted(viewer)


def is_address_visible(viewer: Actor) -> Q:
    """The condition on clients whose name and address the viewer may see."""
    return is_name_visible(viewer) & (~Q(protection="F") | _is_entrusted(viewer))


def _is_entrusted(viewer: Actor) -> Q:
    return Q(Exists(entrustments_of(viewer).filter(client=OuterRef("pk"))))


def hidden_among(viewer: Actor, clients: Iterable[UUID | None]) -> Callable[[UUID | None], bool]:
    """Returns whether a client's address is hidden from the viewer, of these clients. One query, when first asked."""
    among = {client for client in clients if client is not None}

    @cache
    def hidden() -> frozenset[UUID]:
        rows = Client.objects.filter(~is_address_visible(viewer), ~Q(protection=""), pk__in=among)
        return frozenset(rows.values_list("pk", flat=True))

    return lambda client: client in hidden()


class Words:
    """The texts of one reading, as its viewer may read them. At most one query, at the first text that is not empty."""

    def __init__(self, viewer: Actor) -> None:
        self.viewer = viewer

    def label(self, label: str, client: Client, *, entrusted: bool) -> str:
        """The label of a door or the like, beside this client; empty where the address is hidden."""
        if not _is_located(self.viewer, client.protection, entrusted=entrusted):
            return ""
        return self.free(label, own=client)

    def access_note(self, row: Client, *, entrusted: bool) -> str:
        """How one gets to the home, for those who come or send somebody there; shown as the address is.

        `row`: with home and its note.
        """
        note_row = getattr(row.home, "access_note", None)
        comes = self.viewer.role in (Role.ASSESSOR, Role.ADMINISTRATOR, *PROVIDER_ROLES)
        if note_row is None or not comes or not row.home.street:
            return ""
        return self.label(note_row.text, row, entrusted=entrusted)

    def about(self, value: Any, client: Client | None, *, entrusted: bool) -> Any:
        """Free text (or a structure of it) about this client: None where the name is hidden."""
        if client is not None and not _is_named(self.viewer, client.protection, entrusted=entrusted):
            return None
        return self._within(value)

    def free(self, text: str, *, own: Client | None = None) -> str:
        """The text, without what names or locates clients whom the viewer is not shown by that.

        `own`: a client whose own name and street (with the home) the viewer is shown: they stay.
        """
        if not text or not self._hidden:
            return text
        shown = {own.first_name, own.last_name, own.home.street} if own is not None else set()
        stays = {name.casefold() for name in shown}
        return self._hidden.sub(lambda found: found[0] if found[1].casefold() in stays else TAKEN_OUT, text)

    def _within(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._within(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._within(part) for part in value]
        return self.free(value) if isinstance(value, str) else value

    @cached_property
    def _hidden(self) -> re.Pattern[str] | None:
        rows = Client.objects.filter(~Q(protection=""), ~_is_entrusted(self.viewer))
        if self.viewer.role in MUNICIPAL_ROLES:
            rows = rows.filter(protection="F")
        columns = ("protection", "first_name", "last_name", "phone", "home__street")
        phrases: set[str] = set()
        for protection, first, last, phone, street in rows.filter(
            municipality=self.viewer.municipality
        ).values_list(*columns):
            if not _is_named(self.viewer, protection, entrusted=False):
                phrases |= {f"{first} {last}", f"{last}, {first}", f"{last} {first}", last, phone}
            phrases.add(street)
        return _pattern(phrases)


def _pattern(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Matches each phrase as whole words, in any case and with any blanks; also a name's genitive."""
    whole = sorted(
        {" ".join(phrase.split()) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase)
    )
    found = [r"\s+".join(map(re.escape, phrase.split())) for phrase in whole if len(phrase) > 1]
    return re.compile(rf"(?<!\w)({'|'.join(found)})s?(?!\w)", re.IGNORECASE) if found else None


@read(who=EVERY_ROLE)
def door_names(viewer: Actor, doors: Iterable[UUID], case: str = "") -> dict[UUID, tuple[str, str]]:
    """Kind and label of doors by id, for a form about a client. No client is shown, so nothing is recorded.

    The label is empty where this client's address is hidden; without `case`, where that of everybody behind it is.
    Two queries.
    """
    shown = clients_in_sight(viewer).filter(is_address_visible(viewer), home__ways__door=OuterRef("pk"))
    if case:
        shown = shown.filter(case_number=case)
    rows = Door.objects.filter(municipality=viewer.municipality, id__in=list(doors)).annotate(
        shown=Exists(shown)
    )
    words = Words(viewer)
    return {row.id: (row.kind, words.free(row.label) if row.shown else "") for row in rows.order_by("id")}
