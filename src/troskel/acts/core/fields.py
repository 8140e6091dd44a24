# SPDX-License-Identifier: EUPL-1.2
"""Types of act parameters, with the lengths of the table columns, so that both databases accept the same values."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

T = TypeVar("T")

Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
"""A reference of the case system."""

Number = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
"""The number printed on a thing: a serial number, a tag's number, a key's label."""

Code = Annotated[str, msgspec.Meta(max_length=50)]
"""A short code, or empty."""

MunicipalityCode = Annotated[
    str, msgspec.Meta(pattern=r"^([0-9]{4})?$", description="a municipality's four digits; empty: this one")
]
"""A municipality's four digits; empty: this one."""

Month = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="a month as 2026-10")]
"""A month: 2026-10."""

Postcode = Annotated[str, msgspec.Meta(max_length=10)]
Apartment = Annotated[str, msgspec.Meta(max_length=20)]
Phone = Annotated[str, msgspec.Meta(max_length=30)]
Language = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z]{2,3}$", description="a language as sv, en, fi, so (ISO 639)")
]
"""ISO 639: sv, en, fi, so …"""

Name = Annotated[str, msgspec.Meta(max_length=100)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Username = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9._-]{1,100}$",
        description="small letters a-z, digits, full stop, hyphen and low line, 100 at most",
    ),
]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=4000)]
"""Free text. Stored only in the journal's detail row."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant with its offset: 2026-11-20T08:00:00+01:00."""

NonEmpty = Annotated[list[T], msgspec.Meta(min_length=1)]
