# SPDX-License-Identifier: EUPL-1.2
"""Plays a file of acts: each at its instant, by its account, with the days between turned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from troskel.acts import turning_the_day
from troskel.acts.chapters import REGISTER
from troskel.acts.core.outcome import Outcome
from troskel.cli.output import REFUSED, Wrong, municipality, say, system
from troskel.cli.play_files import Line, Question, Step, read_play
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind
from troskel.reading import worklist


def play_file(path: Path, *, as_json: bool = False) -> int:
    """Carry out the file; gives 1 where an act went otherwise than the file says. Raises Wrong for a bad file."""
    lines = list(read_play(path))
    otherwise: list[str] = []
    names: dict[str, Any] = {}
    for line in lines:
        with clock.standing_at(line.at):
            turning_the_day.catch_up(municipality())
            told, as_expected = (
                _asked(line) if isinstance(line, Question) else _carry_out(line, names, path.parent)
            )
        if not as_expected:
            otherwise.append(line.where)
        if as_json:
            print(json.dumps(told, ensure_ascii=False), flush=True)
        else:
            _show(line, told, as_expected)
    acts = sum(isinstance(line, Step) for line in lines)
    say(f"{acts} acts played, {len(otherwise)} lines otherwise than the file says")
    for where in otherwise:
        say(f"otherwise: {where}")
    return 1 if otherwise else 0


def _carry_out(step: Step, names: dict[str, Any], folder: Path) -> tuple[dict[str, Any], bool]:
    told: dict[str, Any] = {"at": step.at.isoformat(), "as": step.by, "act": step.act}
    try:
        outcome = REGISTER[step.act].perform(_actor(step), _filled(step.values, names, folder))
    except (Refusal, NotFound, BadValue) as refusal:
        rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
        told |= {"refused": rule, "message": refusal.message}
        return told, rule == step.expect
    names.update({key: value for key, value in outcome.answer.items() if isinstance(value, str)})
    for key, name in step.keep.items():
        if key not in outcome.answer:
            raise Wrong(
                f"{step.where}: the act answers {', '.join(outcome.answer)}: no {key!r} to keep", REFUSED
            )
        names[name] = outcome.answer[key]
    told |= _followed(outcome)
    refused = {item["rule"] for item in outcome.refused}
    return told, refused == ({step.expect} if step.expect else set())


def _followed(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(outcome)
    return {
        key: told[key] for key in ("lines", "answer", "opened", "closed", "mailed", "refused") if told[key]
    }


def _asked(question: Question) -> tuple[dict[str, Any], bool]:
    """What stands open, beside what the file says."""
    rows = [
        row
        for row in worklist.duties_on(system(), clock.today())
        if row["kind"] == "duty"
        and row["state"] in ("open", "late")
        and question.client in (None, row["client"])
    ]
    found = sorted(_name(row) for row in rows)
    late = sorted(_name(row) for row in rows if row["state"] == "late")
    told = {"at": question.at.isoformat(), "client": question.client, "open": found, "late": late}
    return told, found == question.are and question.late in (None, late)


def _name(row: dict[str, Any]) -> str:
    return f"{row['paragraph']}.{row['ask']}"


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
            f"{step.where}: there is no account {step.by!r}: register it first, or write 'demo'", REFUSED
        )
    return actor


def _show(line: Line, told: dict[str, Any], as_expected: bool) -> None:
    mark = "" if as_expected else "  ← NOT AS EXPECTED"
    if isinstance(line, Question):
        late = f" (late: {', '.join(told['late'])})" if told["late"] else ""
        whose = f"open for {line.client}" if line.client else "open"
        print(f"{line.at:%Y-%m-%d %H:%M}  {whose}: {', '.join(told['open']) or 'nothing'}{late}{mark}")
        if not as_expected:
            print(f"{'':18}the file says: {', '.join(line.are) or 'nothing'}{_said_late(line)}")
        return
    print(f"{line.at:%Y-%m-%d %H:%M}  {line.by:14} {line.act}{mark}")
    if "message" in told:
        print(f"{'':18}refused by {told['refused']}: {told['message']}")
    else:
        _show_what_followed(told)


def _said_late(question: Question) -> str:
    return "" if question.late is None else f" (late: {', '.join(question.late) or 'nothing'})"


def _show_what_followed(told: dict[str, Any]) -> None:
    for item in told.get("refused", ()):
        print(f"{'':18}item {item['item'] + 1} refused by {item['rule']}: {item['message']}")
    for followed in told.get("closed", ()):
        print(f"{'':18}✓ {followed['paragraph']} {followed['ask']} ({followed['state']})")
    for followed in told.get("opened", ()):
        due = f", due {followed['due']}" if followed["due"] else ""
        print(
            f"{'':18}→ {followed['paragraph']} {followed['ask']}: {followed['kind']} of the {followed['role']}{due}"
        )
    for mail in told.get("mailed", ()):
        print(f"{'':18}✉ {mail['paragraph']} to {', '.join(mail['to'])}")
