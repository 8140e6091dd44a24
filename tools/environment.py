# SPDX-License-Identifier: EUPL-1.2
"""The virtual environment of this checkout: filled from the locks, and left alone while they are the same."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
TOOLS = ROOT / "requirements-tools.txt"
WORDS = ROOT / "requirements-words.txt"
NODE = ROOT / "requirements-node.txt"


class Missing(Exception):
    """Something is missing on this machine; the message says what, and what to do."""


def say(words: str) -> None:
    """Tell the person at the keyboard; stdout belongs to the program that is run."""
    print(f"dev: {words}", file=sys.stderr, flush=True)


def ensure(*, development: bool) -> None:
    """Make the environment hold what the lock says; a moment's work where it does."""
    lock = DEVELOPMENT if development else RUNTIME
    if _is_filled(lock):
        return
    with alone():
        if _is_filled(lock):
            return
        if not _is_sound():
            _make()
        say(f"installing what {lock.name} says")
        _install(lock)
        _point_to_source()
        _stamp(lock).write_text(digest(lock))
        if development:
            for held in (RUNTIME, WORDS):
                _stamp(held).write_text(digest(held))


def install(lock: Path) -> None:
    """Put one more lock's packages into the environment, which is there already."""
    if not _is_filled(lock):
        _install(lock)
        _stamp(lock).write_text(digest(lock))


def uv() -> str | None:
    """The pinned uv of the environment, installed where it can be had."""
    own = VENV / "bin" / "uv"
    if _is_filled(TOOLS) and own.is_file():
        return str(own)
    if not _runs([*_pip(), "install", "--quiet", "--require-hashes", "-r", str(TOOLS)]):
        return None
    _stamp(TOOLS).write_text(digest(TOOLS))
    return str(own)


def digest(lock: Path) -> str:
    """The SHA-256 of a file, in letters."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _stamp(lock: Path) -> Path:
    return VENV / f"{lock.stem}.sha256"


def _is_filled(lock: Path) -> bool:
    try:
        return _stamp(lock).read_text() == digest(lock) and PYTHON.exists()
    except FileNotFoundError:
        return False


def _is_sound() -> bool:
    """Whether there is an environment with a Python that starts."""
    return PYTHON.exists() and _runs([str(PYTHON), "-c", "import encodings"])


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One at a time: two starts beside each other must not fill the same environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make() -> None:
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if not _has_ensurepip():
        _install_venv_package()
    if _has_ensurepip():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True, stdout=sys.stderr)
        return
    if _has(sys.executable, "pip"):
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True, stdout=sys.stderr
        )
        return
    raise Missing(f"this Python has neither pip nor ensurepip. As root: apt-get install {_venv_package()}")


def _venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _has(python: str, module: str) -> bool:
    return _runs([python, "-c", f"import {module}"])


def _has_ensurepip() -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _install_venv_package() -> None:
    """Debian keeps ensurepip in a package of its own."""
    before = _as_root()
    if before is None or not shutil.which("apt-get"):
        return
    command = [*before, "apt-get", "install", "--yes", "--no-install-recommends", _venv_package()]
    say(" ".join(command))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not _runs(command, environment=quiet):
        _runs([*before, "apt-get", "update"], environment=quiet)
        _runs(command, environment=quiet, heard=True)


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _runs(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _pip() -> list[str]:
    """pip for the environment: its own, else that of the machine."""
    if _has(str(PYTHON), "pip"):
        return [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(PYTHON)]


def _install(lock: Path) -> None:
    quick = uv()
    if quick:
        command = [
            quick,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if _runs(command):
            return
        say("uv could not; pip tries")
    slow = [*_pip(), "install", "--quiet", "--require-hashes", "-r", str(lock)]
    if not _runs(slow, heard=True):
        raise Missing(
            f"{lock.name} could not be installed: can the package index be reached? pip's words are above"
        )


def _point_to_source() -> None:
    """Put `src` on the environment's path: nothing needs to be built."""
    for packages in VENV.glob("lib/python*/site-packages"):
        (packages / "troskel.pth").write_text(f"{ROOT / 'src'}\n")


def _runs(command: Sequence[str], *, environment: dict[str, str] | None = None, heard: bool = False) -> bool:
    """Whether the command succeeds; what it says is heard only where asked for."""
    output = sys.stderr if heard else subprocess.DEVNULL
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
    )
    return done.returncode == 0
