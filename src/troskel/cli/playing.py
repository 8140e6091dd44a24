# SPDX-License-Identifier: EUPL-1.2
"""Plays a file of acts: each at its instant, by its account, with the days between turned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from troskel.acts import turning_the_day
from troskel.acts.chapters import REGISTER
from troskel.acts.outcome import Outcome
from troskel.cli.output import FIRST_YEAR, LAST_YEAR, REFUSED, Wrong, municipality, say, system
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind


class Step(NamedTuple):
    """One line of a play file, with its place for messages."""

    number: int
    at: datetime
    by: str
    act: str
    values: dict[str, Any]
    expect: str | None


def play_file(path: Path, *, as_json: bool = False) -> int:
    """Carry out the file; gives 1 where an act went otherwise than the file says. Raises Wrong for a bad file."""
    steps = list(_read(path))
    went_wrong = 0
    names: dict[str, Any] = {}
    for step in steps:
        with clock.standing_at(step.at):
            turning_the_day.catch_up(municipality())
            told, as_expected = _carry_out(step, names, path.parent)
        went_wrong += not as_expected
        if as_json:
            print(json.dumps(told, ensure_ascii=False), flush=True)
        else:
            _show(step, told, as_expected)
    say(f"{len(steps)} acts played, {went_wrong} otherwise than the file says")
    return 1 if went_wrong else 0


def _carry_out(step: Step, names: dict[str, Any], folder: Path) -> tuple[dict[str, Any], bool]:
    told: dict[str, Any] = {"at": step.at.isoformat(), "as": step.by, "act": step.act}
    try:
        outcome = REGISTER[step.act].perform(_actor(step), _filled(step.values, names, folder))
    except (Refusal, NotFound, BadValue) as refusal:
        rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
        told |= {"refused": rule, "message": refusal.message}
        return told, rule == step.expect
    names.update({key: value for key, value in outcome.answer.items() if isinstance(value, str)})
    told |= _followed(outcome)
    return told, step.expect is None


def _followed(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(outcome)
    return {
        key: told[key] for key in ("lines", "answer", "opened", "closed", "mailed", "refused") if told[key]
    }


def _filled(values: Any, names: dict[str, Any], folder: Path) -> Any:
    """`{"$": "order"}` stands for the last answer's value of that name, `{"$file": "x.toml"}` for a file's text."""
    if isinstance(values, dict):
        if set(values) == {"$file"}:
            return _text_of(folder / str(values["$file"]))
        if set(values) == {"$"}:
            if not isinstance(values["$"], str) or values["$"] not in names:
                raise BadValue(str(values["$"]), "no earlier act in the file has answered with this name")
            return names[values["$"]]
        return {key: _filled(value, names, folder) for key, value in values.items()}
    if isinstance(values, list):
        return [_filled(value, names, folder) for value in values]
    return values


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{file} can't be read: {error}", REFUSED) from None


def _actor(step: Step) -> Actor:
    if step.by in {kind.value for kind in ActorKind} - {ActorKind.ACCOUNT.value}:
        return system(ActorKind(step.by))
    actor = people.actor_of_username(f"{municipality()}/{step.by}")
    if actor is None:
        raise Wrong(
            f"line {step.number}: there is no account {step.by!r}: register it first, or write 'demo'",
            REFUSED,
        )
    return actor


def _read(path: Path) -> Iterator[Step]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{path} can't be read: {error}", REFUSED) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        yield _step(path, number, line)


def _step(path: Path, number: int, line: str) -> Step:
    where = f"{path.name} line {number}"
    try:
        written = json.loads(line)
        at = datetime.fromisoformat(written["at"])
        step = Step(
            number, at, written["as"], written["act"], written.get("values", {}), written.get("expect")
        )
    except json.JSONDecodeError as error:
        raise Wrong(f"{where}: not JSON: {error}", REFUSED) from None
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f'{where}: needs "at", "as" and "act" ({error})', REFUSED) from None
    if at.tzinfo is None:
        raise Wrong(f"{where}: 'at' has no offset: write {written['at']}+01:00", REFUSED)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Wrong(f"{where}: 'at' lies outside the years {FIRST_YEAR}–{LAST_YEAR}", REFUSED)
    for name, kind, meant in (("as", str, "a text"), ("act", str, "a text"), ("values", dict, "an object")):
        if not isinstance(written.get(name, {}), kind):
            raise Wrong(f"{where}: {name!r} is not {meant}", REFUSED)
    if step.act not in REGISTER:
        raise Wrong(f"{where}: there is no act {step.act!r}: see docs/acts.md", REFUSED)
    unknown = set(written) - {"at", "as", "act", "values", "expect"}
    if unknown:
        raise Wrong(f"{where}: unknown field {sorted(unknown)[0]!r}", REFUSED)
    return step


def _show(step: Step, told: dict[str, Any], as_expected: bool) -> None:
    mark = "" if as_expected else "  ← NOT AS EXPECTED"
    print(f"{step.at:%Y-%m-%d %H:%M}  {step.by:14} {step.act}{mark}")
    if "refused" in told:
        print(f"{'':18}refused by {told['refused']}: {told['message']}")
    for followed in told.get("closed", ()):
        print(f"{'':18}✓ {followed['paragraph']} {followed['ask']} ({followed['state']})")
    for followed in told.get("opened", ()):
        due = f", due {followed['due']}" if followed["due"] else ""
        print(
            f"{'':18}→ {followed['paragraph']} {followed['ask']}: {followed['kind']} of the {followed['role']}{due}"
        )
    for mail in told.get("mailed", ()):
        print(f"{'':18}✉ {mail['paragraph']} to {', '.join(mail['to'])}")
