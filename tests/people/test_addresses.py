# SPDX-License-Identifier: EUPL-1.2
"""Which addresses are one home: whatever the spelling, and where a person has to say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troskel.people.addresses import Sameness, address_key, one_spelling, sameness

Parts = tuple[str, str, str, str]
"""Street, postcode, town, apartment."""
HOME: Parts = ("Storgatan 1A", "11111", "Byn", "1001")

SPELLINGS: list[Parts] = [
    ("Storgatan 1 A", "111 11", "Byn", "1001"),
    ("STORGATAN 1a", "11111", "BYN", "lgh 1001"),
    ("  Storgatan\u00a01 A,", "SE-111 11", " byn ", "Lgh. 1001"),
    ("Stor\u200bgatan 1A", "11111", "Byn", "LGH1001"),
    ("Storgatan 1A lgh 1001", "11111", "Byn", ""),
    ("Storgatan 1A, Lägenhet 1001", "11111", "Byn", ""),
    ("Storgatan 1A", "11111", "Byn", "lägenhet nr 1001"),
    ("Storgatan １Ａ", "11111", "Byn", "1001"),
]
OTHERS: list[Parts] = [
    ("Storgatan 1B", "11111", "Byn", "1001"),
    ("Storgatan 11A", "11111", "Byn", "1001"),
    ("Storgatan 1A", "11111", "Byn", "1002"),
    ("Storgatan 1A", "11111", "Byn", ""),
    ("Storgatan 1A", "22222", "Byn", "1001"),
    ("Storgatan 1A", "11111", "Staden", "1001"),
]


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_spelling_is_no_difference(spelt: Parts) -> None:
    assert one_spelling(*spelt) == one_spelling(*HOME)
    assert address_key(*spelt) == address_key(*HOME)


@pytest.mark.parametrize("other", OTHERS)
def test_other_addresses_have_other_keys(other: Parts) -> None:
    assert address_key(*other) != address_key(*HOME)


def test_blank_between_two_numbers_is_a_difference() -> None:
    assert address_key("Vägen 1 12", "", "", "") != address_key("Vägen 11 2", "", "", "")
    assert address_key("Byvägen 1 - 3", "", "", "") == address_key("byvägen 1-3", "", "", "")


def test_without_street_nobody_shares_the_home() -> None:
    assert address_key(" \u200b ", "11111", "Byn", "1001") is None


WORDS = st.lists(st.text("abcåäö", min_size=1, max_size=5), min_size=1, max_size=3).map(" ".join)
NOISE = st.sampled_from([" ", "  ", "\u00a0", " \u200b", "\t"])


@given(
    WORDS, st.integers(1, 99), st.sampled_from(["", "a", "b"]), st.integers(1001, 1009), NOISE, st.booleans()
)
def test_noise_changes_no_key(
    street: str, number: int, letter: str, apartment: int, noise: str, upper: bool
) -> None:
    plain = (f"{street} {number}{letter}", "11111", "byn", str(apartment))
    spelt = (
        noise + street.replace(" ", noise) + f"{noise}{number}{noise}{letter}",
        "111 11",
        "Byn",
        f"lgh{noise}{apartment}",
    )
    spelt = tuple(part.upper() for part in spelt) if upper else spelt  # type: ignore[assignment]
    assert address_key(*spelt) == address_key(*plain)
    assert address_key(f"{street} {number + 1}{letter}", *plain[1:]) != address_key(*plain)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (HOME, ("Storgatan 1A", "22222", "Byn", "1001"), Sameness.SAME),
        (HOME, ("Storgatan 1A", "11111", "Staden", "1001"), Sameness.SAME),
        (HOME, ("Storgatan 1A", "", "", "1001"), Sameness.SAME),
        (HOME, ("Storgatan 1A", "11111", "Byn", ""), Sameness.SAME),
        (("", "", "Byn", ""), HOME, Sameness.SAME),
        (HOME, ("Storgatan 1A", "22222", "Staden", "1001"), Sameness.UNSURE),
        (HOME, ("Storgatan 1A", "22222", "Byn", ""), Sameness.UNSURE),
        (HOME, ("Storgattan 1A", "11111", "Byn", "1001"), Sameness.UNSURE),
        (HOME, ("Storg. 1A", "11111", "Byn", "1001"), Sameness.UNSURE),
        (HOME, ("Storgatan 1", "11111", "Byn", "1001"), Sameness.UNSURE),
        (("Ängsvägen 1", "1", "Byn", ""), ("Angsvagen 1", "1", "Byn", ""), Sameness.UNSURE),
        (HOME, ("Storgatan 1A", "11111", "Byn", "1002"), Sameness.OTHER),
        (HOME, ("Storgatan 1B", "11111", "Byn", "1001"), Sameness.OTHER),
        (HOME, ("Storgatan 2A", "11111", "Byn", "1001"), Sameness.OTHER),
        (HOME, ("Nya vägen 1A", "11111", "Byn", "1001"), Sameness.OTHER),
        (HOME, ("Storgattan 1A", "22222", "Staden", "1001"), Sameness.OTHER),
        (("Norra vägen 1", "1", "Byn", ""), ("Södra vägen 1", "1", "Byn", ""), Sameness.OTHER),
    ],
)
def test_sameness(old: Parts, new: Parts, same: Sameness) -> None:
    assert sameness(one_spelling(*old), one_spelling(*new)) is same
