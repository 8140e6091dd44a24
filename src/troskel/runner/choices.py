# SPDX-License-Identifier: EUPL-1.2
"""Codes that several acts or pages share. Codes of one act stand in its chapter, those of a rule beside the rule.

Interfaces take the codes of rules from here, since they do not import rules.
"""

from __future__ import annotations

from troskel.access.rules import AlarmOutcome, AlarmUrgency, SightVerdict
from troskel.access.way_in_rules import KeyHolder, WayReason, WayVerdict
from troskel.custody.rules import LockFault
from troskel.ground.choices import Choice
from troskel.ground.texts import _
from troskel.orders.rules import Cancellation, Failure
from troskel.visits.events import EventState
from troskel.visits.exceptions import VisitException
from troskel.visits.rules import CorrectionReason, Grade, VisitReason
from troskel.visits.unanswered import DoorStep

__all__ = [
    "AccountRole",
    "AlarmOutcome",
    "AlarmUrgency",
    "Cancellation",
    "CareService",
    "CorrectionReason",
    "DoorKind",
    "DoorStep",
    "EventState",
    "Evidence",
    "Failure",
    "Grade",
    "KeyHolder",
    "KindOfThing",
    "LockFault",
    "Presence",
    "RepresentativeKind",
    "SightVerdict",
    "Signer",
    "VisitException",
    "VisitReason",
    "WayReason",
    "WayVerdict",
]


class AccountRole(Choice, question=_("Roll")):
    """The roles of accounts."""

    ASSESSOR = "assessor", _("Biståndshandläggare")
    COORDINATOR = "coordinator", _("Samordnare")
    CARER = "carer", _("Omvårdnadspersonal")
    RESPONDER = "responder", _("Larmpatrull")
    ADMINISTRATOR = "administrator", _("Systemförvaltare")
    LOCKSMITH = "locksmith", _("Låssmed")
    MANAGER = "manager", _("Chef")
    ECONOMIST = "economist", _("Ekonom")


class CareService(Choice, question=_("Insats")):
    """What a decision grants."""

    HOME_CARE = "home_care", _("Hemtjänst")
    SAFETY_ALARM = "safety_alarm", _("Trygghetslarm")


class Presence(Choice, question=_("Vem behöver vara med?")):
    """Who has to be there when the locksmith comes."""

    NONE = "none", _("Ingen särskild")
    CLIENT = "client", _("Kunden")
    CARER = "carer", _("Personal från utföraren")


class DoorKind(Choice, question=_("Sort")):
    """Kinds of doors."""

    APARTMENT = "apartment", _("Lägenhetsdörr")
    ENTRANCE = "entrance", _("Port")
    GATE = "gate", _("Grind")


class KindOfThing(Choice, question=_("Sort")):
    """What can be handed over."""

    LOCK = "lock", _("Lås")
    TAG = "tag", _("Kvittensprodukt")
    KEY = "key", _("Nyckel")


class RepresentativeKind(Choice, question=_("Sort")):
    """Who may speak for a client."""

    GUARDIAN = "guardian", _("God man")
    TRUSTEE = "trustee", _("Förvaltare")
    ATTORNEY = "attorney", _("Framtidsfullmakt")
    NEXT_OF_KIN = "next_of_kin", _("Närstående")


class Signer(Choice, question=_("Vem skriver under för kunden?")):
    """Who signs for the client's side of a handover."""

    CLIENT = "client", _("Kunden")
    REPRESENTATIVE = "representative", _("En företrädare")
    NOBODY = "nobody", _("Ingen")


class Evidence(Choice, question=_("Kvitteras med")):
    """What proves a visit."""

    TAG = "tag", _("Kvittensprodukt")
    LOCK = "lock", _("Lås")
    HAND = "hand", _("Manuellt")
