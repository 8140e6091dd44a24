# SPDX-License-Identifier: EUPL-1.2
"""Nights spoilt at random: each is taken in, refused or stops; none breaks the program or the state."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.import_runs import YESTERDAY, Nights, take_in, troskel
from tests.exchange.nights import DAY, NORTH, SOUTH, Lines, many_clients, number
from tests.exchange.test_inputs import changeable
from tests.town import CODE
from troskel.duties.replay import discrepancies
from troskel.journal.verification import verify

VALUES = [
    *("", "NULL", "-", "9999-12-31", "0001-01-01", "0206-03-02", "2026-11-19", "2027-02-30", "K1", "B1", "F1", "K404"),
    *("HTJ", "TLARM", "VERKST", "UTRED", "AVSL", "S", "larm", "hemtjanst", "a" * 300, "\u200b", "Å\tke", "räv@x"),
    *("a@b.example", NORTH, SOUTH, number(1), f"{number(1)[:8]}-{number(1)[8:]}", "191500609803", "0998", "lgh 1001"),
    *("1 A", "<b>", "=1+1", "9" * 20, '"', "\x85", "H†kan", "S-1", "s-1 "),
]  # fmt: skip
THINGS: Lines = {
    "las": ["K1;;S-1;2020-05-01", "K2;port;S-2;"],
    "nycklar": [f"K1;;{NORTH};2", "K2;;kund;1"],
    "knappar": ["K3;T-1;"],
}


def spoilt(lines: Lines, chance: random.Random) -> Lines:
    """The night with some values replaced, lines doubled, left out or in another order."""
    night = {name: list(rows) for name, rows in lines.items()}
    for _time in range(chance.randint(1, 4)):
        rows = chance.choice([rows for rows in night.values() if rows])
        at, other = chance.randrange(len(rows)), chance.randrange(len(rows))
        match chance.choice(["value", "value", "value", "double", "drop", "swap"]):
            case "value":
                cells = rows[at].split(";")
                cells[chance.randrange(len(cells))] = chance.choice(VALUES)
                rows[at] = ";".join(cells)
            case "double":
                rows.append(rows[at])
            case "drop":
                del rows[at]
            case _:
                rows[at], rows[other] = rows[other], rows[at]
    return night


def spoil_a_byte(folder: Path, chance: random.Random) -> None:
    file = chance.choice(sorted(folder.iterdir()))
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] = chance.randrange(256)
    file.write_bytes(bytes(data))


@pytest.mark.parametrize("seed", range(3))
def test_no_night_breaks_the_program_or_the_state(seed: int, tmp_path: Path, db: None, capsys: Any) -> None:
    chance, nights, base = random.Random(seed), Nights(tmp_path), many_clients(6) | THINGS
    take_in(nights.write_files(base), day=YESTERDAY)
    ended = set()
    for _night in range(25):
        folder = nights.write_files(spoilt(base, chance))
        if chance.random() < 0.3:
            spoil_a_byte(folder, chance)
        confirm = ["--confirm"] if chance.random() < 0.7 else []
        before = changeable()
        code, report = troskel("import", str(folder), "--day", DAY.isoformat(), *confirm)
        told = capsys.readouterr().err
        assert "error of the program" not in told, told
        assert code == 2 or (code == 1) == (report["refused"] > 0)
        if code == 2:
            assert "nothing has changed" in told
            assert changeable() == before
        ended.add(code)
    assert ended >= {0, 2}, "some are taken in, some are not"
    assert discrepancies(CODE) == []
    assert verify(CODE).is_sound
