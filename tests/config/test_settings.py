# SPDX-License-Identifier: EUPL-1.2
"""What the environment may say, and what production asks for."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from troskel.config import settings

SECRET = "a secret of more than thirty-two characters"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """`read(TROSKEL_…="…")`: the settings as they would be in that environment."""

    def read(**environment: str) -> ModuleType:
        for name in [name for name in os.environ if name.startswith("TROSKEL_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("TROSKEL_DATABASE", f"sqlite:///{tmp_path}/here/troskel.sqlite3")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location("settings_read_anew", settings.__file__)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return read


def test_the_municipality_is_the_demos_unless_said(read) -> None:
    assert read().TROSKEL_MUNICIPALITY == "0999"
    assert read(TROSKEL_MUNICIPALITY="0180").TROSKEL_MUNICIPALITY == "0180"


def test_the_folder_of_the_database_is_made(read, tmp_path: Path) -> None:
    read()
    assert (tmp_path / "here").is_dir()


def test_production_asks_for_a_secret(read) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_SECRET"):
        read(TROSKEL_PRODUCTION="1", TROSKEL_HOSTS="troskel.example.org")


def test_production_refuses_a_short_secret(read) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_SECRET"):
        read(TROSKEL_PRODUCTION="1", TROSKEL_HOSTS="troskel.example.org", TROSKEL_SECRET="hush")


def test_locks_are_simulated_unless_it_is_in_earnest(read) -> None:
    earnest = {"TROSKEL_PRODUCTION": "1", "TROSKEL_HOSTS": "troskel.example.org", "TROSKEL_SECRET": SECRET}
    assert read().TROSKEL_LOCKS == "simulated"
    assert read(TROSKEL_LOCKS="none").TROSKEL_LOCKS == read(**earnest).TROSKEL_LOCKS == "none"
    with pytest.raises(RuntimeError, match="opens no real door"):
        read(**earnest, TROSKEL_LOCKS="simulated")
    with pytest.raises(RuntimeError, match="is no lock driver"):
        read(TROSKEL_LOCKS="brass")


def test_production_asks_for_the_names_it_is_reached_by(read) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_HOSTS"):
        read(TROSKEL_PRODUCTION="1", TROSKEL_SECRET=SECRET)


def test_production_with_all_it_asks_for(read) -> None:
    made = read(
        TROSKEL_PRODUCTION="1",
        TROSKEL_SECRET=SECRET,
        TROSKEL_HOSTS="a.example.org, b.example.org",
        TROSKEL_DEBUG="1",
    )
    assert made.SECRET_KEY == SECRET
    assert made.ALLOWED_HOSTS == ["a.example.org", "b.example.org"]
    assert made.DEBUG is False
    assert made.CSRF_COOKIE_SECURE is True


def test_without_production_only_this_machine_is_answered(read) -> None:
    assert set(read().ALLOWED_HOSTS) == {"localhost", "127.0.0.1", "[::1]"}


def test_every_room_that_is_an_app_is_installed() -> None:
    rooms = {room.parent.name for room in settings.PACKAGE.glob("*/__init__.py")}
    pure_or_above = {"config", "routine", "doorproto"}
    installed = {
        app.removeprefix("troskel.") for app in settings.INSTALLED_APPS if app.startswith("troskel.")
    }
    assert installed == rooms - pure_or_above


@pytest.mark.parametrize("room", ["troskel.routine", "troskel.doorproto"])
def test_a_pure_room_is_imported_without_django(room: str) -> None:
    program = f"import sys, {room}; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
