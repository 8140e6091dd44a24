# SPDX-License-Identifier: EUPL-1.2
"""Measures backup, drill and restore of a large municipality with two years of history, as commands of their own.

The history is what a case system's extracts make of it: a first night two years ago, with a lock at every home, then a
night each quarter in which an eighth of the clients change provider; every day between is turned. Visits are left out:
they are rows of their own, some millions, and no lines that are verified.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from django.db import connection

from troskel.acts.turning_the_day import catch_up
from troskel.cli.bench import MUNICIPALITY, PROVIDER, perform, temporary_database
from troskel.cli.bench_nights import SECOND, write_extract
from troskel.cli.bench_server import Ran, Report
from troskel.exchange.case_extract import apply_night
from troskel.ground import clock
from troskel.journal import queries as journal
from troskel.keeping import backup
from troskel.people.roles import Actor, ActorKind

YEARS = 2
QUARTER = timedelta(days=91)
QUARTERS = 8


def bench_keeping(clients: int, progress: Callable[[str], None] = print) -> Report:
    """Makes the municipality, then times each command."""
    with temporary_database(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.monotonic()
        _two_years(folder, clients, progress)
        making = time.monotonic() - begun
        backups, identity = folder / "backups", folder / "identity"
        recipient = backup.new_identity(identity)
        progress("backup")
        made = Ran(["backup", str(backups), "--recipient", recipient])
        (file,) = backups.iterdir()
        progress("drill")
        drilled = Ran(["backup", "drill", str(backups), "--identity", str(identity)])
        report: Report = {
            "database": connection.vendor,
            "clients": clients,
            "lines": _lines(),
            "making_seconds": round(making),
            "backup_mb": round(file.stat().st_size / 1_000_000, 1),
            "backup": _costs(made),
            "drill": _costs(drilled),
        }
        if connection.vendor == "sqlite":
            report["database_mb"] = round(
                Path(connection.settings_dict["NAME"]).stat().st_size / 1_000_000, 1
            )
            progress("restore")
            into = ["--into", f"sqlite:///{folder}/back.sqlite3", "--identity", str(identity)]
            report["restore"] = _costs(Ran(["restore", str(file), *into]))
        return report


def _lines() -> int:
    head = journal.head(MUNICIPALITY)
    return head.number if head else 0


def _costs(ran: Ran) -> Report:
    """The processor's seconds are of the command and of what it starts to verify; the memory is of the larger one."""
    return {
        "seconds": round(ran.seconds, 1),
        "cpu_seconds": round(ran.cpu_seconds, 1),
        "peak_mb": round(ran.peak_mb),
    }


def _two_years(folder: Path, clients: int, progress: Callable[[str], None]) -> None:
    today = clock.today()
    first = today - QUARTERS * QUARTER
    extract = folder / "night"
    extract.mkdir()
    with clock.frozen_at(_morning(first)):
        perform("found_municipality", name="Bench", valid_from=(first - timedelta(days=30)).isoformat())
        write_extract(extract, clients)
        _lasting(extract)
        _locks(extract, clients, first)
        _import(extract, first)
    (extract / "las.csv").unlink()
    for quarter in range(QUARTERS):
        day = first + (quarter + 1) * QUARTER
        with clock.frozen_at(_morning(day - timedelta(days=1))):
            catch_up(MUNICIPALITY, however_long=True)
        with clock.frozen_at(_morning(day)):
            _change_provider(extract, quarter, day)
            _import(extract, day)
        progress(f"{day}: {_lines()} lines")
    with clock.frozen_at(_morning(today)):
        catch_up(MUNICIPALITY, however_long=True)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time_of_day(5), clock.STOCKHOLM)


def _import(extract: Path, day: date) -> None:
    actor = Actor.system(MUNICIPALITY, ActorKind.IMPORT)
    apply_night.import_night(actor, extract, day=day, confirm=True)


def _lasting(extract: Path) -> None:
    """Decisions go on: else half would end in these years, and nobody decides anew here."""
    file = extract / "beslut.csv"
    heading, *lines = file.read_text(encoding="utf-8").splitlines()
    until = heading.split(";").index("till")
    rows = [line.split(";") for line in lines]
    told = [";".join([*row[:until], "", *row[until + 1 :]]) for row in rows]
    file.write_text("\n".join([heading, *told]) + "\n", encoding="utf-8")


def _locks(extract: Path, clients: int, day: date) -> None:
    """A lock at every home, with both who live there linked to it."""
    lines = ["kund_id;dorr;serienummer;monterat"]
    lines += [f"K{n};;L{n // 2 * 2 if n % 10 == 1 else n};{day}" for n in range(clients)]
    (extract / "las.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _change_provider(extract: Path, quarter: int, day: date) -> None:
    """An eighth of the clients change to the other provider: the former allocation ends the day before."""
    file = extract / "fordelning.csv"
    heading, *lines = file.read_text(encoding="utf-8").splitlines()
    told = []
    for line in lines:
        reference, decision, provider, since, _until = line.split(";")
        if reference.startswith("F") and int(reference[1:]) % QUARTERS == quarter:
            other = SECOND if provider == PROVIDER else PROVIDER
            told.append(f"{reference};{decision};{provider};{since};{day - timedelta(days=1)}")
            told.append(f"N{reference[1:]};{decision};{other};{day};")
        else:
            told.append(line)
    file.write_text("\n".join([heading, *told]) + "\n", encoding="utf-8")
