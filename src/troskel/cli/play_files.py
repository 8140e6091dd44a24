# SPDX-License-Identifier: EUPL-1.2
"""Reads play files: acts, checks of open duties, and included files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from troskel.acts.chapters import REGISTER
from troskel.cli.output import EXIT_REFUSED, FIRST_YEAR, LAST_YEAR, CommandError

REQUIRED_FIELDS = '"at", "as" and "act"; or "at" and "open"; or "include" alone'


class PlayStep(NamedTuple):
    """An act, and the paragraph or rule that must refuse it. `where`: file and line, for messages.

    `keep`: names under which values of the answer are stored for later lines.
    """

    where: str
    at: datetime
    account: str
    act: str
    values: dict[str, Any]
    expect: str | None
    keep: dict[str, str]


class OpenDutiesCheck(NamedTuple):
    """The duties that must be open at an instant, as P6.order: of one client, or of all when `client` is None.

    `expected_late`: those that must be late; None when the file does not say.
    """

    where: str
    at: datetime
    client: str | None
    expected_open: list[str]
    expected_late: list[str] | None


PlayLine = PlayStep | OpenDutiesCheck


def read_play(path: Path, including: tuple[Path, ...] = ()) -> Iterator[PlayLine]:
    """Yields the lines of a play file and of its included files. Raises CommandError when one is invalid."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} can't be read: {error}", EXIT_REFUSED) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path.name} line {number}"
        fields = _parse_object(where, line)
        if "include" in fields:
            yield from read_play(_included_path(where, fields, path, including), (*including, path.resolve()))
        else:
            yield _parse_check(where, fields) if "open" in fields else _parse_step(where, fields)


def _included_path(where: str, fields: dict[str, Any], path: Path, including: tuple[Path, ...]) -> Path:
    name = fields["include"]
    _refuse_unknown(where, fields, "include")
    if not isinstance(name, str) or Path(name).name != name:
        raise CommandError(
            f"{where}: 'include' names a file of the same folder, as founding.jsonl, and no other folder",
            EXIT_REFUSED,
        )
    included = path.with_name(name)
    if included.resolve() in (*including, path.resolve()):
        raise CommandError(f"{where}: {name} would include itself: take this line away", EXIT_REFUSED)
    if not included.is_file():
        raise CommandError(f"{where}: there is no file {name} beside {path.name}", EXIT_REFUSED)
    return included


def _parse_object(where: str, line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise CommandError(f"{where}: not JSON: {error}", EXIT_REFUSED) from None
    if not isinstance(fields, dict):
        raise CommandError(f"{where}: needs {REQUIRED_FIELDS}", EXIT_REFUSED)
    return fields


def _parse_step(where: str, fields: dict[str, Any]) -> PlayStep:
    at = _parse_instant(where, fields)
    if "as" not in fields or "act" not in fields:
        raise CommandError(f"{where}: needs {REQUIRED_FIELDS}", EXIT_REFUSED)
    for name in ("as", "act", "expect"):
        if not isinstance(fields.get(name, ""), str):
            raise CommandError(f"{where}: {name!r} is not a text", EXIT_REFUSED)
    for name in ("values", "keep"):
        if not isinstance(fields.get(name, {}), dict):
            raise CommandError(f"{where}: {name!r} is not an object", EXIT_REFUSED)
    keep = fields.get("keep", {})
    if not all(isinstance(name, str) for name in keep.values()):
        raise CommandError(
            f'{where}: \'keep\' is {{"door": "gate"}}: what is answered, and its name from now on',
            EXIT_REFUSED,
        )
    if fields["act"] not in REGISTER:
        raise CommandError(f"{where}: there is no act {fields['act']!r}: see docs/acts.md", EXIT_REFUSED)
    _refuse_unknown(where, fields, "at", "as", "act", "values", "expect", "keep")
    values = fields.get("values", {})
    return PlayStep(where, at, fields["as"], fields["act"], values, fields.get("expect"), keep)


def _parse_check(where: str, fields: dict[str, Any]) -> OpenDutiesCheck:
    at, check = _parse_instant(where, fields), fields["open"]
    _refuse_unknown(where, fields, "at", "open")
    if not isinstance(check, dict) or not isinstance(check.get("client", ""), str) or "are" not in check:
        raise CommandError(
            f'{where}: \'open\' is {{"client": "K1", "are": ["P6.order"]}}, or without \'client\': everybody\'s',
            EXIT_REFUSED,
        )
    _refuse_unknown(f"{where}: 'open'", check, "client", "are", "late")
    expected_open = _parse_names(where, "are", check["are"])
    expected_late = _parse_names(where, "late", check["late"]) if "late" in check else None
    return OpenDutiesCheck(where, at, check.get("client"), expected_open, expected_late)


def _parse_names(where: str, field: str, names: Any) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CommandError(f'{where}: {field!r} is not a list of duties, as ["P6.order"]', EXIT_REFUSED)
    return sorted(names)


def _parse_instant(where: str, fields: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(fields["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(f"{where}: needs {REQUIRED_FIELDS} ({error})", EXIT_REFUSED) from None
    if at.tzinfo is None:
        raise CommandError(f"{where}: 'at' has no offset: write {fields['at']}+01:00", EXIT_REFUSED)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise CommandError(f"{where}: 'at' lies outside the years {FIRST_YEAR}–{LAST_YEAR}", EXIT_REFUSED)
    return at


def _refuse_unknown(where: str, fields: dict[str, Any], *allowed: str) -> None:
    unknown = sorted(set(fields) - set(allowed))
    if unknown:
        raise CommandError(f"{where}: unknown field {unknown[0]!r}", EXIT_REFUSED)
