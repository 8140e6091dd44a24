# SPDX-License-Identifier: EUPL-1.2
"""Identity numbers, against the `personnummer` package as an independent oracle, where it is right.

It refuses a samordningsnummer whose date of birth is not known (month 00 or day 60, Skatteverket): stated here.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer  # type: ignore[import-untyped]

from troskel.people.identity import (
    BadIdentity,
    Identity,
    IdentityKind,
    birth_day,
    check_orgnr,
    has_valid_check_digit,
    parse_identity,
)

ON = date(2026, 11, 20)
BORN = st.dates(date(1880, 1, 1), date(2020, 12, 31))


def is_accepted(text: str, on: date = ON) -> bool:
    try:
        parse_identity(text, on=on)
    except BadIdentity:
        return False
    return True


@given(BORN, st.integers(0, 999), st.integers(0, 9), st.booleans())
def test_agrees_with_the_package_on_existing_dates(
    born: date, birth: int, check: int, coordination: bool
) -> None:
    text = f"{born:%Y%m}{born.day + 60 * coordination:02}{birth:03}{check}"
    assert is_accepted(text) == personnummer.valid(text)


@given(st.integers(1900, 2020), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999))
def test_agrees_with_the_package_on_any_digits(year: int, month: int, day: int, last: int) -> None:
    text = f"{year}{month:02}{day:02}{last:04}"
    if (month == 0 and 60 < day <= 91) or (month <= 12 and day == 60):
        assert is_accepted(text) == (luhn(text[2:]) and not text[8:].startswith("000"))
    else:
        assert is_accepted(text) == personnummer.valid(text)


def luhn(digits: str) -> bool:
    """The sum of the digits of each, every other doubled, ends in 0."""
    doubled = "".join(str(int(d) * (2 - i % 2)) for i, d in enumerate(digits))
    return sum(map(int, doubled)) % 10 == 0


@pytest.mark.parametrize("month", ["00", "01", "12"])
@pytest.mark.parametrize("day", ["60", "61", "91"])
def test_samordningsnummer_of_an_unknown_date_of_birth(month: str, day: str) -> None:
    nine = f"15{month}{day}980"
    (text,) = [f"19{nine}{d}" for d in range(10) if luhn(f"{nine}{d}")]
    assert parse_identity(text, on=ON) == Identity(IdentityKind.SAMORDNINGSNUMMER, text)
    is_known = month != "00" and day != "60"
    assert birth_day(text) == (date(1915, int(month), int(day) - 60) if is_known else None)


@pytest.mark.parametrize(
    "text", ["191513609805", "191500929806", "191500009804", "191500019803", "202700609809"]
)
def test_unknown_date_of_birth_is_not_any_date(text: str) -> None:
    assert not is_accepted(text)


@given(BORN, st.integers(980, 999), st.booleans(), st.sampled_from(["", "-", "+"]), st.booleans())
def test_every_spelling_is_one_number(
    born: date, birth: int, coordination: bool, sign: str, long: bool
) -> None:
    nine = f"{born:%y%m}{born.day + 60 * coordination:02}{birth}"
    (check,) = [d for d in range(10) if luhn(f"{nine}{d}")]
    age = ON.year - born.year
    number = f"{born:%Y}{nine[2:]}{check}"
    if long:
        spelt = f"{number[:8]}{sign}{number[8:]}"
    elif age < 100 or (sign == "+" and age < 200):
        sign = "+" if age >= 100 else sign.replace("+", "-")
        spelt = f"{nine[:6]}{sign}{nine[6:]}{check}"
    else:
        return
    for text in (
        spelt,
        f" {spelt[:4]} {spelt[4:]}\u200b",
        spelt.replace("-", "\u2013"),
        f"\ufeff{spelt}\u00a0",
    ):
        assert parse_identity(text, on=ON).number12 == number


def test_ten_digits_of_a_day_that_has_not_come_are_of_the_century_before() -> None:
    assert luhn("2612249801")
    assert parse_identity("261224-9801", on=ON).number12 == "192612249801"
    assert parse_identity("261224+9801", on=ON).number12 == "192612249801"


@given(st.text(max_size=14) | st.text("0123456789ABCÅ-+ ", min_size=10, max_size=13))
def test_refusal_does_not_contain_the_text(text: str) -> None:
    try:
        identity = parse_identity(text, on=ON)
    except BadIdentity as error:
        assert len(text.strip()) < 6 or text.strip() not in str(error)
    else:
        assert len(identity.number12) == 12


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 9), st.integers(1, 9))
def test_luhn_finds_every_single_wrong_digit(digits: str, place: int, off: int) -> None:
    if has_valid_check_digit(digits):
        wrong = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
        assert not has_valid_check_digit(wrong)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("196010289996", IdentityKind.PERSONNUMMER),
        (" 196010289996 ", IdentityKind.PERSONNUMMER),
        ("192707789935", IdentityKind.SAMORDNINGSNUMMER),
        ("22560823AB12", IdentityKind.RESERVNUMMER),
        ("22560823ab12", IdentityKind.RESERVNUMMER),
        ("22560823-AB12", IdentityKind.RESERVNUMMER),
        ("23200229XY99", IdentityKind.RESERVNUMMER),
        ("98200229XY99", IdentityKind.RESERVNUMMER),
        ("00562023AB10", IdentityKind.RESERVNUMMER),
    ],
)
def test_kinds(text: str, kind: IdentityKind) -> None:
    assert parse_identity(text, on=ON) == Identity(kind, text.strip().replace("-", "").upper())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "identity.malformed"),
        ("601028--9996", "identity.malformed"),
        ("19601028_9996", "identity.malformed"),
        ("6010289997", "identity.wrong_check_digit"),
        ("１９６０１０２８９９９６", "identity.malformed"),
        ("194013019801", "identity.birth_day_missing"),
        ("192707929935", "identity.birth_day_missing"),
        ("196010289997", "identity.wrong_check_digit"),
        ("106010289996", "identity.no_birth_year"),
        ("196010280003", "identity.no_birth_number"),
        ("22560823IB12", "identity.malformed"),
        ("22560832AB12", "identity.birth_day_missing"),
        ("20560823AB12", "identity.reserve_begins_wrong"),
        ("99560823AB12", "identity.reserve_begins_wrong"),
        ("00561923AB12", "identity.reserve_wrong_month"),
        ("23990101AB12", "identity.birth_in_the_future"),
    ],
)
def test_refusals_tell_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(BadIdentity, match=reason):
        parse_identity(text, on=ON)


def test_future_date_of_birth_is_refused() -> None:
    assert is_accepted("196010289996", date(1960, 10, 28))
    with pytest.raises(BadIdentity, match=r"identity\.birth_in_the_future"):
        parse_identity("196010289996", on=date(1960, 10, 27))


def test_number_is_not_in_repr() -> None:
    assert "196010289996" not in repr(parse_identity("196010289996", on=ON))


def test_organisation_numbers() -> None:
    assert check_orgnr(" 5560001793 ") == "5560001793"
    for text, reason in (
        ("556000179", "orgnr.malformed"),
        ("556000-1793", "orgnr.malformed"),
        ("5560001794", "orgnr.wrong_check_digit"),
    ):
        with pytest.raises(BadIdentity, match=reason):
            check_orgnr(text)
