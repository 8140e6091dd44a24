# SPDX-License-Identifier: EUPL-1.2
"""Decision 39: a Struct crosses a boundary and is frozen, a NamedTuple is a small row, a dataclass is the exception."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2] / "src" / "troskel"

FOLDED = "the engine changes facts and state while it folds lines"
COLLECTED = "filled while a night's files are read and compared"
INVENTED = "what happens in a household of the prover, move by move"
CHANGING_STRUCTS = {
    "routine.duty.OpenDuty": FOLDED,
    "routine.duty.PlannedDuty": FOLDED,
    "routine.duty.ClientSnapshot": FOLDED,
    "routine.duty.HomeSnapshot": FOLDED,
    "routine.duty.Effects": FOLDED,
    "routine.replay.History": FOLDED,
    "routine.facts.DecisionFacts": FOLDED,
    "routine.facts.AllocationFacts": FOLDED,
    "routine.facts.ClientFacts": FOLDED,
    "routine.facts.OrderFacts": FOLDED,
    "routine.facts.KeyFacts": FOLDED,
    "routine.facts.DoorFacts": FOLDED,
    "routine.facts.HomeFacts": FOLDED,
    "prover.entities.WorldDecision": INVENTED,
    "prover.entities.WorldAllocation": INVENTED,
    "prover.entities.WorldClient": INVENTED,
    "prover.entities.WorldOrder": INVENTED,
    "prover.entities.WorldDoor": INVENTED,
    "prover.entities.World": INVENTED,
    "prover.state.State": INVENTED,
    "prover.proof.Proof": "counted up while households are explored",
    "prover.proof.Mutation": "counted up, mutant by mutant",
    "exchange.case_extract.rows.NightExtract": COLLECTED,
    "exchange.case_extract.plan.NightPlan": COLLECTED,
    "exchange.case_extract.periods.PeriodChanges": COLLECTED,
    "exchange.case_extract.known_records.KnownState": COLLECTED,
}
"""Structs that are not frozen, and why."""

DATACLASSES = {
    "journal.form.Verdict": "has defaults and methods; the file stands alone, without msgspec",
    "journal.operations.Entry": "has defaults; `append` turns it into a line",
    "outbox.operations.OutboxDraft": "has defaults; `enqueue` turns it into a row",
    "outbox.email_delivery.SmtpTransport": "has defaults and methods, and hides its password",
    "people.roles.Actor": "has defaults and methods; replaced for another role",
    "web.forms.fields.Field": "has defaults and methods; replaced as a value or an error becomes known",
    "web.lists.table.Listing": "has defaults; declares a list",
}
"""Frozen dataclasses, and why they are no Struct or NamedTuple."""

CHANGING_DATACLASSES = {
    "duties.conformance.Figures": "counted up, row by row",
    "simulator.town.Care": "the invented life goes on",
    "simulator.town.InventedPerson": "the invented life goes on",
    "cli.bench.Cost": "measured while what it measures runs",
}
"""Dataclasses that are not frozen, and why."""


class Declared(NamedTuple):
    """A class: `kind` is Struct, NamedTuple, dataclass or empty."""

    name: str
    kind: str
    frozen: bool


def declared(module: str, source: str) -> list[Declared]:
    """The classes of a module. A Struct's subclass in the same module is one too, and frozen as it is."""
    found: dict[str, Declared] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            found[node.name] = _declared(node, f"{module}.{node.name}", found)
    return [one for one in found.values() if one.kind]


def _declared(node: ast.ClassDef, name: str, before: dict[str, Declared]) -> Declared:
    bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    parents = [before[base] for base in bases if base in before]
    decorators = [one for one in node.decorator_list if "dataclass" in ast.unparse(one).split("(")[0]]
    if decorators:
        call = decorators[0]
        return Declared(name, "dataclass", isinstance(call, ast.Call) and _says_frozen(call.keywords))
    if "Struct" in bases or any(parent.kind == "Struct" for parent in parents):
        frozen = _says_frozen(node.keywords) or any(parent.frozen for parent in parents)
        return Declared(name, "Struct", frozen)
    return Declared(name, "NamedTuple" if "NamedTuple" in bases else "", frozen=True)


def _says_frozen(keywords: list[ast.keyword]) -> bool:
    return any(
        one.arg == "frozen" and isinstance(one.value, ast.Constant) and one.value.value for one in keywords
    )


@cache
def all_declared() -> tuple[Declared, ...]:
    return tuple(
        one
        for file in sorted(ROOT.rglob("*.py"))
        if "migrations" not in file.parts
        for one in declared(
            ".".join(file.relative_to(ROOT).with_suffix("").parts), file.read_text(encoding="utf-8")
        )
    )


@pytest.mark.parametrize(
    ("kind", "frozen", "listed"),
    [
        ("Struct", False, CHANGING_STRUCTS),
        ("dataclass", True, DATACLASSES),
        ("dataclass", False, CHANGING_DATACLASSES),
    ],
    ids=["structs that change", "dataclasses", "dataclasses that change"],
)
def test_each_exception_is_listed_with_its_reason(kind: str, frozen: bool, listed: dict[str, str]) -> None:
    found = {one.name for one in all_declared() if (one.kind, one.frozen) == (kind, frozen)}
    assert found - listed.keys() == set(), "freeze it, make it a NamedTuple, or list it with a reason"
    assert listed.keys() - found == set(), "listed, and no longer so"


def test_a_struct_that_changes_and_a_dataclass_are_found() -> None:
    source = (
        "class A(msgspec.Struct, frozen=True): ...\n"
        "class B(A): ...\n"
        "class C(msgspec.Struct): ...\n"
        "class D(NamedTuple): ...\n"
        "@dataclass(frozen=True)\nclass E: ...\n"
        "@dataclass\nclass F: ...\n"
        "class G: ...\n"
    )
    assert declared("m", source) == [
        ("m.A", "Struct", True),
        ("m.B", "Struct", True),
        ("m.C", "Struct", False),
        ("m.D", "NamedTuple", True),
        ("m.E", "dataclass", True),
        ("m.F", "dataclass", False),
    ]
    assert len(all_declared()) > 200
