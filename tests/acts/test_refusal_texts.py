# SPDX-License-Identifier: EUPL-1.2
"""Every refusal has a Swedish text with the same values, and no text is unused."""

from __future__ import annotations

import ast
import itertools
import re
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import msgspec
import pytest

from troskel.access.rules import LockOutcome
from troskel.acts.chapters import REGISTER
from troskel.acts.core import constraint_messages, field_errors
from troskel.acts.core.choices import DoorKind
from troskel.acts.erasure import HoldReason
from troskel.billing.rules import STEPS
from troskel.care.models import Service
from troskel.custody.models import ThingKind
from troskel.ground import refusal_texts
from troskel.ground.refusal_texts import Phrasing, refusal_text, table
from troskel.ground.refusals import EMPTY_CHOICE, BadValue, KeyReused, NotFound, Refusal
from troskel.orders.models import OrderKind, OrderState
from troskel.people.roles import OrganisationKind, Role
from troskel.routine.assignees import PROVIDER

SOURCE = Path(refusal_texts.__file__).parent.parent
TEMPLATE_ARGUMENT = {"Refusal": 1, "BadValue": 1, "NotAllowed": 0, "BadIdentity": 0}
"""The position of the template among the arguments of each exception."""

COMPUTED_TEMPLATES = {
    ("constraint_messages.py", "MESSAGES[name]"),
    ("constraint_messages.py", "message"),
    ("field_errors.py", "TYPE_MESSAGES[expected]"),
    ("organising.py", "str(error)"),
    ("registering.py", "str(error)"),
}
"""Templates that are not literals: those of the tables, read below, and of BadIdentity, which are collected."""

SV, EN = Phrasing("sv"), Phrasing("en")


class RaisedRefusal(NamedTuple):
    """A refusal raised in the source: its template, and the names of its values."""

    place: str
    template: str
    values: frozenset[str]


