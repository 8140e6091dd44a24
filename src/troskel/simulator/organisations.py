# SPDX-License-Identifier: EUPL-1.2
"""The organisations of the invented municipality, their accounts, and how quickly each account works."""

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


SHOWN_ACCOUNTS = (
    ("magnus", "Magnus Mild", "manager", OFFICE),
    ("cecilia", "Cecilia Claesson", "carer", EAST),
    ("christer", "Christer Cedergren", "carer", EAST),
    ("mona", "Mona Malm", "carer", MEADOW),
    ("mans", "Måns Modig", "carer", MEADOW),
    ("nadja", "Nadja Norling", "carer", NORTH),
    ("nicke", "Nicke Nordin", "carer", NORTH),
    ("vilma", "Vilma Vik", "carer", WEST),
    ("vincent", "Vincent Våg", "carer", WEST),
    ("kerstin", "Kerstin Kvist", "carer", MILL),
    ("kurt", "Kurt Kaas", "carer", MILL),
    ("tilda", "Tilda Torp", "carer", CALM),
    ("tobias", "Tobias Tuvesson", "carer", CALM),
)
"""Those whom the demo has besides: a manager who judges the other one's reads, and the carers of the rounds."""


def carers_of(organisation: str) -> list[str]:
    """Returns the carers of a provider in the demo, in the order of their shifts."""
    accounts = (*ACCOUNTS, *SHOWN_ACCOUNTS)
    return [name for name, _, role, where in accounts if role == "carer" and where == organisation]


def accounts_with_role(role: str) -> dict[str, str]:
    """Returns the first account with this role in each organisation."""
    accounts: dict[str, str] = {}
    for username, _, account_role, organisation in ACCOUNTS:
        if account_role == role:
            accounts.setdefault(organisation, username)
    return accounts


ASSESSORS = tuple(username for username, _, role, _ in ACCOUNTS if role == "assessor")
COORDINATORS = accounts_with_role("coordinator")
CARERS = accounts_with_role("carer")
SMITHS = accounts_with_role("locksmith")
ADMINISTRATOR = "siri"
ECONOMIST = "erik"
MANAGER, OTHER_MANAGER = "maria", "magnus"


class Habit(NamedTuple):
    """How an account works: the share done the same day, the share forgotten for weeks, and the days the rest waits."""

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
"""By username. Northern home care is exemplary, the western provider is not."""
