# SPDX-License-Identifier: EUPL-1.2
"""What was read of a signed tag stands: a counter once used is used (design, rule 12)."""

from __future__ import annotations

from troskel.ground.triggers import Trigger

TRIGGERS = (Trigger("a_read_of_a_tag_is_never_changed", "visits_tagread", "UPDATE", "OLD.id IS NOT NULL"),)
