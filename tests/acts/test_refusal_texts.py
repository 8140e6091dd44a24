# SPDX-License-Identifier: EUPL-1.2
"""Every refusal has one code and a text in each language with the same values; docs/refusals.md lists them."""

from __future__ import annotations

import itertools
import re
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from troskel.access.rules import LockOutcome
from troskel.acts.chapters import REGISTER
from troskel.acts.erasure import HoldReason
from troskel.billing.rules import STEPS
from troskel.care.models import Service
from troskel.cli import refusals_page
from troskel.cli.refusals_page import code_uses, placeholders
from troskel.custody.models import ThingKind
from troskel.ground import refusal_texts
from troskel.ground.refusal_texts import Phrasing, english, refusal_text, translated
from troskel.ground.refusals import (
    EMPTY_CHOICE,
    NOT_FOUND_KINDS,
    BadValue,
    CodedError,
    NotFound,
    Refusal,
)
from troskel.ground.value_words import WORDS
from troskel.orders.models import OrderKind, OrderState
from troskel.people.roles import OrganisationKind, Role
from troskel.routine.assignees import PROVIDER
from troskel.runner.choices import DoorKind

CHECKOUT = Path(__file__).parents[2]
SV, EN = Phrasing("sv"), Phrasing("en")
USES = code_uses()


def test_the_list_of_refusals_is_fresh() -> None:
    committed = (CHECKOUT / "docs" / "refusals.md").read_text(encoding="utf-8")
    assert committed == refusals_page.page(), (
        "docs/refusals.md is stale: run './dev words' and './dev troskel refusals --write'"
    )


def test_each_code_has_one_text_and_each_text_one_code() -> None:
    assert len(USES) > 200
    texts = {(use.code, use.text) for use in USES if use.error != "NotFound"}
    by_code = [code for code, _text in texts]
    assert len(by_code) == len(set(by_code)), "a code means one thing, and so is said in one way"
    by_text = [text for _code, text in texts]
    assert len(by_text) == len(set(by_text)), "what is said in one way has one code"


def test_a_code_tells_what_it_is_about_and_what_is_wrong() -> None:
    for use in USES:
        assert re.fullmatch(r"[a-z][a-z_]*\.[a-z][a-z_]*", use.code), use


def test_a_code_or_text_that_is_computed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals_page, "SOURCE", tmp_path)
    for call in ('Refusal("P1", code, _("x"))', 'Refusal("P1", "a.b", "x")', 'BadValue("f", "a.b", _(text))'):
        (tmp_path / "rules.py").write_text(f"raise {call}\n")
        with pytest.raises(refusals_page.NotLiteral, match=r"rules\.py:1"):
            code_uses()
    (tmp_path / "rules.py").write_text('raise Refusal("P1", "a.b", _("x {day}"), day=1)\n')
    assert (
        refusals_page.CodeUse("a.b", "Refusal", "P1", "x {day}", frozenset({"day"}), "rules.py")
        in code_uses()
    )


def test_every_text_and_word_has_english() -> None:
    words = [word for codes in WORDS.values() for word in codes.values()]
    for text in [*(use.text for use in USES), *NOT_FOUND_KINDS.values(), *words]:
        in_english = translated(text, "en")
        assert in_english != text or text in ("system",), f"{text}: run './dev words' and write its English"
        assert placeholders(in_english) == placeholders(text), text


def test_values_match_in_the_source_and_the_text() -> None:
    for use in USES:
        assert use.values == placeholders(use.text), use


def test_every_value_has_a_formatter() -> None:
    names = {name for use in USES for name in use.values}
    unknown = {name for name in names if not refusal_texts.has_formatter(name)}
    assert unknown == set(), "say in ground/refusal_texts.py what such a value is"
    names_known = (
        refusal_texts.VERBATIM | refusal_texts.FORMATTERS.keys() | refusal_texts.ALIASES.keys() | WORDS.keys()
    )
    assert names_known - names == set()


def test_every_not_found_kind_has_a_word() -> None:
    raised = {use.code for use in USES if use.error == "NotFound" and use.place != "runner/lookup.py"}
    computed = {*ThingKind.values, "duty", "notice", "decision", "allocation", "investigation", "order"}
    assert {f"{kind}.not_found" for kind in NOT_FOUND_KINDS} == {
        *raised,
        *(f"{kind}.not_found" for kind in computed),
    }
    for kind in NOT_FOUND_KINDS:
        assert refusal_text(NotFound(kind, "client"), SV).startswith("Det finns ing")


