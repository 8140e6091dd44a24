# SPDX-License-Identifier: EUPL-1.2
"""The wheel, installed as docs/installing.md says in an empty environment elsewhere, behind nginx with TLS."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.test_passkeys import AUTHENTICATOR
from tools import environment, installing, services

pytestmark = pytest.mark.thorough

CHECKOUT = Path(__file__).parent.parent.parent
PROGRAM = "/opt/troskel/current/bin/troskel"
NIGHT = CHECKOUT / "tests" / "data" / "small-extract" / "night-1"


class Installed:
    """The program in a folder of its own, with the settings of the page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = ""  # by the last of its commands, `begin`
        self.port = services.free_port()
        self.program = folder / "environment" / "bin" / "troskel"
        secret = folder / "secret"
        secret.write_text("of an installation that is gone in a minute\n", encoding="ascii")
        secret.chmod(0o600)
        self.settings = installing.settings() | {
            "TROSKEL_HOSTS": "localhost",
            "TROSKEL_DATABASE": f"sqlite:///{folder}/troskel.sqlite3",
            "TROSKEL_SECRET_FILE": str(secret),
            "TROSKEL_STATIC": str(folder / "static"),
            "TROSKEL_BACKUP": str(folder / "backup"),
            "TROSKEL_SMTP": "smtp://127.0.0.1:9",  # nobody answers there: that is a note, not a fault
        }

    def runs(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the installed program, run to its end."""
        return self.carries_out(shlex.join([PROGRAM, *arguments]))

    def carries_out(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command as it stands on the page, run to its end."""
        return subprocess.run(
            self._ours(command),
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def starts(self, command: str) -> subprocess.Popen[bytes]:
        """The same, and not waited for."""
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                self._ours(command), cwd=self.folder, env=self._environment(), stdout=log, stderr=log
            )

    def _ours(self, command: str) -> list[str]:
        changed = command.replace("/var/lib/troskel/extract", str(NIGHT)).replace("8000", str(self.port))
        return [str(self.program) if word in (PROGRAM, "troskel") else word for word in shlex.split(changed)]

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.settings}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built by `./dev wheel`, installed with the hashes of its lock, with a municipality in it."""
    folder = tmp_path_factory.mktemp("installed")
    built = subprocess.run(
        [sys.executable, CHECKOUT / "dev", "wheel", folder], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    uv = environment.uv()
    assert uv is not None
    python = folder / "environment" / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, folder / "environment"],
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            python,
            "--require-hashes",
            "-r",
            folder / "troskel-lock.txt",
        ],
        [uv, "pip", "install", "--quiet", "--python", python, "--no-deps", wheel],
    ):
        subprocess.run(command, check=True)
    program = Installed(folder)
    program.settings["TROSKEL_BACKUP_TO"] = program.carries_out(installing.step("backup")).stdout.strip()
    template = program.runs("routine", "template")
    own = template.stdout.replace("TRB-HT-LAS-01", "ANB-HT-LAS-01")
    (folder / "annanby.toml").write_text(own, encoding="utf-8")
    for command in ("migrate", "static", "begin"):
        done = program.carries_out(installing.step(command).replace("/var/lib/troskel", str(folder)))
        assert done.returncode == 0, done.stderr
        program.told = done.stdout
    return program


@pytest.fixture(scope="module")
def address(installed: Installed) -> Iterator[str]:
    """The address of nginx, before the server that the unit starts."""
    if services.nginx_program() is None and not os.environ.get("CI"):
        pytest.skip("no nginx here (apt-get install nginx-light)")
    (command,) = installing.commands(installing.units()["troskel.service"])
    server = installed.starts(command)
    try:
        services.wait_for_port(installed.port, server)
        with services.nginx(installed.port) as address:
            yield address
    finally:
        server.terminate()
        server.wait(services.PATIENCE)


def test_nothing_is_missing_and_all_that_the_program_needs_has_travelled(installed: Installed) -> None:
    checked = installed.runs("check", "--port", str(services.free_port()))
    assert checked.returncode == 0, checked.stdout
    assert installed.runs("--version").stdout.split()[0] == "troskel"
    assert "annanby" in installed.runs("routine", "versions").stdout
    shown = installed.runs("retention", "show")
    assert shown.returncode == 0, shown.stderr
    assert oct((installed.folder / "troskel.sqlite3").stat().st_mode & 0o777) == "0o600"


def test_a_form_behind_tls(installed: Installed, address: str, browser: Browser) -> None:
    """The form that everybody has: it changes the language. Its words, styles and token have come all the way."""
    context = browser.new_context(ignore_https_errors=True, locale="sv-SE")
    page = context.new_page()
    answers: list[tuple[int, str]] = []
    page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    page.goto(address)
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en]").wait_for()
    assert page.get_by_role("form", name="Language").count() == 1
    assert [answer for answer in answers if answer[0] >= 400] == []
    assert sum("/static/" in url for _, url in answers) >= 3
    cookies = context.cookies()
    assert {cookie["name"] for cookie in cookies} == {"__Host-csrf", "__Host-troskel_language"}
    assert all(cookie["secure"] for cookie in cookies)
    context.close()


def test_an_administrator_signs_in_by_the_link_of_begin_and_does_something(
    installed: Installed, address: str, browser: Browser
) -> None:
    """A passkey, a session over TLS, and an act's form."""
    (line,) = (line for line in installed.told.splitlines() if line.startswith("siri "))
    link = line.split()[-1]
    assert link.startswith("https://localhost/")
    context = browser.new_context(ignore_https_errors=True, locale="sv-SE")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(link.replace("https://localhost", address))
    page.get_by_role("button", name="Skapa en passnyckel").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    page.get_by_role("button", name="Logga ut").wait_for()
    page.goto(f"{address}/do/register_account")
    page.get_by_label("Kontonamn").fill("anna")
    page.get_by_label("Namn", exact=True).fill("Anna Alm")
    page.get_by_label("Roll").select_option("assessor")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("button", name="Ja, gör det").click()
    page.get_by_role("link", name="Till det jag ska göra").wait_for()
    page.goto(f"{address}/accounts/")
    assert page.get_by_text("Anna Alm").count() == 1
    assert all(cookie["secure"] for cookie in context.cookies())
    context.close()


def test_a_second_server_on_the_port_does_not_start(installed: Installed, address: str) -> None:
    assert address
    done = installed.runs("serve", "--port", str(installed.port))
    assert done.returncode == 1
    assert f"{installed.port} is taken" in done.stderr


@pytest.mark.parametrize("unit", sorted(installing.units()))
def test_each_unit_can_be_started(installed: Installed, unit: str) -> None:
    """Each command of a unit runs: to its end, or until it is stopped."""
    for command in installing.commands(installing.units()[unit]):
        if command.endswith("worker"):
            worker = installed.starts(command)
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(3)
            worker.terminate()
            worker.wait(services.PATIENCE)
        elif "serve" not in command:
            done = installed.carries_out(command)
            assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_units_are_such_as_systemd_takes(installed: Installed) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in installing.units().items():
            Path(folder, name).write_text(text.replace(PROGRAM, str(installed.program)), encoding="utf-8")
        names = [str(Path(folder, name)) for name in installing.units()]
        done = subprocess.run(
            ["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
