# SPDX-License-Identifier: EUPL-1.2
"""Carries out docs/installing.md on a bare Debian in a chroot: commands and minutes to the first signed-in page.

As root, with this checkout's wheel:

    ./dev wheel dist && debootstrap --variant=minbase --include=ca-certificates bookworm FOLDER MIRROR
    .venv/bin/python -m tools.bare_debian FOLDER dist

Every command of the page's parts 1 to 5 is run as it stands, and every file is written as it stands; ours are the host
name, the certificate, the mail server and the port behind nginx. A chroot has no systemd: what `systemctl` is asked to
start is started by the unit's own ExecStart, as its user with its settings.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools import browser, installing
from tools.environment import ROOT

HOST, PORT = "localhost", "18000"
OURS = {"troskel.annanby.se": HOST, "mail.annanby.se:25": "127.0.0.1:9", "8000": PORT}
BLOCK = re.compile(r"^(?:`(/\S+)`\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SYSTEMCTL = r"""#!/bin/bash
[ "$1" = daemon-reload ] && exit 0
[ "$1" = reload ] && { nginx -s reload 2>/dev/null || exec nginx; exit; }
shift 2
for unit; do
  case $unit in *.timer) test -f /etc/systemd/system/$unit || exit 1; continue;; esac
  command=$(sed -n 's/^ExecStart=//p' /etc/systemd/system/${unit%.service}.service) || exit 1
  (set -a; . /etc/troskel/troskel.env; set +a; cd /var/lib/troskel
   exec setsid runuser -u troskel -- $command) >/var/log/$unit.log 2>&1 </dev/null &
done
"""
TIMEDATECTL = '#!/bin/sh\nexec ln -sf "/usr/share/zoneinfo/$2" /etc/localtime\n'
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def main(folder: Path, dist: Path) -> int:
    """Runs it, prints each command with its seconds, and then the figures as JSON."""
    _prepare(folder, dist)
    page = installing.PAGE.read_text(encoding="utf-8").partition("\n## 6.")[0]
    commands: list[tuple[str, float, int]] = []
    told, files = "", 0
    with _mounted(folder):
        begun = time.monotonic()
        for path, _language, text in BLOCK.findall(page):
            if path:
                files += 1
                _write(folder / path[1:], _ours(text))
                continue
            if "nginx -t" in text:
                _certificate(folder)
            if "troskel begin" in text:
                _routine(folder)
            for command in _commands(text):
                done, seconds = _run(folder, command)
                commands.append((command, seconds, done.returncode))
                print(f"{seconds:6.1f} s  exit {done.returncode}  {command.splitlines()[0][:90]}", flush=True)
                if done.returncode:
                    print(done.stdout[-600:], done.stderr[-1200:])
                told += done.stdout
            if "createuser" not in text and "postgresql" in text:
                _run(folder, "pg_lsclusters --no-header | grep -q online || pg_ctlcluster 15 main start")
        _sign_in(next(line.split()[-1] for line in told.splitlines() if line.startswith("siri ")))
        minutes = (time.monotonic() - begun) / 60
        worker = _run(folder, "pgrep -f 'troskel worker'")[0].returncode == 0
        backup = _run(
            folder, "runuser -u troskel -- true && troskel backup --plain && troskel journal verify --all"
        )[0]
    figures = {
        "commands": len(commands),
        "failed": [command for command, _, code in commands if code],
        "files": files,
        "minutes": round(minutes, 1),
        "of_apt_and_pip": round(
            sum(s for c, s, _ in commands if c.startswith("apt-get") or "pip install" in c) / 60, 1
        ),
        "worker_runs": worker,
        "backup_and_verify": backup.returncode,
    }
    print(json.dumps(figures, indent=1))
    return 0 if not figures["failed"] and worker and not backup.returncode else 1


def _commands(block: str) -> list[str]:
    """The commands of a block; variables and the mask stay with those that follow."""
    joined = block.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


_SHELL = "/root/.state"


def _run(folder: Path, command: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Runs a command in the chroot; what it sets holds for the next."""
    script = f"[ -f {_SHELL} ] && . {_SHELL}; cd /root\n{_ours(command)}\ncode=$?\n"
    script += f"{{ echo version=$version; echo umask $(umask); }} > {_SHELL}\nexit $code\n"
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
        "HOME": "/root",
        "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
        "PIP_DEFAULT_TIMEOUT": "180",
        "LC_ALL": "C.UTF-8",
    }
    begun = time.monotonic()
    out, err = folder / "root" / "out", folder / "root" / "err"
    with out.open("w") as stdout, err.open("w") as stderr:  # a daemon that holds a pipe would be waited for
        code = subprocess.run(
            ["chroot", folder, "/bin/bash", "-c", script],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            check=False,
        ).returncode
    seconds = time.monotonic() - begun
    return subprocess.CompletedProcess([command], code, out.read_text(), err.read_text()), seconds


def _ours(text: str) -> str:
    for theirs, ours in OURS.items():
        text = text.replace(theirs, ours)
    return text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _prepare(folder: Path, dist: Path) -> None:
    """What the page takes for granted: the wheel, the network, a clock; and what stands for systemd."""
    for file in dist.iterdir():
        shutil.copy(file, folder / "root")
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder / "etc/ssl/certs/ca-certificates.crt")
    for name in ("timedatectl", "systemctl"):
        shim = folder / "usr/local/sbin" / name
        _write(shim, TIMEDATECTL if name == "timedatectl" else SYSTEMCTL)
        shim.chmod(0o755)


def _certificate(folder: Path) -> None:
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    tls = "/etc/troskel/tls"
    made = ["-keyout", f"{tls}/key.pem", "-out", f"{tls}/fullchain.pem", "-days", "2", *subject]
    _run(folder, " ".join(["openssl req -x509 -newkey rsa:2048 -nodes", *made]))


def _routine(folder: Path) -> None:
    shipped = (ROOT / "routines" / "troskelby").glob("[0-9]*.toml")
    text = max(shipped).read_text(encoding="utf-8").replace("TRB-HT-LAS-01", "ANB-HT-LAS-01")
    _write(folder / "var/lib/troskel/annanby.toml", text)


def _sign_in(link: str) -> None:
    """The administrator opens the link, makes a passkey, signs in, and sees the start page."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser.find(), args=browser.arguments())
        page = opened.new_context(ignore_https_errors=True, locale="sv-SE").new_page()
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        for _try in range(30):  # the server that has just been started
            with suppress(Exception):
                answer = page.goto(link)
                if answer and answer.ok:
                    break
            time.sleep(1)
        page.get_by_role("button", name="Skapa en passnyckel").click()
        page.wait_for_url("**/sign-in")
        page.get_by_role("button", name="Logga in med passnyckel").click()
        page.get_by_role("button", name="Logga ut").wait_for()
        print(f"signed in: {page.title()}", flush=True)
        opened.close()


@contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-t", "proc", "proc", folder / "proc"], check=True)
    subprocess.run(["mount", "--bind", "/dev", folder / "dev"], check=True)
    try:
        yield
    finally:
        _end_those_inside(folder)
        for name in ("dev", "proc"):
            subprocess.run(["umount", "--lazy", folder / name], check=False)


def _those_inside(folder: Path) -> list[Path]:
    """The processes whose root is the chroot, as folders of /proc: nobody else's."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                if os.readlink(entry / "root") == str(folder):
                    found.append(entry)
    return found


def _command_of(process: Path) -> bytes:
    with suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


def _end_those_inside(folder: Path) -> None:
    for process in _those_inside(folder):
        with suppress(OSError):
            os.kill(int(process.name), signal.SIGTERM)
    time.sleep(3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
