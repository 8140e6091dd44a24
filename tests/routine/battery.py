# SPDX-License-Identifier: EUPL-1.2
"""The paragraph of docs/adding-a-paragraph.md, added to the shipped routine as the guide says."""

from __future__ import annotations

import re

from tests.routine.story import FILE
from troskel.routine import parse_routine

GUIDE = FILE.parents[2] / "docs" / "adding-a-paragraph.md"
(PARAGRAPH,) = re.findall(r"^```toml\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
TEXT = FILE.read_text("utf-8").replace("changed = 2016-11-29", "changed = 2026-03-02") + "\n" + PARAGRAPH
ROUTINE = parse_routine(TEXT.encode(), "2026-03-02.toml")
