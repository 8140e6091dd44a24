# SPDX-License-Identifier: EUPL-1.2
"""One spelling of numbers, names and e-mail addresses: a code that is scanned is the number that was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troskel.ground.spelling import BadSpelling, email, name, thing_number


@pytest.mark.parametrize(
    "text",
    [
        *("SN-101", " sn-101 ", "Sn-1 01", "SN-101\u200b", "\ufeffSN-101", "\x1dSN-101\x1d", "SN-101\r\n"),
        *("]d2SN-101", "https://las.example/s/sn-101", "HTTPS://LAS.EXAMPLE/SN-101/", "https://las.example/?sn=SN-101"),
        *("https://las.example/a/SN-101?from=qr", "https://las.example/#SN-101", "ＳＮ-１０１", "SN\u00a0-101"),
    ],
)  # fmt: skip
def test_number_is_the_same_however_it_is_read(text: str) -> None:
    assert thing_number(text) == "SN-101"


@pytest.mark.parametrize("text", ["SN-102", "SN101", "SN-1010", "https://las.example/SN-101/2"])
def test_other_numbers_are_others(text: str) -> None:
    assert thing_number(text) != "SN-101"


@pytest.mark.parametrize("text", ["", " ", "\u200b\x1d", "\t"])
def test_nothing_is_no_number(text: str) -> None:
    assert thing_number(text) == ""


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_one_spelling_is_its_own_spelling(text: str) -> None:
    once = thing_number(text)
    assert thing_number(once.lower()) == thing_number(once) or not once.isascii()
    try:
        sendable = email(text)
    except BadSpelling:
        pass
    else:
        assert email(sendable) == sendable and sendable.isascii()


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        (" Info@Ost.example ", "info@ost.example"),
        ("\u200binfo@ost.example", "info@ost.example"),
        ("info@hemtjänst.example", "info@xn--hemtjnst-4za.example"),
        ("info@HEMTJA\u0308NST.example", "info@xn--hemtjnst-4za.example"),
        ("info@xn--hemtjnst-4za.example", "info@xn--hemtjnst-4za.example"),
        ("a.b+c@ost.example", "a.b+c@ost.example"),
        ("  ", ""),
    ],
)
def test_email_address_has_one_spelling(text: str, spelt: str) -> None:
    assert email(text) == spelt


@pytest.mark.parametrize(
    "text",
    [
        *("a", "@b.example", "a@", "<a@b.example>", "A <a@b.example>", "a@b.example,", "a@b..example", "a@.example"),
        *("a..b@c.example", ".a@c.example", "a b@c.example", "a@b c.example", "a@b@c.example", "a@c.example."),
        *("räv@ost.example", "a@-ost.example", f"{'a' * 65}@b.example", f"a@{'b' * 64}.example"),
        "a@b.example;c@d.example",
        "a\r\nBcc: c@d.example@b.example",
    ],
)  # fmt: skip
def test_address_that_can_never_be_sent_to_is_refused(text: str) -> None:
    with pytest.raises(BadSpelling, match=r"email\.can_not_be_sent"):
        email(text)


def test_names() -> None:
    assert name("  A\u030ake \u200b Öberg ") == "Åke Öberg"
    for text, code in (
        ("", "blank"),
        (" \u200b", "blank"),
        ("-", "blank"),
        ("Å\tke", "control"),
        ("Å\nke", "control"),
    ):
        with pytest.raises(BadSpelling, match=code):
            name(text)
