# SPDX-License-Identifier: EUPL-1.2
"""The organisations of the invented municipality, who works in them, and how they go about their work."""

from __future__ import annotations

from typing import NamedTuple

OFFICE, ALARM = "2120000993", "5560009937"
EAST, MEADOW, NORTH, WEST, MILL, CALM = (
    "5560009911",
    "5560009929",
    "5560009960",
    "5560009978",
    "5560009986",
    "5560009994",
)
LOCKSMITH, NEW_LOCKSMITH = "5560009945", "5560009952"
HOME_CARE = (EAST, MEADOW, NORTH, WEST, MILL, CALM)
LOCKSMITHS = (LOCKSMITH, NEW_LOCKSMITH)

ORGANISATIONS = (
    (OFFICE, "Socialkontoret i Tröskelby", "lasvred@troskelby.example", "municipality"),
    (EAST, "Hemtjänsten Öst", "samordnare@ost.example", "home_care"),
    (MEADOW, "Ängens Hemvård", "samordnare@angen.example", "home_care"),
    (NORTH, "Norra Hemtjänsten", "samordnare@norra.example", "home_care"),
    (WEST, "Västans Omsorg", "samordnare@vastan.example", "home_care"),
    (MILL, "Kvarnens Hemvård", "samordnare@kvarnen.example", "home_care"),
    (CALM, "Trygga Dagar", "samordnare@trygga.example", "home_care"),
    (ALARM, "Larmpatrullen", "patrull@larm.example", "alarm"),
    (LOCKSMITH, "Lås & Nyckel i Tröskelby", "verkstad@las.example", "locksmith"),
    (NEW_LOCKSMITH, "Nya Låssmeden", "post@nya.example", "locksmith"),
)

ACCOUNTS = (
    ("anna", "Anna Assarsson", "assessor", OFFICE),
    ("adam", "Adam Ahl", "assessor", OFFICE),
    ("alma", "Alma Ask", "assessor", OFFICE),
    ("siri", "Siri Sjö", "administrator", OFFICE),
    ("maria", "Maria Modin", "manager", OFFICE),
    ("erik", "Erik Ekonom", "economist", OFFICE),
    ("olle", "Olle Östlund", "coordinator", EAST),
    ("carin", "Carin Corell", "carer", EAST),
    ("moa", "Moa Mård", "coordinator", MEADOW),
    ("mikael", "Mikael Mo", "carer", MEADOW),
    ("nora", "Nora Nyman", "coordinator", NORTH),
    ("nils", "Nils Nord", "carer", NORTH),
    ("vera", "Vera Vall", "coordinator", WEST),
    ("viktor", "Viktor Virén", "carer", WEST),
    ("karin", "Karin Kling", "coordinator", MILL),
    ("kalle", "Kalle Kron", "carer", MILL),
    ("tina", "Tina Tall", "coordinator", CALM),
    ("tore", "Tore Torn", "carer", CALM),
    ("lars", "Lars Larsson", "coordinator", ALARM),
    ("rut", "Rut Rask", "responder", ALARM),
    ("laban", "Laban Låås", "locksmith", LOCKSMITH),
    ("nina", "Nina Nyckel", "locksmith", NEW_LOCKSMITH),
)


def who_is(role: str) -> dict[str, str]:
    """The one with this role in each organisation (of the assessors, the first)."""
    found: dict[str, str] = {}
    for username, _, known, organisation in ACCOUNTS:
        if known == role:
            found.setdefault(organisation, username)
    return found


ASSESSORS = tuple(username for username, _, role, _ in ACCOUNTS if role == "assessor")
COORDINATORS, CARERS, SMITHS = who_is("coordinator"), who_is("carer"), who_is("locksmith")
ADMINISTRATOR = "siri"
ECONOMIST = "erik"


class Habit(NamedTuple):
    """How somebody works: what is done the day it is asked, what is let lie for weeks, and how long the rest waits."""

    at_once: float
    forgotten: float
    days: int


CAREFUL, USUAL, BUSY, SLOPPY = (
    Habit(0.97, 0.0, 1),
    Habit(0.80, 0.02, 3),
    Habit(0.60, 0.04, 6),
    Habit(0.35, 0.15, 10),
)

HABITS = {
    "anna": USUAL,
    "adam": BUSY,
    "alma": CAREFUL,
    "siri": USUAL,
    "erik": USUAL,
    "olle": USUAL,
    "moa": BUSY,
    "nora": CAREFUL,
    "vera": SLOPPY,
    "karin": USUAL,
    "tina": BUSY,
    "lars": USUAL,
    "laban": USUAL,
    "nina": BUSY,
}
"""Northern home care is exemplary, the western firm is not."""
