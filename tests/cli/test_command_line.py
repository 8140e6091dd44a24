# SPDX-License-Identifier: EUPL-1.2
"""The command line as a whole: no traceback, a wrong municipality, versions of the tables, completion."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Runs
from troskel.cli import main as program
from troskel.cli import municipalities
from troskel.cli.output import CommandError

CHECKOUT = Path(__file__).parent.parent.parent
RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def surroundings(folder: Path, **settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    return {**clean, "TROSKEL_DATABASE": f"sqlite:///{folder}/troskel.sqlite3", **settings}


def troskel(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, without this one's settings."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env=surroundings(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr and "error of the program" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of today's tables."""
    folder = tmp_path_factory.mktemp("tables")
    assert troskel(folder, "migrate").returncode == 0
    return folder / "troskel.sqlite3"


@pytest.fixture
def folder(tmp_path: Path, tables: Path) -> Path:
    """A folder with a copy of it."""
    shutil.copyfile(tables, tmp_path / "troskel.sqlite3")
    return tmp_path


@pytest.mark.once
def test_a_path_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear municipality,\n" * 100)
    paths = (f"{tmp_path}/letter.txt", f"{tmp_path}", "/proc/none/here.sqlite3", "/dev/full")
    for path in paths:
        done = troskel(tmp_path, "duties", TROSKEL_DATABASE=f"sqlite:///{path}", TROSKEL_SECRET="x" * 32)
        assert done.returncode != 0 and "troskel: " in done.stderr, path


def test_a_wrong_municipality_is_an_error_and_no_empty_answer(runs: Runs) -> None:
    none_yet = runs("clients")
    assert (none_yet.code, none_yet.out) == (2, "") and "none yet" in none_yet.err
    with pytest.raises(CommandError):
        municipalities.ensure_there(may_be_first=False)
    municipalities.ensure_there(may_be_first=True)
    assert runs("municipality", "add", "1234", "Annanby").code == 0
    assert runs("clients", of="1234").code == 0
    commands = [("duties", "--json"), ("gaps",), ("clients",), ("phone-clients",), ("journal", "verify")]
    commands += [("journal", "export"), ("token", "anna"), ("routine", "versions"), ("retention", "preview")]
    commands += [("import", str(CHECKOUT / "tests" / "data" / "small-extract" / "night-1"))]
    for command in commands:
        done = runs(*command, of="1243")
        assert (done.code, done.out) == (2, ""), command
        assert "1243" in done.err and "1234" in done.err
    assert runs("municipality", "list").out.split()[:2] == ["1234", "Annanby"]


def test_a_long_or_strange_name_is_refused(runs: Runs) -> None:
    for name in ("x" * 101, "", "  ", "Annan\nby", "Annan\udcffby"):
        done = runs("municipality", "add", "1234", name)
        assert (done.code, done.out) == (2, ""), name
    for code in ("12345", "12", "abcd", "١٢٣٤"):
        assert runs("municipality", "add", code, "Annanby").code == 2


@pytest.mark.once
def test_an_older_program_refuses_the_tables_of_a_newer(folder: Path) -> None:
    with sqlite3.connect(folder / "troskel.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', '2030-01-01')"
        )
    for command in (("clients",), ("migrate",), ("serve", "--port", "1")):
        done = troskel(folder, *command)
        assert done.returncode == 1 and "newer version" in done.stderr, command


@pytest.mark.once
def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert troskel(tmp_path, "migrate").returncode == 0
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"troskel.sqlite3": 0o600, "troskel.sqlite3.secret": 0o600}


INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""A shell lets what it runs in the background ignore Ctrl-C, and the tests may run there."""


@pytest.mark.once
def test_interrupted_worker_says_so_and_no_more(folder: Path) -> None:
    log = folder / "log"
    with log.open("w") as told:
        worker = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE + RUN, "worker"],
            cwd=folder,
            env=surroundings(folder),
            stdout=told,
            stderr=told,
        )
    while not (folder / "troskel.sqlite3-wal").exists():  # it works by now
        assert worker.poll() is None, log.read_text()
        time.sleep(0.05)
    worker.send_signal(signal.SIGINT)
    assert worker.wait(120) == program.EXIT_INTERRUPTED
    assert log.read_text() == "troskel: interrupted; what was not finished is not done\n"


@pytest.mark.once
def test_serve_tells_all_that_is_missing_before_it_begins(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = troskel(folder, "serve", "--port", port)
        assert done.returncode == 1 and f"{port} is taken" in done.stderr
    assert "no address" in troskel(folder, "serve", "--host", "no.such.host.invalid").stderr
    assert "no address of this machine" in troskel(folder, "serve", "--host", "192.0.2.1").stderr
    (folder / "troskel.sqlite3").chmod(0o644)
    done = troskel(
        folder, "serve", TROSKEL_PRODUCTION="true", TROSKEL_HOSTS="annanby.example", TROSKEL_SECRET="x" * 32
    )
    assert done.returncode == 1
    for word in ("troskel static", "TROSKEL_SMTP", "chmod 600"):
        assert word in done.stderr


def test_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        program.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("troskel 0.")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["journal", ""], {"verify", "export"}),
        (["journal", "ver"], {"verify"}),
        (["journal", "verify", "--ch"], {"--chain"}),
        (["--version", "munici"], {"municipality"}),
        (["routine", "versions", "--j"], {"--json"}),
    ],
)
def test_completion(capsys: pytest.CaptureFixture[str], typed: list[str], offered: set[str]) -> None:
    assert program.main(["completion"]) == 0
    words = " ".join(f"'{word}'" for word in ["troskel", *typed])
    asked = f'COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _troskel; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", f"{capsys.readouterr().out}\n{asked}"], capture_output=True, text=True, check=True
    )
    assert offered <= set(done.stdout.split())
