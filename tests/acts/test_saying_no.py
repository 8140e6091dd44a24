# SPDX-License-Identifier: EUPL-1.2
"""Every refusal can be read in Swedish: none is forgotten, none has other values, and none is left over."""

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

from troskel.access.rules import Outcome
from troskel.acts.chapters import REGISTER
from troskel.acts.core import constraint_messages, field_errors
from troskel.billing.rules import STEPS
from troskel.care.models import Service
from troskel.custody.models import ThingKind
from troskel.ground import refusal_texts
from troskel.ground.refusal_texts import Naming, said, table
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.orders.models import OrderKind, OrderState
from troskel.people.roles import OrganisationKind, Role
from troskel.routine.model import Words
from troskel.routine.owners import PROVIDER

SOURCE = Path(refusal_texts.__file__).parent.parent
TEMPLATE_AT = {"Refusal": 1, "BadValue": 1, "NotAllowed": 0, "BadIdentity": 0}
"""Where the template stands among the arguments of what is raised."""

PASSED_ON = {
    ("constraints.py", "SAID[name]"),
    ("constraints.py", "message"),
    ("misread.py", "INSTEAD[kind]"),
    ("organising.py", "str(error)"),
    ("registering.py", "str(error)"),
}
"""What is no literal at the place: the tables, which are read below, and what BadIdentity says, which is collected."""

SV, EN = Naming("sv"), Naming("en")


class Raised(NamedTuple):
    """A refusal in the source: its template, and the names of the values that come with it."""

    place: str
    template: str
    values: frozenset[str]


def calls(wanted: typing.Container[str]) -> Iterator[tuple[Path, ast.Call, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wanted:
                yield path, node, node.func.id


def raised() -> list[Raised]:
    """All refusals of the source, with those of the tables."""
    found = []
    for path, call, name in calls(TEMPLATE_AT):
        at = TEMPLATE_AT[name]
        given = call.args[at] if at < len(call.args) else call.args[0]
        if isinstance(given, ast.Starred):
            given = given.value
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            names = frozenset(one.arg or "**" for one in call.keywords)
            found.append(Raised(f"{path.name}:{call.lineno}", given.value, names))
        else:
            assert (path.name, ast.unparse(given)) in PASSED_ON, (
                f"{path.name}:{call.lineno}: write the template where it is raised"
            )
    tables = [message for _, message in constraint_messages.SAID.values()]
    tables += [*field_errors.INSTEAD.values(), KeyUsedOtherwise.message]
    return found + [Raised("a table", message, frozenset()) for message in tables]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_refusal_has_its_swedish() -> None:
    found = raised()
    assert len(found) > 200
    missing = {one.template: one.place for one in found if one.template not in table().said}
    assert missing == {}, "write it in acts/saying_no.toml"


def test_no_swedish_is_left_of_what_is_said_no_more() -> None:
    assert set(table().said) - {one.template for one in raised()} == set()


def test_values_are_the_same_in_both_languages_and_where_it_is_raised() -> None:
    for one in raised():
        assert one.values == places(one.template), one.place
    for template, text in table().said.items():
        for other in [text] if isinstance(text, str) else [text.sv, text.en]:
            assert places(other) == places(template), template


def test_every_value_can_be_put_in_words() -> None:
    unknown = {name for one in raised() for name in places(one.template) if not refusal_texts.is_known(name)}
    assert unknown == set(), "say in ground/refusal_texts.py what such a value is"
    left = (
        refusal_texts.AS_THEY_ARE
        | refusal_texts.PUT.keys()
        | refusal_texts.SAME_WORDS.keys()
        | table().words.keys()
    )
    assert left - {name for one in raised() for name in places(one.template)} == set()


def test_every_thing_that_is_not_there_has_a_word() -> None:
    literal = {
        call.args[0].value
        for _, call, _ in calls({"NotFound"})
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    computed = {*ThingKind.values, "duty", "notice", "decision", "allocation", "investigation"}
    assert table().not_found.kinds.keys() == literal | computed
    for kind in literal | computed:
        assert said(NotFound(str(kind), "client"), SV).startswith("Det finns ing")


CODES: dict[str, typing.Iterable[Any]] = {
    "door_kind": typing.get_args(typing.get_type_hints(REGISTER["add_door"].values)["kind"]),
    "form_state": STEPS,
    "kept": ThingKind.values,
    "order_kind": OrderKind.values,
    "order_state": OrderState.values,
    "organisation_kind": OrganisationKind,
    "outcome": Outcome,
    "reason": typing.get_args(typing.get_type_hints(REGISTER["release_file"].values)["reason"]),
    "role": {*Role, PROVIDER},
    "role_name": Role,
    "service": Service.values,
    "thing": ThingKind.values,
}


def patterns(kind: Any) -> Iterator[str]:
    """What the values of acts say of how they are written."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield from patterns(field.type)
    for inner in typing.get_args(kind):
        if isinstance(inner, msgspec.Meta) and inner.pattern:
            assert inner.description, f"{inner.pattern}: say in words how it is written"
            yield inner.description
        yield from patterns(inner)


def test_every_code_has_a_word() -> None:
    codes = CODES | {"pattern": {one for act in REGISTER.values() for one in patterns(act.values)}}
    assert table().words.keys() == codes.keys()
    for sort, known in codes.items():
        assert {str(code) for code in known} <= table().words[sort].keys(), sort


def sentences() -> Iterator[tuple[str, str]]:
    """Every Swedish sentence, and the template that it is of."""
    for template, text in table().said.items():
        yield template, text.sv if isinstance(text, Words) else text


def test_the_swedish_is_plain() -> None:
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
            "Det är bokat till 25 november 2026 13.30, och den tiden har inte kommit. Intyga det efteråt.",
            "This is booked for 25 November 2026 13.30, which has not come: attest it afterwards.",
        ),
        (
            BadValue("code", "is none of {codes}: write one of them", codes=["S", field_errors.EMPTY]),
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
def test_what_is_said_in_each_language(error: refusal_texts.Error, swedish: str, english: str) -> None:
    assert said(error, SV) == swedish
    assert said(error, EN) == english


def test_the_message_is_the_english_with_codes_and_days_as_they_are() -> None:
    error = BadValue("role", "{roles} on {day}", roles=[Role.CARER, "manager"], day=date(2026, 11, 25))
    assert error.message == "carer, manager on 2026-11-25"
    assert str(error) == "role: carer, manager on 2026-11-25"
    assert Refusal("D", "what stands in {braces} and has no values").message.endswith("no values")


def test_several_are_joined_as_in_speech() -> None:
    template = "{act} is done by {roles}, not by {role}: ask one of them"
    told = {
        count: said(Refusal("rule 7", template, act="x", roles=list(roles), role="carer"), SV)
        for count, roles in (
            (count, itertools.islice(("assessor", "manager", "locksmith"), count)) for count in (1, 2, 3)
        )
    }
    assert "av biståndshandläggaren, inte" in told[1]
    assert "av biståndshandläggaren eller chefen, inte" in told[2]
    assert "av biståndshandläggaren, chefen eller låssmeden, inte av omvårdnadspersonalen" in told[3]
