# SPDX-License-Identifier: EUPL-1.2
"""Runs a play file: each act at its instant and by its account, turning the days between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from troskel.acts import turning_the_day
from troskel.acts.chapters import REGISTER
from troskel.cli.output import EXIT_REFUSED, CommandError, municipality, print_status, system_actor
from troskel.cli.play_files import PlayCheck, PlayLine, PlayStep, read_play
from troskel.ground import clock
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind
from troskel.runner.outcome import ActOutcome


def play_file(path: Path, *, as_json: bool = False) -> int:
    """Runs the file. Returns 1 when a line's result was not as expected. Raises CommandError for an invalid file."""
    lines = list(read_play(path))
    unexpected: list[str] = []
    names: dict[str, Any] = {}
    for line in lines:
        with clock.frozen_at(line.at):
            turning_the_day.catch_up(municipality(), however_long=True)
            result, is_expected = (
                _carry_out(line, names, path.parent) if isinstance(line, PlayStep) else _check(line)
            )
        if not is_expected:
            unexpected.append(line.where)
        if as_json:
            print(json.dumps(result, ensure_ascii=False), flush=True)
        else:
            _print_line(line, result, is_expected)
    acts = sum(isinstance(line, PlayStep) for line in lines)
    print_status(f"{acts} acts played, {len(unexpected)} lines otherwise than the file says")
    for where in unexpected:
        print_status(f"otherwise: {where}")
    return 1 if unexpected else 0


def _carry_out(step: PlayStep, names: dict[str, Any], folder: Path) -> tuple[dict[str, Any], bool]:
    result: dict[str, Any] = {"at": step.at.isoformat(), "as": step.account, "act": step.act}
    try:
        values = _resolve(step.values, names, folder)
        outcome = REGISTER[step.act].perform(
            _actor(step),
            values,
            preview=step.preview is not None,
            occurred=step.occurred,
            late_reason=step.late_reason,
        )
    except (Refusal, NotFound, BadValue) as refusal:
        rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
        result |= {"refused": rule, "code": refusal.code, "message": english(refusal)}
        if refusal.confirmable:
            result["confirm"] = refusal.code
        return result, step.expect in (rule, refusal.code)
    if step.preview is not None:
        found = step.preview.found_in(outcome)
        unmet = step.preview.unmet(found)
        return result | _consequences(outcome) | _otherwise(unmet, found), not unmet and not step.expect
    names.update({key: value for key, value in outcome.answer.items() if isinstance(value, str)})
    for key, name in step.keep.items():
        if key not in outcome.answer:
            raise CommandError(
                f"{step.where}: the act answers {', '.join(outcome.answer)}: no {key!r} to keep", EXIT_REFUSED
            )
        names[name] = outcome.answer[key]
    result |= _consequences(outcome)
    if not step.expect:
        return result, not outcome.refused
    refused_by = [{item["rule"] for item in outcome.refused}, {item["code"] for item in outcome.refused}]
    return result, {step.expect} in refused_by


def _consequences(outcome: ActOutcome) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(outcome)
    return {
        key: fields[key]
        for key in ("lines", "answer", "opened", "closed", "mailed", "refused")
        if fields[key]
    }


def _check(line: PlayCheck) -> tuple[dict[str, Any], bool]:
    """Compares what is found with what the file states. Both are kept where they differ."""
    found = line.check.found()
    unmet = line.check.unmet(found)
    result = {"at": line.at.isoformat(), "client": getattr(line.check, "client", None)}
    if line.word == "open":
        result |= {"open": found["are"], "late": found["late"]}
    else:
        result |= {line.word: msgspec.to_builtins({name: found[name] for name in line.check.stated()})}
    return result | _otherwise(unmet, found), not unmet


def _otherwise(unmet: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What the file states and is otherwise, with what was found: the same words in both."""
    if not unmet:
        return {}
    return {
        "stated": msgspec.to_builtins(unmet),
        "found": msgspec.to_builtins({name: found[name] for name in unmet}),
    }


def _resolve(values: Any, names: dict[str, Any], folder: Path) -> Any:
    """Replaces `{"$": "order"}` by the last answer of that name, and `{"$file": "x.toml"}` by a file's text."""
    if isinstance(values, dict):
        if set(values) == {"$file"}:
            return _read_text(folder / str(values["$file"]))
        if set(values) == {"$"}:
            if not isinstance(values["$"], str) or values["$"] not in names:
                raise BadValue(
                    str(values["$"]),
                    "play.name_unknown",
                    _("Ingen tidigare handling i filen har svarat med det namnet."),
                )
            return names[values["$"]]
        return {key: _resolve(value, names, folder) for key, value in values.items()}
    if isinstance(values, list):
        return [_resolve(value, names, folder) for value in values]
    return values


def _read_text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} can't be read: {error}", EXIT_REFUSED) from None


def _actor(step: PlayStep) -> Actor:
    if step.account in {kind.value for kind in ActorKind} - {ActorKind.ACCOUNT.value}:
        return system_actor(ActorKind(step.account))
    actor = people.actor_of_username(f"{municipality()}/{step.account}")
    if actor is None and step.expect:
        raise NotFound("account", "as")  # the account is closed
    if actor is None:
        raise CommandError(
            f"{step.where}: there is no account {step.account!r}: register it first, or write 'demo'",
            EXIT_REFUSED,
        )
    return actor


def _print_line(line: PlayLine, result: dict[str, Any], is_expected: bool) -> None:
    mark = "" if is_expected else "  ← NOT AS EXPECTED"
    if isinstance(line, PlayCheck):
        print(f"{line.at:%Y-%m-%d %H:%M}  {_shown(line, result)}{mark}")
    else:
        tried = ", tried" if line.preview else ""
        print(f"{line.at:%Y-%m-%d %H:%M}  {line.account:14} {line.act}{tried}{mark}")
        if "message" in result:
            print(f"{'':18}refused by {result['refused']}: {result['message']}")
        else:
            _print_consequences(result)
    for name, stated in result.get("stated", {}).items():
        print(f"{'':18}the file says: {name} {_text(stated)}")
        print(f"{'':18}found:         {name} {_text(result['found'][name])}")


def _shown(line: PlayCheck, result: dict[str, Any]) -> str:
    """One line of what was found."""
    whose = f" for {result['client']}" if result["client"] else ""
    if line.word == "open":
        late = f" (late: {', '.join(result['late'])})" if result["late"] else ""
        return f"open{whose}: {_text(result['open'])}{late}"
    found = result[line.word]
    return f"{line.word}{whose}: {'; '.join(f'{name} {_text(value)}' for name, value in found.items())}"


def _text(value: Any) -> str:
    """A found or stated value: lists by commas, the rest as JSON."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "nothing"
    return json.dumps(value, ensure_ascii=False)


def _print_consequences(result: dict[str, Any]) -> None:
    for item in result.get("refused", ()):
        print(f"{'':18}item {item['item'] + 1} refused by {item['rule']}: {item['message']}")
    for duty in result.get("closed", ()):
        print(f"{'':18}✓ {duty['paragraph']} {duty['ask']} ({duty['state']})")
    for duty in result.get("opened", ()):
        due = f", due {duty['due']}" if duty["due"] else ""
        print(f"{'':18}→ {duty['paragraph']} {duty['ask']}: {duty['kind']} of the {duty['role']}{due}")
    for mail in result.get("mailed", ()):
        print(f"{'':18}✉ {mail['paragraph']} to {', '.join(mail['to'])}")
