# SPDX-License-Identifier: EUPL-1.2
"""Valid environment variables, and the requirements of production."""

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
def load_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """`read(TROSKEL_…="…")`: the settings as they would be in that environment."""

    def load_settings(**environment: str) -> ModuleType:
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

    return load_settings


def test_default_municipality_is_the_demos(load_settings) -> None:
    assert load_settings().TROSKEL_MUNICIPALITY == "0999"
    assert load_settings(TROSKEL_MUNICIPALITY="0180").TROSKEL_MUNICIPALITY == "0180"


def test_database_folder_is_created(load_settings, tmp_path: Path) -> None:
    load_settings()
    assert (tmp_path / "here").is_dir()


def test_production_requires_a_secret(load_settings) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_SECRET"):
        load_settings(TROSKEL_PRODUCTION="1", TROSKEL_HOSTS="troskel.example.org")


def test_production_refuses_a_short_secret(load_settings) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_SECRET"):
        load_settings(TROSKEL_PRODUCTION="1", TROSKEL_HOSTS="troskel.example.org", TROSKEL_SECRET="hush")


def test_locks_are_simulated_except_in_production(load_settings) -> None:
    earnest = {"TROSKEL_PRODUCTION": "1", "TROSKEL_HOSTS": "troskel.example.org", "TROSKEL_SECRET": SECRET}
    assert load_settings().TROSKEL_LOCKS == "simulated"
    assert (
        load_settings(TROSKEL_LOCKS="none").TROSKEL_LOCKS == load_settings(**earnest).TROSKEL_LOCKS == "none"
    )
    with pytest.raises(RuntimeError, match="opens no real door"):
        load_settings(**earnest, TROSKEL_LOCKS="simulated")
    with pytest.raises(RuntimeError, match="is no lock driver"):
        load_settings(TROSKEL_LOCKS="brass")


def test_production_requires_hosts(load_settings) -> None:
    with pytest.raises(RuntimeError, match="TROSKEL_HOSTS"):
        load_settings(TROSKEL_PRODUCTION="1", TROSKEL_SECRET=SECRET)


def test_production_with_all_settings(load_settings) -> None:
    settings = load_settings(
        TROSKEL_PRODUCTION="1",
        TROSKEL_SECRET=SECRET,
        TROSKEL_HOSTS="a.example.org, b.example.org",
        TROSKEL_DEBUG="1",
    )
    assert settings.SECRET_KEY == SECRET
    assert settings.ALLOWED_HOSTS == ["a.example.org", "b.example.org"]
    assert settings.DEBUG is False
    assert settings.CSRF_COOKIE_SECURE is True


def test_default_hosts_are_local(load_settings) -> None:
    assert set(load_settings().ALLOWED_HOSTS) == {"localhost", "127.0.0.1", "[::1]"}


def test_every_room_with_models_is_installed() -> None:
    rooms = {room.parent.name for room in settings.PACKAGE.glob("*/__init__.py")}
    pure_or_above = {"config", "routine", "prover", "doorproto"}
    installed = {
        app.removeprefix("troskel.") for app in settings.INSTALLED_APPS if app.startswith("troskel.")
    }
    assert installed == rooms - pure_or_above


@pytest.mark.parametrize("room", ["troskel.routine", "troskel.doorproto"])
def test_pure_room_imports_without_django(room: str) -> None:
    program = f"import sys, {room}; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
