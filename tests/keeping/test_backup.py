# SPDX-License-Identifier: EUPL-1.2
"""A backup made while acts go on comes back whole, verified; what is no place, no key or no backup is refused."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.town import FIRM, Town, found
from tools import postgres
from tools.environment import VENV
from troskel.journal.models import Chain
from troskel.keeping import backup, heads, restoring
from troskel.keeping import telling as keeping_telling
from troskel.keeping.backup import CannotKeep, Keep
from troskel.keeping.restoring import Place


def quiet(_: str) -> None:
    """Tells nobody."""


@pytest.fixture
def postgresql_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the server that the tests run on."""
    if connection.vendor == "postgresql":
        binaries = postgres.find_binaries(VENV)
        monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(CannotKeep) as wrong:
        work()
    return str(wrong.value)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postgresql_on_path")
def test_a_backup_while_acts_go_on_comes_back_whole(tmp_path: Path) -> None:
    """Somebody registers locks all the while: what comes back is an instant of it, and its journal holds."""
    town = found()
    with town.standing():
        heads.sign()
    stop = threading.Event()

    def register(town: Town) -> None:
        number = 100
        while not stop.is_set():
            number += 1
            town.does("siri", "register_things", kind="lock", numbers=[f"L{number}"], organisation=FIRM)
        connection.close()

    folder, identity = tmp_path / "backups", tmp_path / "identity"
    recipient = backup.new_identity(identity)
    assert refused(lambda: backup.make(folder, [], None)).startswith("for whom")
    before = Chain.objects.get(kind="acts").number
    at_work = threading.Thread(target=register, args=(town,))
    at_work.start()
    try:
        made = backup.make(folder, [recipient], None)
    finally:
        stop.set()
        at_work.join()
    after = Chain.objects.get(kind="acts").number
    assert before <= made.lines <= after
    assert [path.name for path in folder.iterdir()] == [made.path.name]  # nothing readable is left beside it
    assert made.path.stat().st_mode & 0o077 == 0 and b"sqlite" not in made.path.read_bytes().lower()

    place = Place(connection.settings_dict)
    path, restored = restoring.drill(folder, place, [identity], quiet)
    assert (path, restored.wrong, restored.lines) == (made.path, [], made.lines)

    assert (
        "there" in (told := refused(lambda: restoring.restore(made.path, place, [identity], quiet)))
        or "tables" in told
    )
    another = tmp_path / "another"
    backup.new_identity(another)
    with pytest.raises(CannotKeep, match="can't be decrypted"), backup.unpacked(made.path, [another], quiet):
        pass
    cut = tmp_path / made.path.name
    cut.write_bytes(made.path.read_bytes()[:-100])
    with pytest.raises(CannotKeep), backup.unpacked(cut, [identity], quiet):
        pass
    with backup.unpacked(made.path, [identity], quiet) as (parts, about):
        assert (parts / "settings.env").read_text().count("a secret: left out") >= 5
        assert (
            list(parts.glob("routines/0999/*.toml")) and (parts / "heads.jsonl").read_text().count("\n") >= 1
        )
        assert about["database"] == connection.vendor


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postgresql_on_path")
def test_each_long_step_tells_how_far_it_is(tmp_path: Path) -> None:
    found()
    said: list[str] = []
    identity = tmp_path / "identity"
    recipient = backup.new_identity(identity)
    backup.make(tmp_path / "backups", [recipient], None, tell=said.append)
    assert [words.split(":")[0] for words in said] == ["copying the database", "packing", "encrypting"]
    said.clear()
    place = Place(connection.settings_dict)
    assert restoring.drill(tmp_path / "backups", place, [identity], said.append)[1].wrong == []
    steps = ["decrypting", "unpacking", "bringing the database back", "verifying"]
    assert [words.split(":")[0] for words in said[1:5]] == steps
    assert "duties and rows: the journal is replayed" in said, "what verifying itself tells"


def test_a_step_is_told_again_where_it_has_come_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_telling, "EVERY", 0.001)
    file, said = tmp_path / "growing", list[str]()
    words = keeping_telling.file_growing("copying", file, 4_000_000)
    with keeping_telling.telling(words, said.append):
        for million in (1, 2, 3):
            with file.open("ab") as further:
                further.write(bytes(1_000_000))
            while f"copying: {million} of 4 MB" not in said:
                pass
    assert said == [f"copying: {million} of 4 MB" for million in (0, 1, 2, 3)]
    counted = keeping_telling.Counted("packing", 3_000_000)
    with file.open("rb") as counted.file:
        assert len(counted.read()) == 3_000_000 and counted.words() == "packing: 3 of 3 MB"


def test_what_is_kept_of_two_years() -> None:
    """One a day for 800 days: seven days, five weeks and twelve months back, counted by hand on a calendar."""
    last = datetime(2026, 11, 30, 3, tzinfo=UTC)  # a Monday
    made = [last - timedelta(days=n) for n in range(800)]
    kept = backup.to_keep(made, Keep(7, 5, 12))
    days = sorted(instant.date().isoformat() for instant in kept)
    assert days == [
        *("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"),
        *("2026-11-08", "2026-11-15", "2026-11-22"),
        *("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"),
    ]
    assert backup.to_keep(made, Keep(0, 0, 0)) == {last}
    assert backup.to_keep([], Keep(1, 1, 1)) == set()


def test_pruning_leaves_what_is_no_backup(tmp_path: Path) -> None:
    names = [
        "troskel-20261129T030000Z.tar.gz.age",
        "troskel-20261130T030000Z.tar.gz",
        "notes.txt",
        "troskel.tar.gz",
    ]
    for name in names:
        (tmp_path / name).touch()
    assert backup.prune(tmp_path, Keep(1, 0, 0)) == [tmp_path / names[0]]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_what_is_missing_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pg_dump is not on PATH: apt-get install postgresql-client" in refused(
        lambda: backup.programme("pg_dump")
    )
