# SPDX-License-Identifier: EUPL-1.2
"""Parses a retention plan. All problems are reported together: file, line, field and reason."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

from troskel.routine.model import LocalizedText
from troskel.routine.retention import (
    DEEDS,
    EVENTS,
    KINDS,
    OF_A_FILE,
    Basis,
    Exemption,
    Kind,
    Plan,
    PlanHeader,
)
from troskel.routine.toml_positions import TomlPositions
from troskel.routine.toml_values import InvalidDocument, Table, Values, Where, parse

HEADER_KEYS = {"id", "title", "valid_from", "approved_by", "approved_on", "change_note"}
BASIS_KEYS = {"id", "sfs", "text", "valid_from", "valid_through", "keep", "lawyer"}
KIND_KEYS = {"id", "what", "basis", "from", "do", "exemptions"}
MOST = {"years": 200, "days": 3660}
ONE_DAY = timedelta(days=1)


class InvalidPlan(InvalidDocument):
    """The retention plan cannot be used."""


def read_plan(path: Path) -> Plan:
    """Read a retention plan, or refuse it with every reason."""
    return parse_plan(path.read_bytes(), path.name)


def parse_plan(content: bytes, file: str) -> Plan:
    """Read the bytes of a plan; `file` is what to call it. Its version is the sha256 of the bytes."""
    try:
        text, table = parse(content, file)
    except InvalidDocument as refused:
        raise InvalidPlan(refused.problems) from refused
    reader = _PlanReader(file, TomlPositions(text))
    plan = reader.plan(table, hashlib.sha256(content).hexdigest())
    if reader.problems:
        raise InvalidPlan([text for _, text in sorted(reader.problems)])
    return plan


class _PlanReader(Values):
    def plan(self, table: Table, version: str) -> Plan:
        self.keys(table, (), {"header", "basis", "exemption", "kind"})
        header = self.header(self.table(table, (), "header"))
        bases = tuple(self.basis(t, ("basis", i)) for i, t in enumerate(self.tables(table, (), "basis")))
        exemptions = tuple(
            self.exemption(t, ("exemption", i)) for i, t in enumerate(self.tables(table, (), "exemption"))
        )
        self.unique([one.id for one in exemptions], "exemption", "id")
        known = {one.id for one in bases}, {one.id for one in exemptions}
        kinds = tuple(self.kind(t, ("kind", i), *known) for i, t in enumerate(self.tables(table, (), "kind")))
        self.unique([kind.id for kind in kinds], "kind", "id")
        if not kinds:
            self.problem((), "kind", "is missing: name at least one kind of data")
        self.without_gaps(bases, header.valid_from)
        return Plan(version, self.file.removesuffix(".toml"), header, bases, exemptions, kinds)

    def header(self, table: Table) -> PlanHeader:
        at: Where = ("header",)
        self.keys(table, at, HEADER_KEYS)
        return PlanHeader(
            self.text(table, at, "id"),
            self.words(table, at, "title"),
            self.day(table, at, "valid_from"),
            self.words(table, at, "approved_by"),
            self.day(table, at, "approved_on"),
            self.words(table, at, "change_note"),
        )

    def basis(self, table: Table, at: Where) -> Basis:
        self.keys(table, at, BASIS_KEYS)
        begins = self.day(table, at, "valid_from")
        through = self.day(table, at, "valid_through") if "valid_through" in table else None
        if through is not None and date.min < through < begins:
            self.problem(at, "valid_through", "is before valid_from")
        unit, count = self.keep(table, at)
        return Basis(
            id=self.text(table, at, "id"),
            sfs=self.sfs(table, at),
            text=self.words(table, at, "text"),
            valid_from=begins,
            valid_through=through,
            years=count if unit == "years" else 0,
            days=count if unit == "days" else 0,
            lawyer=self.lawyer(table, at),
        )

    def sfs(self, table: Table, at: Where) -> str:
        number = self.text(table, at, "sfs")
        year, _, running = number.partition(":")
        if number and not (len(year) == 4 and year.isdecimal() and running.isdecimal()):
            self.problem(at, "sfs", f'is no number in the statute book: "{number}" (write 2025:400)')
        return number

    def keep(self, table: Table, at: Where) -> tuple[str, int]:
        keep = self.table(table, at, "keep")
        if not keep:
            return "years", 1
        ((unit, count), *more) = keep.items()
        if more or unit not in MOST:
            self.problem(at, "keep", "must be { years } or { days }")
        elif type(count) is not int or not 1 <= count <= MOST[unit]:
            self.problem(at, "keep", f"{unit} must be a whole number, 1 to {MOST[unit]}")
        else:
            return unit, count
        return "years", 1

    def lawyer(self, table: Table, at: Where) -> LocalizedText | None:
        return self.words(table, at, "lawyer") if "lawyer" in table else None

    def exemption(self, table: Table, at: Where) -> Exemption:
        self.keys(table, at, {"id", "born_on_days", "text", "lawyer"})
        days = table.get("born_on_days")
        if not isinstance(days, list) or not days or not all(type(d) is int and 1 <= d <= 31 for d in days):
            self.problem(at, "born_on_days", "must be a list of days of a month, 1 to 31")
            days = []
        identifier, text = self.text(table, at, "id"), self.words(table, at, "text")
        return Exemption(identifier, tuple(days), text, self.lawyer(table, at))

    def kind(self, table: Table, at: Where, bases: set[str], exemptions: set[str]) -> Kind:
        self.keys(table, at, KIND_KEYS)
        identifier = self.name(table, at, "id", KINDS, "kind of data")
        known = KINDS.get(identifier)
        counted_from = self.name(table, at, "from", EVENTS, "event")
        done = self.name(table, at, "do", DEEDS, "deed")
        if known and counted_from in EVENTS and counted_from != known.counted_from:
            self.problem(at, "from", f'must be "{known.counted_from}": {identifier} counts from nothing else')
        if known and done in DEEDS and done != known.done:
            self.problem(at, "do", f'must be "{known.done}": the program does nothing else with {identifier}')
        exempt = self.names(table, at, "exemptions", exemptions, "exemption")
        if exempt and known and known.counted_from != OF_A_FILE:
            self.problem(
                at, "exemptions", "are for what counts from the last entry: only that is a person's file"
            )
        basis = self.name(table, at, "basis", bases, "basis")
        what = self.words(table, at, "what")
        return Kind(
            id=identifier,
            what=what,
            basis=basis,
            counted_from=counted_from,
            done=done,
            exemptions=exempt,
        )

    def without_gaps(self, bases: tuple[Basis, ...], begins: date) -> None:
        """The periods of a basis follow each other in the file, from the plan's first day until further notice."""
        last: dict[str, tuple[int, Basis]] = {}
        for index, basis in enumerate(bases):
            before = last.get(basis.id)
            if before is None and basis.valid_from > begins:
                self.problem(("basis", index), "valid_from", f"leaves a gap: the plan is valid from {begins}")
            if before is not None:
                self.follows(index, before[1], basis)
            last[basis.id] = index, basis
        for index, basis in last.values():
            if basis.valid_through is not None:
                what = f"leaves a gap: nothing follows {basis.sfs} after {basis.valid_through}"
                self.problem(("basis", index), "valid_through", what)

    def follows(self, index: int, before: Basis, basis: Basis) -> None:
        if before.valid_through is None or before.valid_through >= basis.valid_from:
            what = f"overlaps {before.sfs}, which is valid through {before.valid_through or 'further notice'}"
            self.problem(("basis", index), "valid_from", what)
        elif before.valid_through + ONE_DAY < basis.valid_from:
            what = f"leaves a gap: {before.sfs} is valid through {before.valid_through}"
            self.problem(("basis", index), "valid_from", what)
