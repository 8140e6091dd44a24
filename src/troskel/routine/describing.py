# SPDX-License-Identifier: EUPL-1.2
"""The routine and its vocabulary in words: what a person reads, made from what the program uses."""

from __future__ import annotations

from collections.abc import Mapping

from troskel.routine import vocabulary
from troskel.routine.model import Due, Step, Words


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
    base = _in(vocabulary.BASES[step.base], language)
    count = abs(step.days)
    if count == 0:
        if not step.working:
            return base
        return f"{base}, samma arbetsdag" if language == "sv" else f"{base}, the same working day"
    if language == "sv":
        unit = (
            ("arbetsdag" if count == 1 else "arbetsdagar")
            if step.working
            else ("dag" if count == 1 else "dagar")
        )
        return f"{count} {unit} {'före' if step.days < 0 else 'efter'} {base}"
    unit = ("working day" if step.working else "day") + ("" if count == 1 else "s")
    return f"{count} {unit} {'before' if step.days < 0 else 'after'} {base}"


def _in(words: Words, language: str) -> str:
    return words.sv if language == "sv" else words.en


def table(words: Mapping[str, Words]) -> str:
    """A Markdown table of names and what they mean."""
    rows = [f"| `{name}` | {meaning.sv} | {meaning.en} |" for name, meaning in words.items()]
    return "\n".join(["| name | på svenska | in English |", "|---|---|---|", *rows])


TABLES = {
    "kinds": vocabulary.KINDS,
    "roles": vocabulary.ROLES,
    "subjects": vocabulary.SUBJECTS,
    "owners": vocabulary.OWNERS,
    "bases": vocabulary.BASES,
    "derived": vocabulary.DERIVED,
    "conditions": vocabulary.CONDITIONS,
    "events": vocabulary.EVENTS,
}


def with_tables(text: str) -> str:
    """The text with each table between `<!-- name -->` and `<!-- /name -->` made anew."""
    for name, words in TABLES.items():
        begins, ends = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begins)
        _, _, after = rest.partition(ends)
        text = f"{before}{begins}\n{table(words)}\n{ends}{after}"
    return text
