# SPDX-License-Identifier: EUPL-1.2
"""Settings from the environment: each is described once, with its type; what is unknown or wrong is an error.

A secret may also come from a file (`…_FILE`) or from a systemd credential of the same name. Pure Python: no Django.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

PREFIX = "TROSKEL_"
PRODUCTION = f"{PREFIX}PRODUCTION"
FILE = "_FILE"
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""systemd puts a unit's credentials into the folder that this variable names (`LoadCredential=`)."""

SHORTEST_SECRET = 32  # characters

Parse = Callable[[str], Any]
"""From a setting's text to its value. Raises ValueError with what is wrong and what to write."""


class WrongSettings(RuntimeError):
    """The environment can't be used. The message has a line for each fault, and never a secret's value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Setting(NamedTuple):
    """One setting. `what`, `default_says`: for the documentation. `default`: parsed where nothing is set."""

    name: str
    what: str
    parse: Parse = str
    default: str = ""
    default_says: str = ""
    is_secret: bool = False
    in_production: str = ""
    """`required` or `refused`; empty: as elsewhere."""


def read(described: Iterable[Setting], environment: Mapping[str, str]) -> dict[str, Any]:
    """Returns every setting's value by its name. Raises WrongSettings with every fault at once."""
    settings = {setting.name: setting for setting in described}
    faults = [
        _unknown(name, settings)
        for name in sorted(environment)
        if name.startswith(PREFIX) and not _is_known(name, settings)
    ]
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for name, setting in settings.items():
        try:
            texts[name] = _text(setting, environment)
            values[name] = setting.parse(texts[name] or setting.default)
        except ValueError as error:
            faults.append(f"{name} {error}")
    if values.get(PRODUCTION):
        for name, setting in settings.items():
            if setting.in_production == "required" and name in texts and not texts[name]:
                faults.append(f"{name} must be set in production: {setting.what}")
            elif setting.in_production == "refused" and values.get(name):
                faults.append(f"{name} is refused in production ({PRODUCTION}): unset one of them")
    if faults:
        raise WrongSettings(faults)
    return values


def _is_known(name: str, settings: Mapping[str, Setting]) -> bool:
    if name in settings:
        return True
    of = settings.get(name.removesuffix(FILE))
    return name.endswith(FILE) and of is not None and of.is_secret


def _unknown(name: str, settings: Mapping[str, Setting]) -> str:
    names = [*settings, *(f"{name}{FILE}" for name, setting in settings.items() if setting.is_secret)]
    close = get_close_matches(name, names, n=1)
    if name.endswith(FILE) and name.removesuffix(FILE) in settings:
        return f"{name} is no setting: only secrets come from files. Write {name.removesuffix(FILE)}"
    return f"{name} is no setting{f': did you mean {close[0]}?' if close else ' (docs/settings.md has all)'}"


def _text(setting: Setting, environment: Mapping[str, str]) -> str:
    """The setting's text, from the one place that has it; empty where none has."""
    places = {setting.name: environment.get(setting.name, "").strip()}
    if setting.is_secret:
        if path := environment.get(f"{setting.name}{FILE}"):
            places[f"{setting.name}{FILE}"] = _file(Path(path), f"is asked for in {path}, which")
        credential = Path(environment.get(CREDENTIALS) or os.devnull, setting.name)
        if credential.is_file():
            places[f"the credential {setting.name}"] = _file(credential, "is a credential that")
    given = {place: text for place, text in places.items() if text}
    if len(given) > 1:
        raise ValueError(f"is set more than once, by {' and '.join(given)}: leave one")
    return next(iter(given.values()), "")


def _file(path: Path, which: str) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"{which} can't be read: {why}") from None
    if not text:
        raise ValueError(f"{which} is empty")
    return text


def flag(text: str) -> bool:
    """Parses yes or no."""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("", "0", "false", "no", "off"):
        return False
    raise ValueError(f"is {text!r}: write true or false")


def one_of(*choices: str) -> Parse:
    """Parses one of the words; nothing is empty."""

    def parse(text: str) -> str:
        if text and text not in choices:
            raise ValueError(f"is {text!r}: write {' or '.join(choices)}")
        return text

    return parse


def folder(text: str) -> Path | None:
    """Parses the path of a folder; nothing is None."""
    return Path(text).absolute() if text else None


def names(text: str) -> list[str]:
    """Parses names with commas between."""
    return [name.strip() for name in text.split(",") if name.strip()]


def instant(text: str) -> datetime | None:
    """Parses an instant with its offset; nothing is None."""
    if not text:
        return None
    parsed = None
    with suppress(ValueError):
        parsed = datetime.fromisoformat(text)
    if parsed is None or parsed.tzinfo is None:
        raise ValueError(f"is {text!r}: write an instant with its offset, as 2026-11-20T08:00:00+01:00")
    return parsed


def signing_secret(text: str) -> str:
    """Parses a secret that signs; nothing is empty."""
    if text and len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"is shorter than {SHORTEST_SECRET} characters: make one that nobody can guess, as by openssl rand -hex 32"
        )
    return text


def journal_key(text: str) -> str:
    """Parses the seed of the key that signs the journal's heads; nothing is empty."""
    if text and not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("is no key: make one by openssl rand -hex 32 (64 hexadecimal digits)")
    return text


def kept_secret(file: Path, setting: str = f"{PREFIX}SECRET") -> str:
    """Returns the secret kept in a file that its owner alone may read; makes it where it is missing.

    Raises WrongSettings where it can be neither read nor made, or where others may read it. Of several that start at
    once, all get the same.
    """
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            made = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
            with open(
                os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
            ) as new:
                new.write(secrets.token_hex(32) + "\n")
            with suppress(FileExistsError):
                os.link(made, file)
            made.unlink()
        if file.stat().st_mode & 0o077:
            raise WrongSettings([f"others may read the secret {file}: chmod 600 it, or make a new one"])
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise WrongSettings(
            [f"the secret {file} can be neither read nor made ({why}): set {setting} or {setting}{FILE}"]
        ) from None
    if len(kept) < SHORTEST_SECRET:
        raise WrongSettings([f"the secret {file} is cut off: remove it, and a new one is made"])
    return kept
