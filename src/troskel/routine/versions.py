# SPDX-License-Identifier: EUPL-1.2
"""Which version of the routine is in force on which day."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from datetime import date

from troskel.routine.model import Routine
from troskel.routine.rules import Rules


class Routines:
    """The versions a municipality has approved, and from which day each is in force."""

    def __init__(self, by_hash: Mapping[str, Routine], in_force: Iterable[tuple[date, str]] = ()) -> None:
        self.by_hash = dict(by_hash)
        self.in_force: list[tuple[date, str]] = []
        self._rules: dict[str, Rules] = {}
        for begins, version in in_force:
            self.enter(begins, version)

    def enter(self, begins: date, version: str) -> None:
        """A version comes into force on a day. Of two on the same day the one entered later counts."""
        if version not in self.by_hash:
            raise LookupError(f"routine version {version} is not known")
        self.in_force = [entry for entry in self.in_force if entry[0] != begins]
        insort(self.in_force, (begins, version))

    def version_on(self, day: date) -> str | None:
        """The version in force on the day, or None before the first."""
        found = None
        for begins, version in self.in_force:
            if begins <= day:
                found = version
        return found

    def rules_on(self, day: date) -> Rules | None:
        """The rules in force on the day."""
        version = self.version_on(day)
        return self.rules_of(version) if version else None

    def rules_of(self, version: str) -> Rules:
        """The rules of one version. An open duty keeps those it opened under."""
        rules = self._rules.get(version)
        if rules is None:
            rules = self._rules[version] = Rules(self.by_hash[version])
        return rules

    def hear(self, event: str) -> bool:
        """Does any version ask, end or date a duty by this event?"""
        return any(event in self.rules_of(version).heard for version in self.by_hash)

    def next_change(self, day: date) -> date | None:
        """The next day another version comes into force."""
        return next((begins for begins, _ in self.in_force if begins > day), None)
