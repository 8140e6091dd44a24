# SPDX-License-Identifier: EUPL-1.2
"""Values of the acts on decisions and allocations (`deciding.py`)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from troskel.ground.texts import _
from troskel.runner.choices import CareService
from troskel.runner.fields import (
    CaseNumber,
    FirstDay,
    LastDay,
    Name,
    Named,
    NewReference,
    NonEmpty,
    OpenLastDay,
    ProviderNumber,
    Reference,
    Replaced,
    field,
)

ComingDecisions = Annotated[
    NonEmpty[str], field(_("Beteckningar"), hint=_("En per rad"), names=Named.COMING_DECISIONS)
]
ComingAllocations = Annotated[
    NonEmpty[str], field(_("Beteckningar"), hint=_("En per rad"), names=Named.COMING_ALLOCATIONS)
]


class NewInvestigation(msgspec.Struct, frozen=True, kw_only=True):
    """An investigation that has begun. `replaces`: the reference of the decision that it follows up, or empty."""

    client: CaseNumber
    reference: NewReference = ""
    replaces: Replaced = ""


class NewDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. Both days are included; without `valid_through` it holds until further notice."""

    client: CaseNumber
    reference: NewReference = ""
    service: CareService
    valid_from: FirstDay
    valid_through: OpenLastDay = None
    replaces: Replaced = ""


class NewAllocation(msgspec.Struct, frozen=True, kw_only=True):
    """A decision allocated to an organisation, by its number."""

    decision: Annotated[str, field(_("Beslutets beteckning"), names=Named.DECISION)]
    reference: NewReference = ""
    organisation: ProviderNumber
    valid_from: FirstDay
    valid_through: OpenLastDay = None


class DecisionPeriod(msgspec.Struct, frozen=True):
    """A new period for a decision. Both days are included."""

    reference: Annotated[Reference, field(names=Named.DECISION)]
    valid_from: FirstDay
    valid_through: OpenLastDay = None


class AllocationPeriod(msgspec.Struct, frozen=True):
    """A new period for an allocation. Both days are included."""

    reference: Annotated[Reference, field(names=Named.ALLOCATION)]
    valid_from: FirstDay
    valid_through: OpenLastDay = None


class DecisionEnd(msgspec.Struct, frozen=True):
    """The ending of a decision. `valid_through`: the last day, included."""

    reference: Annotated[Reference, field(names=Named.DECISION)]
    valid_through: LastDay
    reason: Annotated[Name, field(_("Anledning"))] = ""
    confirmed: Annotated[bool, field(_("Avslutet är bekräftat"))] = True


class AllocationEnd(msgspec.Struct, frozen=True):
    """The ending of an allocation. `valid_through`: the last day, included."""

    reference: Annotated[Reference, field(names=Named.ALLOCATION)]
    valid_through: LastDay
    reason: Annotated[Name, field(_("Anledning"))] = ""
    confirmed: Annotated[bool, field(_("Avslutet är bekräftat"))] = True
