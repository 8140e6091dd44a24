# SPDX-License-Identifier: EUPL-1.2
"""The routine and its vocabulary as sentences in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

from troskel.routine import vocabulary
from troskel.routine.calendar import EVES
from troskel.routine.model import Ask, Due, Header, LocalizedText, Silence, Step
from troskel.routine.text_facts import FACTS

JOINED = {"and": LocalizedText("och", "and"), "or": LocalizedText("eller", "or")}
DUE_DAY = LocalizedText("den dag den senast ska vara klar", "its due day")
NOT = LocalizedText("det stämmer inte att ", "it is not so that ")


def due_in_words(due: Due, language: str = "sv") -> str:
    """A deadline as a sentence: "2 arbetsdagar efter dagen då avslutet blev känt"."""
    parts = [_step_in_words(step, language) for step in due.steps]
    if len(parts) == 1:
        return parts[0]
    joined = (" eller " if language == "sv" else " or ").join(parts)
    which = {("sv", False): "det som infaller först av ", ("sv", True): "det som infaller sist av "}
    which |= {("en", False): "the earliest of ", ("en", True): "the latest of "}
    return which[language, due.latest] + joined


def _step_in_words(step: Step, language: str) -> str:
    base = text_in(DUE_DAY if step.base == "due" else vocabulary.BASES[step.base], language)
    count = abs(step.days)
    if count == 0:
        if not step.working:
            return base
        return f"{base}, samma arbetsdag" if language == "sv" else f"{base}, the same working day"
    unit = _unit(count, step.working, language)
    if language == "sv":
        return f"{count} {unit} {'före' if step.days < 0 else 'efter'} {base}"
    return f"{count} {unit} {'before' if step.days < 0 else 'after'} {base}"


def ask_in_words(ask: Ask, language: str = "sv") -> dict[str, str]:
    """All fields of an ask, a sentence each, in reading order; empty fields are left out.

    Every field is included: two asks with equal sentences are equal.
    """

    def named(words: Mapping[str, LocalizedText], names: tuple[str, ...], joined: str = "or") -> str:
        return _joined([text_in(words[name], language) for name in names], joined, language)

    told = {
        "duty": text_in(ask.duty, language),
        "kind": text_in(vocabulary.KINDS[ask.kind], language),
        "of": named(vocabulary.ASSIGNEES, ask.of, "and"),
        "also_of": _also(ask, language),
        "due": due_in_words(ask.due, language) if ask.due else "",
        "opens": _step_in_words(ask.opens, language) if ask.opens else "",
        "fulfilled": text_in(ask.fulfilled, language),
        "per": text_in(vocabulary.SUBJECTS[ask.per], language),
        "on": _events(ask.on, language),
        "notice": _days(ask.notice_days, "days", language) if ask.notice_days is not None else "",
        "silence": _silence(ask.silence, language) if ask.silence else "",
        "when": _conditions(ask.when, "and", language),
        "done_by": _events(ask.done_by, language),
        "done_when": _conditions(ask.done_when, "and", language),
        "by_hand": _yes(ask.by_hand, language),
        "attest_from": _step_in_words(ask.attest_from, language) if ask.attest_from else "",
        "moot_on": _events(ask.moot_on, language),
        "moot_when": _conditions(ask.moot_when, "or", language),
        "escalate": _days(ask.escalate_after, "working", language) if ask.escalate_after is not None else "",
        "at_take_over": _yes(ask.at_take_over, language),
    }
    return {field: sentence for field, sentence in told.items() if sentence}


def _silence(silence: Silence, language: str) -> str:
    """After how long without a visit: "2 gånger så länge som vanligt mellan besöken, minst 2 dagar"."""
    sv = language == "sv"
    least = _days(silence.at_least_days, "days", language)
    told = [
        f"{silence.times} gånger så länge som vanligt mellan besöken, minst {least}"
        if sv
        else f"{silence.times} times as long as usual between visits, at least {least}"
    ]
    if silence.never_days is not None:
        never = _days(silence.never_days, "days", language)
        told.append(f"{never} när ingen har kommit än" if sv else f"{never} where nobody has come yet")
    if silence.unknown_days is not None:
        unknown = _days(silence.unknown_days, "days", language)
        told.append(
            f"{unknown} när det vanliga inte är känt" if sv else f"{unknown} where the usual is not known"
        )
    return "; ".join(told)


def header_in_words(header: Header, language: str = "sv") -> dict[str, str]:
    """The document control, field by field."""
    eves = [text_in(EVES[eve], language) for eve in header.free_eves]
    told = {
        "id": header.id,
        "title": text_in(header.title, language),
        "valid_from": header.valid_from.isoformat(),
        "changed": header.changed.isoformat(),
        "change_note": text_in(header.change_note, language),
        "approved_by": text_in(header.approved_by, language),
        "approved_on": header.approved_on.isoformat(),
        "responsible": _joined([text_in(who, language) for who in header.responsible], "and", language),
        "free_eves": _joined(eves, "and", language),
    }
    return {field: sentence for field, sentence in told.items() if sentence}


def _joined(told: list[str], how: str, language: str) -> str:
    *first, last = told or [""]
    return f"{', '.join(first)} {text_in(JOINED[how], language)} {last}" if first else last


def _events(names: tuple[str, ...], language: str) -> str:
    told = []
    for event in names:
        name, _, which = event.partition(":")
        meaning = text_in(vocabulary.ROUTINE_EVENTS[name], language)
        told.append(f"{meaning} ({which.replace('.', ' ', 1)})" if which else meaning)
    return _joined(told, "or", language)


def _conditions(names: tuple[str, ...], how: str, language: str) -> str:
    told = []
    for name in names:
        bare = name.removeprefix("not ")
        meaning = text_in(vocabulary.CONDITIONS[bare], language)
        told.append(meaning if bare == name else text_in(NOT, language) + meaning)
    return _joined(told, how, language)


def _also(ask: Ask, language: str) -> str:
    if ask.also_of is None:
        return ""
    after = " efter " if language == "sv" else " after "
    whom = text_in(vocabulary.ASSIGNEES[ask.also_of], language)
    return whom + after + _days(ask.also_after, "working", language)


def _days(count: int, kind: str, language: str) -> str:
    return f"{count} {_unit(count, kind == 'working', language)}"


def _yes(holds: bool, language: str) -> str:
    if not holds:
        return ""
    return "ja" if language == "sv" else "yes"


def _unit(count: int, working: bool, language: str) -> str:
    if language == "sv":
        if working:
            return "arbetsdag" if count == 1 else "arbetsdagar"
        return "dag" if count == 1 else "dagar"
    return ("working day" if working else "day") + ("" if count == 1 else "s")


def text_in(words: LocalizedText, language: str) -> str:
    """The text in Swedish or English."""
    return words.sv if language == "sv" else words.en


def table(words: Mapping[str, LocalizedText]) -> str:
    """A Markdown table of names and meanings."""
    rows = [f"| `{name}` | {meaning.sv} | {meaning.en} |" for name, meaning in words.items()]
    return "\n".join(["| name | på svenska | in English |", "|---|---|---|", *rows])


TABLES = {
    "kinds": vocabulary.KINDS,
    "roles": vocabulary.ROLES,
    "subjects": vocabulary.SUBJECTS,
    "owners": vocabulary.ASSIGNEES,
    "bases": vocabulary.BASES,
    "derived": vocabulary.DERIVED,
    "conditions": vocabulary.CONDITIONS,
    "events": vocabulary.EVENTS,
    "facts": {name: fact.words for name, fact in FACTS.items() if name not in vocabulary.BASES},
}


def with_tables(text: str) -> str:
    """The text with each table between `<!-- name -->` and `<!-- /name -->` generated again."""
    for name, words in TABLES.items():
        begins, ends = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begins)
        _, _, after = rest.partition(ends)
        text = f"{before}{begins}\n{table(words)}\n{ends}{after}"
    return text
