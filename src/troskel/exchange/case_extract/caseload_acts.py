# SPDX-License-Identifier: EUPL-1.2
"""Carries out whose list the night's clients are on: the assessors' and the areas'."""

from __future__ import annotations

from troskel.acts import areas, caseloads
from troskel.exchange.case_extract.act_runner import ActRunner
from troskel.exchange.case_extract.plan import NightPlan


def note_caseloads(runner: ActRunner, plan: NightPlan) -> None:
    """Notes whom and what the case system names since the night before; neither counts as a change of care."""
    runner.do(
        caseloads.note_assessors,
        "clients",
        [
            caseloads.NamedAssessor(client=item.client, assessor=item.assessor, named=item.named)
            for item in plan.assessors_named
        ],
        [("beslut", item.row) for item in plan.assessors_named],
        is_counted=False,
    )
    refused = {(refused.line.file, refused.line.line) for refused in runner.refused}
    file = runner.case_system.files["fordelning"]
    rows = [row for row in plan.areas_named if (file, row.line) not in refused]  # a line is told of once
    runner.do(
        areas.note_areas,
        "allocations",
        [areas.NamedArea(allocation=row.reference, area=row.area) for row in rows],
        [("fordelning", row) for row in rows],
        is_counted=False,
    )
