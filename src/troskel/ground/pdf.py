# SPDX-License-Identifier: EUPL-1.2
"""Documents as tagged PDF (PDF/UA-1), set by typst from a template. The same template and data give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)
"""What typst calls today, so that nothing hangs on when a document is made; a date comes with the data."""


def render(template: Path, data: Mapping[str, Any]) -> bytes:
    """The document. The template reads `data` as JSON, `sys.inputs.data`: what it holds is text and never markup.

    Only typst's own fonts are used, and no file but the template.
    """
    return typst.compile(
        template.read_bytes(),
        format="pdf",
        pdf_standards="ua-1",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=TIMELESS,
    )
