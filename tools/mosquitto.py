# SPDX-License-Identifier: EUPL-1.2
"""A real Mosquitto between the program and its locks, with an ACL by which each device has its own topics alone."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tools.environment import Missing

PATIENCE = 60  # seconds
SERVER = "troskel"
ACL = """# The program reads everything, also commands that somebody had the broker keep, and tells locks what to do.
user troskel
topic read nuki/#
topic write nuki/+/lockAction
topic read home/#
topic write home/+/set

# A device signs in by its own name. It hears what it is told, and speaks of itself alone.
pattern read nuki/%u/lockAction
pattern read nuki/%u/lock
pattern read nuki/%u/unlock
pattern write nuki/%u/connected
pattern write nuki/%u/state
pattern write nuki/%u/commandResponse
pattern write nuki/%u/lockActionEvent
pattern write nuki/%u/batteryCritical
pattern write nuki/%u/batteryChargeState
pattern read home/%u/set
pattern write home/%u/state
pattern write home/%u/availability
"""
"""As docs/locks.md has it."""

CONFIGURATION = """listener {clear} 127.0.0.1
listener {tls} 127.0.0.1
certfile {folder}/fullchain.pem
keyfile {folder}/key.pem
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
{user}
"""


class Broker(NamedTuple):
    """A running broker. `ca`: its certificate, which it has signed itself."""

    port: int
    tls_port: int
    ca: Path


def program(name: str = "mosquitto") -> str | None:
    """Where it is; None where there is none. Debian has it where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def mosquitto(passwords: Mapping[str, str], acl: str = ACL) -> Iterator[Broker]:
    """Run a broker on free ports, for these users."""
    from tools.services import certificate, free_port, is_root, wait_for_port

    found, hashing = program(), program("mosquitto_passwd")
    if found is None or hashing is None:
        raise Missing("no Mosquitto here: apt-get install mosquitto")
    with tempfile.TemporaryDirectory(prefix="troskel-mosquitto-") as name:
        folder = Path(name)
        certificate(folder)
        lines = [f"{user}:{password}\n" for user, password in passwords.items()]
        for file, text in (("passwords", "".join(lines)), ("acl", acl)):
            (folder / file).write_text(text, encoding="utf-8")
            (folder / file).chmod(0o600)
        subprocess.run([hashing, "-U", str(folder / "passwords")], check=True, capture_output=True)
        clear, tls = free_port(), free_port()
        written = CONFIGURATION.format(
            folder=folder, clear=clear, tls=tls, user="user root" if is_root() else ""
        )
        (folder / "mosquitto.conf").write_text(written, encoding="utf-8")
        process = subprocess.Popen(
            [found, "-c", str(folder / "mosquitto.conf")], stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            wait_for_port(clear, process)
            yield Broker(clear, tls, folder / "fullchain.pem")
        finally:
            process.terminate()
            process.wait(PATIENCE)