def calls(wanted: typing.Container[str]) -> Iterator[tuple[Path, ast.Call, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wanted:
                yield path, node, node.func.id


def raised_refusals() -> list[RaisedRefusal]:
    """All refusals of the source, and of the tables."""
    refusals = []
    for path, call, name in calls(TEMPLATE_ARGUMENT):
        position = TEMPLATE_ARGUMENT[name]
        template = call.args[position] if position < len(call.args) else call.args[0]
        if isinstance(template, ast.Starred):
            template = template.value
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            names = frozenset(refusal.arg or "**" for refusal in call.keywords)
            refusals.append(RaisedRefusal(f"{path.name}:{call.lineno}", template.value, names))
        else:
            assert (path.name, ast.unparse(template)) in COMPUTED_TEMPLATES, (
                f"{path.name}:{call.lineno}: write the template where it is raised"
            )
    tables = [message for _, message in constraint_messages.MESSAGES.values()]
    tables += [*field_errors.TYPE_MESSAGES.values(), KeyReused.message]
    return refusals + [RaisedRefusal("a table", message, frozenset()) for message in tables]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_refusal_has_swedish_text() -> None:
    refusals = raised_refusals()
    assert len(refusals) > 200
    missing = {
        refusal.template: refusal.place for refusal in refusals if refusal.template not in table().texts
    }
    assert missing == {}, "write it in acts/saying_no.toml"


def test_no_swedish_text_is_unused() -> None:
    assert set(table().texts) - {refusal.template for refusal in raised_refusals()} == set()


def test_values_match_in_both_languages_and_in_the_source() -> None:
    for refusal in raised_refusals():
        assert refusal.values == placeholders(refusal.template), refusal.place
    for template, text in table().texts.items():
        for other in [text] if isinstance(text, str) else [text.sv, text.en]:
            assert placeholders(other) == placeholders(template), template


def test_every_value_has_a_formatter() -> None:
    unknown = {
        name
        for refusal in raised_refusals()
        for name in placeholders(refusal.template)
        if not refusal_texts.has_formatter(name)
    }
    assert unknown == set(), "say in ground/refusal_texts.py what such a value is"
    names_known = (
        refusal_texts.VERBATIM
        | refusal_texts.FORMATTERS.keys()
        | refusal_texts.ALIASES.keys()
        | table().words.keys()
    )
    assert (
        names_known - {name for refusal in raised_refusals() for name in placeholders(refusal.template)}
        == set()
    )


def test_every_not_found_kind_has_a_word() -> None:
    literal = {
        call.args[0].value
        for _, call, _ in calls({"NotFound"})
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    computed = {*ThingKind.values, "duty", "notice", "decision", "allocation", "investigation"}
    assert table().not_found.kinds.keys() == literal | computed
    for kind in literal | computed:
        assert refusal_text(NotFound(str(kind), "client"), SV).startswith("Det finns ing")


CODES: dict[str, typing.Iterable[Any]] = {
    "door_kind": DoorKind,
    "form_state": STEPS,
    "kept": ThingKind.values,
    "order_kind": OrderKind.values,
    "order_state": OrderState.values,
    "organisation_kind": OrganisationKind,
    "outcome": LockOutcome,
    "reason": HoldReason,
    "role": {*Role, PROVIDER},
    "role_name": Role,
    "service": Service.values,
    "thing": ThingKind.values,
}


def patterns(kind: Any) -> Iterator[str]:
    """Yields the descriptions of the patterns of act values."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield from patterns(field.type)
    for inner in typing.get_args(kind):
        if isinstance(inner, msgspec.Meta) and inner.pattern:
            assert inner.description, f"{inner.pattern}: say in words how it is written"
            yield inner.description
        yield from patterns(inner)


def test_every_code_has_a_word() -> None:
    codes = CODES | {"pattern": {refusal for act in REGISTER.values() for refusal in patterns(act.values)}}
    assert table().words.keys() == codes.keys()
    for sort, values in codes.items():
        assert {str(code) for code in values} <= table().words[sort].keys(), sort


def sentences() -> Iterator[tuple[str, str]]:
    """Yields every template with its Swedish text."""
    for template, text in table().texts.items():
        yield template, text.sv if isinstance(text, refusal_texts.LocalizedText) else text


def test_the_swedish_text_is_plain() -> None:
    acts = re.compile(rf"\b(?:{'|'.join(name for name in REGISTER if '_' in name)})\b")
    for template, text in sentences():
        assert text[0].isupper() or text[0] in "{”", template
        assert text[-1] in ".}", f"{template}: a sentence has an end"
        assert not acts.search(text), f"{template}: an act is called by its title"
        for sentence in re.split(r"(?<=[.:]) ", text):
            assert len(sentence.split()) <= 20, f"{template}: a long sentence"


@pytest.mark.parametrize(
    ("error", "swedish", "english"),
    [
        (
            Refusal("L1", "order {order} is {order_state}: only an open order can be worked on",
                    order="W-2026-0001", order_state="cancelled"),
            "Beställning W-2026-0001 är avbeställd. Bara en öppen beställning går att arbeta med.",
            "Order W-2026-0001 is cancelled: only an open order can be worked on.",
        ),
        (
            Refusal("A7", "no decision on {service} goes on past {day}: there is nothing to end",
                    service="home_care", day=date(2026, 11, 25)),
            "Inget beslut om hemtjänst gäller efter 25 november 2026. Det finns inget att avsluta.",
            "No decision on home care goes on past 25 November 2026: there is nothing to end.",
        ),
        (
            Refusal("O2", "{month} has not ended: bill it from {day} on", month="2026-10", day=date(2026, 11, 1)),
            "Oktober 2026 är inte slut. Fakturera från och med 1 november 2026.",
            "October 2026 has not ended: bill it from 1 November 2026 on.",
        ),
        (
            Refusal("P4", "is booked for {starts}, which has not come: attest it afterwards",
                    starts="2026-11-25T12:30:00Z"),
            "Det är bokat till 25 november 2026 kl. 13.30, och den tiden har inte kommit. Intyga det efteråt.",
            "This is booked for 25 November 2026 at 13:30, which has not come: attest it afterwards.",
        ),
        (
            BadValue("code", "is none of {codes}: write one of them", codes=["S", EMPTY_CHOICE]),
            "Välj ett av de här svaren: S, (empty).",
            "This is none of S, (empty): write one of them.",
        ),
        (
            NotFound("order", "order"),
            "Det finns ingen beställning som du får se med den uppgiften. Kontrollera hur den är skriven.",
            "There is no order that you may see with this. Check how it is written.",
        ),
    ],
)  # fmt: skip
def test_texts_in_each_language(error: refusal_texts.Error, swedish: str, english: str) -> None:
    assert refusal_text(error, SV) == swedish
    assert refusal_text(error, EN) == english


def test_the_message_holds_raw_codes_and_days() -> None:
    error = BadValue("role", "{roles} on {day}", roles=[Role.CARER, "manager"], day=date(2026, 11, 25))
    assert error.message == "carer, manager on 2026-11-25"
    assert str(error) == "role: carer, manager on 2026-11-25"
    assert Refusal("D", "what stands in {braces} and has no values").message.endswith("no values")


def test_lists_are_joined_with_commas_and_or() -> None:
    template = "{act} is done by {roles}, not by {role}: ask one of them"
    texts = {
        count: refusal_text(Refusal("rule 7", template, act="x", roles=list(roles), role="carer"), SV)
        for count, roles in (
            (count, itertools.islice(("assessor", "manager", "locksmith"), count)) for count in (1, 2, 3)
        )
    }
    assert "av biståndshandläggaren, inte" in texts[1]
    assert "av biståndshandläggaren eller chefen, inte" in texts[2]
    assert "av biståndshandläggaren, chefen eller låssmeden, inte av omvårdnadspersonalen" in texts[3]
