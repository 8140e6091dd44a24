# SPDX-License-Identifier: EUPL-1.2
"""Renders tagged PDF (PDF/UA-1) from a typst template. The same template and data produce the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from troskel.ground.refusals import Refusal
from troskel.ground.texts import _

FIXED_TIMESTAMP = datetime(2000, 1, 1, tzinfo=UTC)
"""typst's date of today, so that output does not depend on when it is rendered; dates come with the data."""


LACKS_LETTERS = "could not be displayed"


def render(template: Path, data: Mapping[str, Any], rule: str) -> bytes:
    """Returns the PDF as bytes. The template reads `data` as JSON from `sys.inputs.data`: text, never markup.

    Uses only typst's bundled fonts, and no file except the template. Raises Refusal by `rule` where they lack a letter
    of the data. What typst says repeats the data, which is personal: it goes no further.
    """
    try:
        return typst.compile(
            template.read_bytes(),
            format="pdf",
            pdf_standards="ua-1",
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            timestamp=FIXED_TIMESTAMP,
        )
    except typst.TypstError as error:
        lacks_letters = LACKS_LETTERS in str(error)
    if not lacks_letters:
        raise RuntimeError(f"typst can't set {template.name}")
    raise Refusal(
        rule,
        "document.cannot_be_set",
        _(
            "Något namn eller någon adress har tecken som inte går att skriva ut här. Skriv dokumentet för hand."
        ),
    )
