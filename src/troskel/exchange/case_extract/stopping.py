# SPDX-License-Identifier: EUPL-1.2
"""Decides whether a night stops until a person has confirmed it: it would do too much at once, or is not tonight's."""

from __future__ import annotations

from collections import Counter

from troskel.exchange.case_extract.contract import OPTIONAL, REQUIRED, NightRefused
from troskel.exchange.case_extract.current_state import TakenIn
from troskel.exchange.case_extract.mapping import Mapping
from troskel.exchange.case_extract.plan import MassChange, NightPlan
from troskel.exchange.case_extract.rows import NightExtract
from troskel.people.imports import StopReason

LIMIT = 0.05
"""A night that would end, change or leave out more than this share of what there is stops."""

TEXTS = {
    "clients": "would end {changed} of {known} ongoing clients",
    "decisions": "would end {changed} of {known} ongoing decisions",
    "allocations": "would end {changed} of {known} ongoing allocations",
    "names": "would rename {changed} of {known} clients",
    "numbers": "would give {changed} of {known} clients another identity number",
    "protections": "would take protection from {changed} of {known} protected clients",
    "municipalities": "would give {changed} of {known} clients another home municipality",
    "moves": "would move {changed} of {known} clients",
    "reallocations": "would give {changed} of {known} clients with ongoing care another provider",
    "kinds": "would change the kind of organisation of {changed} of {known} ongoing allocations",
    "no_clients": "uses no line of clients",
    "no_care": "is the first night, and has no decision in force or no allocation",
    "rejections": "can't use {changed} of {known} lines",
    "odd_names": "has names with characters that no name has, in {changed} lines",
    "older": "is of a day before the newest night taken in",
    "again": "has been taken in before, and newer nights since",
}
FILES = {
    "allocations": "fordelning",
    "reallocations": "fordelning",
    "decisions": "beslut",
    "kinds": "utforare",
    "no_care": "beslut",
}
"""Where to look; the others: kunder."""


class NightStopped(NightRefused):
    """The night waits for a person's word, and nothing has changed."""

    def __init__(self, reasons: list[StopReason]) -> None:
        first = reasons[0]
        texts = "; ".join(TEXTS[r.kind].format(changed=r.changed, known=r.known) for r in reasons)
        what_to_do = "look at the extract; add --confirm if it is right, or release it on the page of nights"
        super().__init__(first.file, first.line, f"{texts}: {what_to_do}")
        self.reasons = reasons


def reasons_to_stop(
    plan: NightPlan, night: NightExtract, digest: str, taken_in: TakenIn, mapping: Mapping
) -> list[StopReason]:
    """Returns why the night stops. A night that was just taken in, and comes again, has been answered for."""
    reasons = [
        StopReason(change.kind, _file(change.kind, mapping), 1, change.changed, change.known)
        for change in plan.mass_changes
        if change.is_too_much(LIMIT)
    ]
    if taken_in.newest_day is not None and plan.day < taken_in.newest_day:
        reasons.append(StopReason("older", _file("older", mapping)))
    if night.tells_only_things:
        return _rejections(plan, night, mapping)
    if digest in taken_in.latest:
        return reasons
    if digest in taken_in.digests:
        reasons.append(StopReason("again", _file("again", mapping)))
    return [*reasons, *_spoilt(plan, night, mapping)]


def _spoilt(plan: NightPlan, night: NightExtract, mapping: Mapping) -> list[StopReason]:
    """Returns what is wrong with the files themselves."""
    reasons = _rejections(plan, night, mapping)
    has_care = night.allocations and any(row.status == "in_force" for row in night.decisions.values())
    if plan.first_night and night.clients and not has_care and not reasons:
        reasons.append(StopReason("no_care", _file("no_care", mapping)))
    if not night.clients:
        reasons.insert(0, StopReason("no_clients", mapping.files["kunder"]))
    if night.odd_names:
        file, line = night.odd_names[0]
        reasons.append(StopReason("odd_names", file, line, len(night.odd_names)))
    return reasons


def _rejections(plan: NightPlan, night: NightExtract, mapping: Mapping) -> list[StopReason]:
    """Returns the files of which too much can't be used, by reader or act; those of things where they come alone."""
    rejected = Counter(rejection.file for rejection in night.rejections)
    rejected.update({mapping.files[name]: count for name, count in plan.refused_ahead.items()})
    counted = OPTIONAL if night.tells_only_things else REQUIRED
    lines = [(mapping.files[name], night.lines.get(name, 0)) for name in counted]
    return [
        StopReason("rejections", file, 1, rejected[file], known)
        for file, known in lines
        if MassChange("rejections", known, rejected[file]).is_too_much(LIMIT)
    ]


def _file(kind: str, mapping: Mapping) -> str:
    return mapping.files[FILES.get(kind, "kunder")]
