# SPDX-License-Identifier: EUPL-1.2
"""Reads play files: acts, checks, and included files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from troskel.acts.chapters import REGISTER
from troskel.cli.output import EXIT_REFUSED, FIRST_YEAR, LAST_YEAR, CommandError
from troskel.cli.play_check import Check
from troskel.cli.play_checks import CHECKS, Preview, parse_check, parse_preview

REQUIRED_FIELDS = '"at", "as" and "act"; or "at" and "open" (or another check); or "include" alone'


class PlayStep(NamedTuple):
    """An act, and the paragraph or rule that must refuse it. `where`: file and line, for messages.

    `keep`: names under which values of the answer are stored for later lines. `preview`: what would follow; the act
    is then only tried.
    """

    where: str
    at: datetime
    account: str
    act: str
    values: dict[str, Any]
    expect: str | None
    keep: dict[str, str]
    preview: Preview | None


class PlayCheck(NamedTuple):
    """What must be so at an instant: `word` says which check it is."""

    where: str
    at: datetime
    word: str
    check: Check


PlayLine = PlayStep | PlayCheck


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
            words = [word for word in CHECKS if word in fields]
            yield _parse_check(where, words[0], fields) if words else _parse_step(where, fields)


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
    _refuse_unknown(where, fields, "at", "as", "act", "values", "expect", "keep", "preview")
    preview = parse_preview(where, fields["preview"]) if "preview" in fields else None
    values = fields.get("values", {})
    return PlayStep(where, at, fields["as"], fields["act"], values, fields.get("expect"), keep, preview)


def _parse_check(where: str, word: str, fields: dict[str, Any]) -> PlayCheck:
    at = _parse_instant(where, fields)
    _refuse_unknown(where, fields, "at", word)
    return PlayCheck(where, at, word, parse_check(where, word, fields[word]))


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
