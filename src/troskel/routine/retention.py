# SPDX-License-Identifier: EUPL-1.2
"""The retention plan: what is kept of each kind of data, for how long, on what legal basis, and what is done then.

Pure Python, a document like the routine file; `retention_parser.py` parses it. The kinds and the events to count
from are a fixed vocabulary: where each kind lies, and how it is blanked, is in `retention/locations.py`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from troskel.routine.model import LocalizedText

BLANK, DELETE = "blank", "delete"


class Erasable(NamedTuple):
    """A kind of data that the program can blank or delete: from which event its time counts, and which of the two."""

    counted_from: str
    done: str


KINDS = {
    "free_text": Erasable("last_entry", BLANK),
    "names": Erasable("last_entry", BLANK),
    "identity_numbers": Erasable("last_entry", BLANK),
    "addresses": Erasable("last_entry", BLANK),
    "access_notes": Erasable("last_entry", DELETE),
    "decision_reasons": Erasable("last_entry", BLANK),
    "representatives": Erasable("last_entry", BLANK),
    "key_receipts": Erasable("returned", BLANK),
    "emails": Erasable("sent", DELETE),
    "answers": Erasable("recorded", DELETE),
}
"""A new kind: a word here, a row in `retention/locations.py`, and a table [[kind]] in the plan."""

EVENTS = {
    "last_entry": LocalizedText("sista anteckningen i kundens akt", "the last entry in the client's file"),
    "returned": LocalizedText("nyckelns återlämnande", "the return of the key"),
    "sent": LocalizedText("utskicket", "the sending"),
    "recorded": LocalizedText("registreringen", "the recording"),
}
DEEDS = {BLANK: LocalizedText("blankas", "blanked"), DELETE: LocalizedText("raderas", "deleted")}
OF_A_FILE = "last_entry"
"""What counts from here is a client's personal file: it waits for care, things and links, and may be exempt."""


class PlanHeader(msgspec.Struct, frozen=True):
    """Document control (D) of the plan."""

    id: str
    title: LocalizedText
    valid_from: date
    approved_by: LocalizedText
    approved_on: date
    change_note: LocalizedText


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A legal basis in one period, both days included, with the time that it asks for: years, or else days.

    `lawyer`: what a lawyer must confirm before the plan is used for real.
    """

    id: str
    sfs: str
    text: LocalizedText
    valid_from: date
    valid_through: date | None
    years: int = 0
    days: int = 0
    lawyer: LocalizedText | None = None

    def last_due_day(self, on: date) -> date:
        """What happened on this day or before has been kept its time on the day `on`."""
        if not self.years:
            return on - timedelta(days=self.days)
        try:
            return on.replace(year=on.year - self.years)
        except ValueError:  # 29 February
            return on.replace(year=on.year - self.years, day=28)


class Exemption(msgspec.Struct, frozen=True):
    """Whose files are kept for ever: people born on these days of a month."""

    id: str
    born_on_days: tuple[int, ...]
    text: LocalizedText
    lawyer: LocalizedText | None = None


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of data in the plan."""

    id: str
    what: LocalizedText
    basis: str
    counted_from: str
    done: str
    exemptions: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """One version of the plan. `version` is the sha256 of the file, byte for byte."""

    version: str
    name: str
    header: PlanHeader
    bases: tuple[Basis, ...]
    exemptions: tuple[Exemption, ...]
    kinds: tuple[Kind, ...]

    def kind(self, named: str) -> Kind | None:
        """The kind of this name; None where the plan has none, and nothing of it is ever blanked."""
        return next((kind for kind in self.kinds if kind.id == named), None)

    def basis_on(self, kind: Kind, day: date) -> Basis:
        """The basis in force on the day. Raises LookupError for a day before the first."""
        for basis in self.bases:
            if basis.id == kind.basis and basis.valid_from <= day <= (basis.valid_through or date.max):
                return basis
        raise LookupError(f"{kind.id} has no legal basis on {day}")

    def exempt_days(self, kind: Kind) -> frozenset[int]:
        """The days of birth whose files are kept."""
        return frozenset(
            day for one in self.exemptions if one.id in kind.exemptions for day in one.born_on_days
        )


def in_force(plans: list[Plan], day: date) -> Plan | None:
    """The plan in force on the day: the latest that has begun."""
    begun = [plan for plan in plans if plan.header.valid_from <= day]
    return max(begun, key=lambda plan: plan.header.valid_from, default=None)
