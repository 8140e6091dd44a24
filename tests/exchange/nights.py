# SPDX-License-Identifier: EUPL-1.2
"""Invented nights: a few lines by hand, or many by number. Birth numbers 980–999 are never assigned."""

from __future__ import annotations

from datetime import date, timedelta

from tests.exchange.apply_plan import apply_plan
from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL_COLUMNS
from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.planning import plan_night
from troskel.exchange.case_extract.reading import read_night
from troskel.exchange.case_extract.rows import NightExtract

DAY = date(2026, 11, 20)
NORTH, SOUTH, ALARM = "5560001793", "5560017294", "5560051590"
Lines = dict[str, list[str]]


def number(n: int, born: date = date(1940, 1, 2)) -> str:
    """The nth invented identity number of those born on a day or the days after."""
    born += timedelta(days=n // 20)
    nine = f"{born:%y%m%d}{980 + n % 20}"
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(nine))
    return f"{born:%Y}{nine[2:]}{-total % 10}"


def make_night(**lines: list[str]) -> Lines:
    """Three organisations, one client with home care by NORTH; what is given takes their place."""
    usual: Lines = {
        "utforare": [
            f"{NORTH};Norra hemtjänsten;norra@hemtjanst.example;hemtjanst",
            f"{SOUTH};Södra hemtjänsten;sodra@hemtjanst.example;hemtjanst",
            f"{ALARM};Larmpatrullen;post@larm.example;larm",
        ],
        "kunder": [client("K1")],
        "beslut": ["B1;K1;U1;HTJ;VERKST;2026-01-01;;;handl1;"],
        "fordelning": [f"F1;B1;{NORTH};2026-01-01;"],
    }
    return usual | lines


def client(
    reference: str, n: int | None = None, address: str = "Ängsvägen 1;11111;Byn;", **other: str
) -> str:
    """A client's line: `address` holds street, postcode, town and apartment."""
    n = int(reference[1:]) if n is None else n
    values = {"skydd": "", "hemkommun": "0999", "telefon": "", "avliden": ""} | other
    values.setdefault("personnummer", number(n))
    values.setdefault("efternamn", "Öberg")
    return ";".join(
        [
            reference,
            values["personnummer"],
            "Åke",
            values["efternamn"],
            values["skydd"],
            address,
            values["hemkommun"],
            values["telefon"],
            values["avliden"],
        ]
    )


def files(lines: Lines, *, newline: str = "\r\n", encoding: str = "utf-8-sig") -> dict[str, bytes]:
    """The night's files, by the contract's names. Columns that may be left out are there where all lines have them."""
    return {
        name: (newline.join([";".join(header(name, rows)), *rows]) + newline).encode(encoding)
        for name, rows in lines.items()
    }


def header(name: str, rows: list[str]) -> tuple[str, ...]:
    always = len(COLUMNS[name]) - len(OPTIONAL_COLUMNS.get(name, ()))
    is_longer = bool(rows) and all(row.count(";") >= always for row in rows)
    return COLUMNS[name] if is_longer else COLUMNS[name][:always]


def read(lines: Lines, known: KnownState | None = None, day: date = DAY) -> NightExtract:
    known = known or KnownState("0999")
    return read_night(files(lines), day=day, known_ids=known.ids())


def rejected(night: NightExtract) -> list[tuple[str, int, str]]:
    return [(r.file, r.line, r.column) for r in night.rejections]


class Municipality:
    """What is known in 0999, one night after another."""

    def __init__(self) -> None:
        self.known = KnownState("0999")
        self.nights = 0

    def plan(self, lines: Lines, day: date = DAY) -> NightPlan:
        night = read(lines, self.known, day)
        return plan_night(night, self.known, day=day, first_night=self.nights == 0)

    def take_in(self, lines: Lines, day: date = DAY) -> NightPlan:
        plan = self.plan(lines, day)
        apply_plan(plan, self.known)
        self.nights += 1
        again = self.plan(lines, day)
        assert again.is_empty(), f"the same night twice: {again.counts()}"
        return plan


def many_clients(count: int) -> Lines:
    """A night of so many clients with home care, every other with an alarm too."""
    night = make_night(kunder=[], beslut=[], fordelning=[])
    for n in range(count):
        night["kunder"].append(client(f"K{n}", n % 200_000, f"Gatan {n // 2};11111;Byn;{1001 + n % 2}"))
        night["beslut"].append(
            f"B{n};K{n};U{n};HTJ;VERKST;2026-0{1 + n % 9}-01;2027-0{1 + n % 9}-01;;handl1;"
        )
        night["fordelning"].append(f"F{n};B{n};{NORTH if n % 3 else SOUTH};2026-0{1 + n % 9}-01;")
        if n % 2:
            night["beslut"].append(f"L{n};K{n};V{n};TLARM;VERKST;2026-01-01;;;handl2;")
            night["fordelning"].append(f"G{n};L{n};{ALARM};2026-01-01;")
    return night
