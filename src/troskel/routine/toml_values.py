# SPDX-License-Identifier: EUPL-1.2
"""Reads texts, days and names of a TOML document, and collects problems with file, line, field and reason."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from troskel.routine.model import LocalizedText
from troskel.routine.toml_bounds import beyond_bounds
from troskel.routine.toml_positions import TomlPositions

Table = dict[str, Any]
Where = tuple[str | int, ...]


class InvalidDocument(ValueError):
    """The file cannot be used; `problems` has a line for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(content: bytes, file: str) -> tuple[str, Table]:
    """The file's text and TOML table. Raises InvalidDocument, soon also where the file was made to take long."""
    try:
        text = content.decode()
        if reason := beyond_bounds(text):
            raise InvalidDocument([f"{file}: {reason}"])
        return text, tomllib.loads(text)
    except InvalidDocument:
        raise
    except UnicodeDecodeError as error:
        raise InvalidDocument([f"{file}:1: not UTF-8: {error.reason}"]) from error
    except (ValueError, RecursionError) as error:
        raise InvalidDocument([f"{file}: not TOML: {error}"]) from error


class Values:
    """Reads the values of one file. Each method reads a key of a table and notes a problem if it is wrong."""

    def __init__(self, file: str, places: TomlPositions) -> None:
        self.file, self.places = file, places
        self.problems: list[tuple[int, str]] = []

    def problem(self, at: Where, key: str, reason: str, word: str | None = None) -> None:
        line = self.places.line_of((*at, key), word)
        where = " ".join(str(part) for part in (*self.places.title(at), key) if part)
        self.problems.append((line, f"{self.file}:{line}: {where}: {reason}"))

    def keys(self, table: Table, at: Where, known: set[str], said_of: str | None = None) -> None:
        for key in table:
            if key not in known:
                place = said_of or key
                self.problem(at, place, f'unknown key "{key}"', key if said_of else None)

    def table(self, table: Table, at: Where, key: str) -> Table:
        value = table.get(key)
        if not isinstance(value, dict):
            self.problem(at, key, "is missing" if value is None else "must be a table")
            return {}
        return value

    def tables(self, table: Table, at: Where, key: str) -> list[Table]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.problem(at, key, "must be a list of tables")
            return []
        return value

    def text(self, table: Table, at: Where, key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            self.problem(at, key, "is missing" if value is None else "must be a text")
            return ""
        return value.strip()

    def words(self, table: Table, at: Where, key: str) -> LocalizedText:
        value = table.get(key)
        if not isinstance(value, dict):
            self.problem(at, key, "is missing" if value is None else "must be { sv, en }")
            return LocalizedText("", "")
        self.keys(value, at, {"sv", "en"}, said_of=key)
        for language in ("sv", "en"):
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.problem(at, key, f"text in {language} is missing")
        return LocalizedText(str(value.get("sv", "")).strip(), str(value.get("en", "")).strip())

    def day(self, table: Table, at: Where, key: str) -> date:
        value = table.get(key)
        if type(value) is not date:
            self.problem(
                at, key, "is missing" if value is None else f"is not a day: {value!r} (write 2016-11-29)"
            )
            return date.min
        return value

    def name(
        self, table: Table, at: Where, key: str, known: Any, what: str, said_of: str | None = None
    ) -> str:
        value = table.get(key)
        if value is None:
            self.problem(at, said_of or key, "is missing" if said_of is None else f"{key} is missing")
        elif not isinstance(value, str) or value not in known:
            self.problem(at, said_of or key, f'unknown {what} "{value}"', str(value))
        return str(value or "")

    def names(
        self, table: Table, at: Where, key: str, known: Any, what: str, required: bool = False
    ) -> tuple[str, ...]:
        value = table.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list):
            self.problem(at, key, "must be a list of names")
            return ()
        if required and not listed:
            self.problem(at, key, "is missing")
        for name in listed:
            if not isinstance(name, str) or name not in known:
                self.problem(at, key, f'unknown {what} "{name}"', str(name))
        return tuple(str(name) for name in listed)

    def unique(self, ids: list[str], *at_and_key: str | int) -> None:
        *at, key = at_and_key
        for index, each in enumerate(ids):
            if each and each in ids[:index]:
                self.problem((*at, index), str(key), f'"{each}" is used twice')
