# SPDX-License-Identifier: EUPL-1.2
"""Play files as they are written: acts, what must be open by then, and other files that are played first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from troskel.acts.chapters import REGISTER
from troskel.cli.output import FIRST_YEAR, LAST_YEAR, REFUSED, Wrong

NEEDS = '"at", "as" and "act"; or "at" and "open"; or "include" alone'


class Step(NamedTuple):
    """An act, and the paragraph or rule that must refuse it; `where` is file and line, for messages.

    `keep`: under which names the answer's values are kept for later lines.
    """

    where: str
    at: datetime
    by: str
    act: str
    values: dict[str, Any]
    expect: str | None
    keep: dict[str, str]


class Question(NamedTuple):
    """The duties that must be open then, by name as P6.order: one client's, or (without one) everybody's.

    `late`: those of them that are late; None where the file does not say.
    """

    where: str
    at: datetime
    client: str | None
    are: list[str]
    late: list[str] | None


Line = Step | Question


def read_play(path: Path, within: tuple[Path, ...] = ()) -> Iterator[Line]:
    """The lines of a play file, with those of the files it includes in their place. Raises Wrong for a bad one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{path} can't be read: {error}", REFUSED) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path.name} line {number}"
        written = _object(where, line)
        if "include" in written:
            yield from read_play(_included(where, written, path, within), (*within, path.resolve()))
        else:
            yield _question(where, written) if "open" in written else _step(where, written)


def _included(where: str, written: dict[str, Any], path: Path, within: tuple[Path, ...]) -> Path:
    name = written["include"]
    _only(where, written, "include")
    if not isinstance(name, str) or Path(name).name != name:
        raise Wrong(
            f"{where}: 'include' names a file of the same folder, as founding.jsonl, and no other folder",
            REFUSED,
        )
    included = path.with_name(name)
    if included.resolve() in (*within, path.resolve()):
        raise Wrong(f"{where}: {name} would include itself: take this line away", REFUSED)
    if not included.is_file():
        raise Wrong(f"{where}: there is no file {name} beside {path.name}", REFUSED)
    return included


def _object(where: str, line: str) -> dict[str, Any]:
    try:
        written = json.loads(line)
    except json.JSONDecodeError as error:
        raise Wrong(f"{where}: not JSON: {error}", REFUSED) from None
    if not isinstance(written, dict):
        raise Wrong(f"{where}: needs {NEEDS}", REFUSED)
    return written


def _step(where: str, written: dict[str, Any]) -> Step:
    at = _instant(where, written)
    if "as" not in written or "act" not in written:
        raise Wrong(f"{where}: needs {NEEDS}", REFUSED)
    for name in ("as", "act", "expect"):
        if not isinstance(written.get(name, ""), str):
            raise Wrong(f"{where}: {name!r} is not a text", REFUSED)
    for name in ("values", "keep"):
        if not isinstance(written.get(name, {}), dict):
            raise Wrong(f"{where}: {name!r} is not an object", REFUSED)
    keep = written.get("keep", {})
    if not all(isinstance(name, str) for name in keep.values()):
        raise Wrong(
            f'{where}: \'keep\' is {{"door": "gate"}}: what is answered, and its name from now on', REFUSED
        )
    if written["act"] not in REGISTER:
        raise Wrong(f"{where}: there is no act {written['act']!r}: see docs/acts.md", REFUSED)
    _only(where, written, "at", "as", "act", "values", "expect", "keep")
    values = written.get("values", {})
    return Step(where, at, written["as"], written["act"], values, written.get("expect"), keep)


def _question(where: str, written: dict[str, Any]) -> Question:
    at, asked = _instant(where, written), written["open"]
    _only(where, written, "at", "open")
    if not isinstance(asked, dict) or not isinstance(asked.get("client", ""), str) or "are" not in asked:
        raise Wrong(
            f'{where}: \'open\' is {{"client": "K1", "are": ["P6.order"]}}, or without \'client\': everybody\'s',
            REFUSED,
        )
    _only(f"{where}: 'open'", asked, "client", "are", "late")
    are = _names(where, "are", asked["are"])
    late = _names(where, "late", asked["late"]) if "late" in asked else None
    return Question(where, at, asked.get("client"), are, late)


def _names(where: str, field: str, written: Any) -> list[str]:
    if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
        raise Wrong(f'{where}: {field!r} is not a list of duties, as ["P6.order"]', REFUSED)
    return sorted(written)


def _instant(where: str, written: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(written["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"{where}: needs {NEEDS} ({error})", REFUSED) from None
    if at.tzinfo is None:
        raise Wrong(f"{where}: 'at' has no offset: write {written['at']}+01:00", REFUSED)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Wrong(f"{where}: 'at' lies outside the years {FIRST_YEAR}–{LAST_YEAR}", REFUSED)
    return at


def _only(where: str, written: dict[str, Any], *known: str) -> None:
    unknown = sorted(set(written) - set(known))
    if unknown:
        raise Wrong(f"{where}: unknown field {unknown[0]!r}", REFUSED)
