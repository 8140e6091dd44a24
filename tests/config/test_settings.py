# SPDX-License-Identifier: EUPL-1.2
"""Valid environment variables, and the requirements of production."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from django.core import signing

from troskel.cli.settings_page import page
from troskel.config import settings
from troskel.ground.environment import WrongSettings, kept_secret

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


def faults_of(load_settings, **environment: str) -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        load_settings(**environment)
    return wrong.value.faults


@pytest.mark.parametrize("yes", ["1", "true", "True", "yes", "on"])
def test_production_is_said_in_many_ways_and_asks_for_secret_and_hosts(load_settings, yes: str) -> None:
    faults = faults_of(load_settings, TROSKEL_PRODUCTION=yes)
    assert [fault.split()[0] for fault in faults] == ["TROSKEL_SECRET", "TROSKEL_HOSTS"]


@pytest.mark.parametrize("word", ["ja", "2", "production"])
def test_what_is_neither_yes_nor_no_is_no_quiet_no(load_settings, word: str) -> None:
    (fault,) = faults_of(load_settings, TROSKEL_PRODUCTION=word)
    assert fault.startswith("TROSKEL_PRODUCTION") and "true or false" in fault


def test_a_short_secret_is_refused_everywhere_and_not_repeated(load_settings) -> None:
    for production in ({}, {"TROSKEL_PRODUCTION": "1", "TROSKEL_HOSTS": "troskel.example.org"}):
        (fault,) = faults_of(load_settings, **production, TROSKEL_SECRET="hushhush")
        assert "TROSKEL_SECRET" in fault and "hushhush" not in fault


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("TROSKEL_SMPT", "TROSKEL_SMTP"),
        ("TROSKEL_PRODUCTON", "TROSKEL_PRODUCTION"),
        ("TROSKEL_SECRET_FIL", "TROSKEL_SECRET_FILE"),
        ("TROSKEL_HOSTS_FILE", "TROSKEL_HOSTS"),
    ],
)
def test_an_unknown_setting_is_an_error_that_suggests(load_settings, misspelt: str, meant: str) -> None:
    (fault,) = faults_of(load_settings, **{misspelt: "x"})
    assert fault.startswith(f"{misspelt} is no setting") and fault.rstrip("?").endswith(meant)


def test_faults_are_told_together(load_settings) -> None:
    wrong = {
        "TROSKEL_MUNICIPALITY": "Annanby",
        "TROSKEL_SMTP": "mail.annanby.se:secret",
        "TROSKEL_MAIL_FROM": "Annanby",
        "TROSKEL_NOW": "2026-11-20T08:00:00",
        "TROSKEL_LOCKS": "brass",
        "TROSKEL_PROXIES": "nginx",
        "TROSKEL_DATABASE": "mysql://u:secret@h/n",
    }
    faults = faults_of(load_settings, **wrong)
    assert {fault.split()[0] for fault in faults} == set(wrong)
    assert "secret" not in " ".join(faults)


@pytest.mark.parametrize("setting", ["TROSKEL_SECRET", "TROSKEL_SECRET_PREVIOUS"])
def test_a_secret_comes_from_a_file_or_a_credential_and_from_one_place(
    load_settings, tmp_path: Path, setting: str
) -> None:
    kept = {"TROSKEL_SECRET": "another secret of more than thirty-two characters"}
    file = tmp_path / setting
    file.write_text(f"{SECRET}\n")
    places: list[dict[str, str]] = [{f"{setting}_FILE": str(file)}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}]
    for place in places:
        read = load_settings(**{name: value for name, value in kept.items() if name != setting}, **place)
        assert SECRET in (read.SECRET_KEY, *read.SECRET_KEY_FALLBACKS)
    (fault,) = faults_of(load_settings, **places[0], **places[1])
    assert "more than once" in fault
    (fault,) = faults_of(load_settings, **{f"{setting}_FILE": str(tmp_path / "none")})
    assert "can't be read" in fault


def test_what_the_previous_secret_signed_holds(load_settings, settings) -> None:
    settings.SECRET_KEY = "the old secret, of more than thirty-two characters"
    signed = signing.dumps("anna")
    read = load_settings(TROSKEL_SECRET=SECRET, TROSKEL_SECRET_PREVIOUS=settings.SECRET_KEY)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = read.SECRET_KEY, read.SECRET_KEY_FALLBACKS
    assert signing.loads(signed) == "anna"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_outside_production_the_secret_is_random_and_kept(load_settings, tmp_path: Path) -> None:
    first = load_settings().SECRET_KEY
    (file,) = (tmp_path / "here").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("troskel.sqlite3.secret", 0o600)
    assert first == load_settings().SECRET_KEY and len(first) >= 64
    file.chmod(0o644)
    (fault,) = faults_of(load_settings)
    assert "others may read" in fault
    file.unlink()
    assert first != load_settings().SECRET_KEY


def test_where_no_secret_can_be_kept_it_does_not_start(load_settings, tmp_path: Path) -> None:
    (tmp_path / "here" / "troskel.sqlite3.secret").mkdir(parents=True)
    assert any("troskel.sqlite3.secret" in fault for fault in faults_of(load_settings))


def test_several_that_start_at_once_get_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: kept_secret(tmp_path / "secret"), range(32)))
    assert len(made) == 1 and [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_locks_are_simulated_except_in_production(load_settings) -> None:
    earnest = {"TROSKEL_PRODUCTION": "1", "TROSKEL_HOSTS": "troskel.example.org", "TROSKEL_SECRET": SECRET}
    assert load_settings().TROSKEL_LOCKS == "simulated"
    assert (
        load_settings(TROSKEL_LOCKS="none").TROSKEL_LOCKS == load_settings(**earnest).TROSKEL_LOCKS == "none"
    )
    for name, value in {
        "TROSKEL_LOCKS": "simulated",
        "TROSKEL_DEMO": "1",
        "TROSKEL_DEBUG": "true",
        "TROSKEL_NOW": "2026-11-20T08:00:00+01:00",
    }.items():
        (fault,) = faults_of(load_settings, **earnest, **{name: value})
        assert name in fault and "refused in production" in fault


@pytest.mark.parametrize(
    "url",
    [
        "mqtts+nuki://troskel:secret@broker.example/",
        "mqtt+homeassistant://127.0.0.1/?state_topic=z/{serial}&availability_topic=z/{serial}/availability",
        "https://:secret@locks.example/api?polls=24",
    ],
)
def test_locks_are_reached_by_url_and_the_password_is_not_repeated(load_settings, url: str) -> None:
    assert url == load_settings(TROSKEL_LOCKS=url).TROSKEL_LOCKS
    for wrong in (
        f"{url}#here",
        url.replace("://", "-of-brass://"),
        f"{url}{'&' if '?' in url else '?'}retry=3",
    ):
        (fault,) = faults_of(load_settings, TROSKEL_LOCKS=wrong)
        assert fault.startswith("TROSKEL_LOCKS ") and "secret" not in fault


def test_production_with_all_settings(load_settings) -> None:
    settings = load_settings(
        TROSKEL_PRODUCTION="true", TROSKEL_SECRET=SECRET, TROSKEL_HOSTS="a.example.org, b.example.org"
    )
    assert settings.SECRET_KEY == SECRET
    assert settings.ALLOWED_HOSTS == ["a.example.org", "b.example.org"]
    assert settings.DEBUG is settings.DEMO is False
    assert settings.CSRF_COOKIE_SECURE is True


def test_page_of_settings_is_of_today() -> None:
    written = Path("docs", "settings.md").read_text(encoding="utf-8")
    assert written == page(settings.SETTINGS), "run ./dev troskel settings --write"


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