CODES: dict[str, typing.Iterable[Any]] = {
    "door_kind": DoorKind,
    "form_state": STEPS,
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


def test_every_value_of_a_kind_has_a_word() -> None:
    codes = CODES | {"pattern": {pattern for act in REGISTER.values() for pattern in patterns(act.values)}}
    assert WORDS.keys() == codes.keys()
    for sort, values in codes.items():
        assert {str(code) for code in values} <= WORDS[sort].keys(), sort


def test_the_swedish_text_is_plain() -> None:
    acts = re.compile(rf"\b(?:{'|'.join(name for name in REGISTER if '_' in name)})\b")
    for use in USES:
        assert use.text[0].isupper() or use.text[0] in "{”", use
        assert use.text[-1] in ".}", f"{use}: a sentence has an end"
        assert not acts.search(use.text), f"{use}: an act is called by its title"
        for sentence in re.split(r"(?<=[.:]) ", use.text):
            assert len(sentence.split()) <= 20, f"{use}: a long sentence"


def an_error(code: str, /, rule: str = "", field: str = "", **values: object) -> CodedError:
    """An error as the source raises it: its text is found by its code."""
    (text,) = {use.text for use in USES if use.code == code}
    return BadValue(field, code, text, **values) if field else Refusal(rule, code, text, **values)


@pytest.mark.parametrize(
    ("error", "swedish", "english_text"),
    [
        (
            an_error("order.not_open", "L1", order="W-2026-0001", order_state="cancelled"),
            "Beställning W-2026-0001 är avbeställd. Bara en öppen beställning går att arbeta med.",
            "Order W-2026-0001 is cancelled: only an open order can be worked on.",
        ),
        (
            an_error("decision.nothing_to_end", "A7", service="home_care", day=date(2026, 11, 25)),
            "Inget beslut om hemtjänst gäller efter 25 november 2026. Det finns inget att avsluta.",
            "No decision on home care goes on past 25 November 2026: there is nothing to end.",
        ),
        (
            an_error("month.not_ended", "O2", month="2026-10", day=date(2026, 11, 1)),
            "Oktober 2026 är inte slut. Fakturera från och med 1 november 2026.",
            "October 2026 has not ended: bill it from 1 November 2026 on.",
        ),
        (
            an_error("duty.booked_later", "P4", starts="2026-11-25T12:30:00Z"),
            "Det är bokat till 25 november 2026 kl. 13.30, och den tiden har inte kommit. Intyga det efteråt.",
            "This is booked for 25 November 2026 at 13:30, which has not come: attest it afterwards.",
        ),
        (
            an_error("value.not_a_choice", field="code", codes=["S", EMPTY_CHOICE]),
            "Välj ett av de här svaren: S, (empty).",
            "This is none of S, (empty): write one of them.",
        ),
        (
            an_error(
                "role.not_allowed", "rule 7", act="order_removal", roles=["assessor", "manager"], role="carer"
            ),
            (
                "”order_removal” är till för biståndshandläggaren eller chefen, inte för omvårdnadspersonalen. "
                "Be någon av dem."
            ),
            "“order_removal” is for the assessor or the manager, not for the carer. Ask one of them.",
        ),
        (
            an_error("owner.has_not_consented", "P1", door_kind="entrance"),
            (
                "Ägaren har inte gått med på ett låsvred vid porten. "
                "Be systemförvaltaren skriva in medgivandet när det finns."
            ),
            (
                "The owner has not consented to a lock turner at the entrance. "
                "Let the system administrator record it when there is a consent."
            ),
        ),
        (
            NotFound("order", "order"),
            "Det finns ingen beställning som du får se med den uppgiften. Kontrollera hur den är skriven.",
            "There is no order that you may see with this. Check how it is written.",
        ),
    ],
)
def test_texts_in_each_language(error: CodedError, swedish: str, english_text: str) -> None:
    assert refusal_text(error, SV) == swedish
    assert refusal_text(error, EN) == english(error) == english_text


def test_an_error_as_text_is_its_code_and_no_value() -> None:
    """So a log or a traceback holds no name or number."""
    assert str(Refusal("P1", "order.already_open", "…", order="W-2026-0001")) == "P1: order.already_open"
    assert (
        str(BadValue("identity", "identity.malformed", "…", told="19300101"))
        == "identity: identity.malformed"
    )
    assert str(NotFound("basis_form", "form")) == "form: basis_form.not_found"


def test_lists_are_joined_with_commas_and_or() -> None:
    texts = {
        count: refusal_text(
            an_error("role.not_allowed", "rule 7", act="x", roles=list(roles), role="carer"), SV
        )
        for count, roles in (
            (count, itertools.islice(("assessor", "manager", "locksmith"), count)) for count in (1, 2, 3)
        )
    }
    assert "för biståndshandläggaren, inte" in texts[1]
    assert "för biståndshandläggaren eller chefen, inte" in texts[2]
    assert "för biståndshandläggaren, chefen eller låssmeden, inte för omvårdnadspersonalen" in texts[3]
