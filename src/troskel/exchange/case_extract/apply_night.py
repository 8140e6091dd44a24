# SPDX-License-Identifier: EUPL-1.2
"""Carries out a night as acts, so that duties, notices and journal follow as if a person had done it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from troskel.acts import (
    deciding,
    housing,
    importing,
    organising,
    registering,
    reused_references,
    taking_over,
    taking_over_things,
    turning_the_day,
)
from troskel.acts.decisions import values as decision_values
from troskel.exchange.case_extract import current_state
from troskel.exchange.case_extract.contract import NightRefused
from troskel.exchange.case_extract.mapping import CONTRACT, read_mapping
from troskel.exchange.case_extract.periods import PeriodChanges
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.planning import plan_night
from troskel.exchange.case_extract.reading import read_folder
from troskel.exchange.case_extract.rows import ClientRow, ExtractAddress, NightExtract
from troskel.ground import clock, maintenance
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import imports
from troskel.people.roles import Actor, OrganisationKind
from troskel.runner.choices import CareService
from troskel.runner.outcome import ActOutcome
from troskel.runner.register import Act

Tell = Callable[[str], None]

MAX_ENDING_SHARE = 0.05
"""A night that would end more than this share of ongoing care stops before it changes anything."""


def import_night(
    actor: Actor,
    directory: Path,
    *,
    day: date,
    mapping: Path | None = None,
    dry_run: bool = False,
    confirm: bool = False,
    progress: Tell = lambda text: None,
) -> dict[str, Any]:
    """Imports one night's extract. Returns the rejected lines, the number of changes by act, and of unchanged lines.

    Raises NightRefused, and then nothing has changed.
    """
    state = current_state.load(actor.municipality)
    first_night = current_state.is_first_night(actor.municipality)
    progress("reading the files")
    night = read_folder(
        directory, day=day, known_ids=state.ids(), mapping=read_mapping(mapping) if mapping else CONTRACT
    )
    plan = plan_night(night, state, day=day, first_night=first_night)
    _check_ending_limit(plan, confirm)
    runner = _NightRunner(actor, day, progress, dry_run=dry_run)
    runner.carry_out(plan, first_night)
    if not dry_run:
        _save_summary(actor, day, plan, night, runner.acts)
    return {
        "rejected": [msgspec.to_builtins(rejection) for rejection in night.rejections],
        "acts": dict(runner.acts),
        "unchanged": plan.unchanged,
        "other_services": night.other_services,
        "first_night": first_night,
    }


def _save_summary(
    actor: Actor, day: date, plan: NightPlan, night: NightExtract, acts: Mapping[str, int]
) -> None:
    """Stores the outcome, for the person who corrects the rejected lines; rejected values are not stored."""
    rejected = [
        imports.RejectedLine(
            file=rejection.file, line=rejection.line, column=rejection.column, reason=rejection.reason
        )
        for rejection in night.rejections
    ]
    importing.note_night(
        actor,
        day=day,
        unchanged=plan.unchanged,
        changes={n: c for n, c in acts.items() if c},
        rejected=rejected,
    )


def _check_ending_limit(plan: NightPlan, confirm: bool) -> None:
    too_high = plan.too_many_endings(MAX_ENDING_SHARE)
    if too_high and not confirm:
        summary = ", ".join(f"{share.ending} of {share.ongoing} ongoing {share.kind}" for share in too_high)
        raise NightRefused(
            "fordelning.csv", 1, f"would end {summary}: look at the extract, and add --confirm if it is right"
        )


class _NightRunner:
    """Carries out a plan from top to bottom, and counts what each act changed; a dry run only counts."""

    def __init__(self, actor: Actor, day: date, tell: Tell, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.actor = actor
        self.day = day
        self.tell = tell
        self.acts: Counter[str] = Counter()

    def carry_out(self, plan: NightPlan, first_night: bool) -> None:
        """Carries out the whole plan. Each act commits by itself: after a crash, importing the same night continues."""
        if not self.dry_run:
            self._begin(first_night)
        self._organisations(plan)
        self._clients(plan)
        self._care(plan)
        if first_night:
            self._things(plan)
        if first_night and not self.dry_run:
            taking_over.finish_take_over(self.actor, day=self.day, unknown=plan.taken_over.unknown_homes)
        if not self.dry_run:
            maintenance.analyze()

    def _begin(self, first_night: bool) -> None:
        if not current_state.is_founded(self.actor.municipality):
            taking_over.found_municipality(self.actor, name=self.actor.municipality, valid_from=self.day)
        turning_the_day.catch_up(self.actor.municipality)
        if first_night and not current_state.is_taken_over(self.actor.municipality):
            taking_over.begin_take_over(self.actor, day=self.day)

    def _organisations(self, plan: NightPlan) -> None:
        self._do(
            organising.register_organisations,
            "organisations",
            [
                organising.NewOrganisation(
                    orgnr=row.orgnr, name=row.name, email=row.email, kind=OrganisationKind(row.kind)
                )
                for row in plan.organisations_registered
            ],
            is_counted=False,
        )
        for row in [] if self.dry_run else plan.organisations_changed:
            organising.change_organisation(
                self.actor,
                organisation=row.orgnr,
                name=row.name,
                email=row.email,
                kind=OrganisationKind(row.kind),
            )

    def _clients(self, plan: NightPlan) -> None:
        homes, by_reference = plan.homes, {item.row.reference: item for item in plan.clients_registered}
        self._do(
            housing.correct_addresses,
            "clients",
            [housing.Resident(client=item.client, address=_address(item.address)) for item in homes.renamed],
        )
        self._do(
            registering.register_clients, "clients", [_new_client(item.row) for item in by_reference.values()]
        )
        self._do(
            registering.change_clients,
            "changes",
            [_changed_client(item.row, item.fields) for item in plan.clients_changed],
        )
        self._do(
            housing.move_clients,
            "moves",
            [
                housing.Move(
                    client=item.client, address=_address(item.address), on=min(item.on, clock.today())
                )
                for item in homes.moved
            ],
        )
        self._do(
            housing.propose_sharing,
            "addresses",
            [_address(address) for address in homes.sharing_proposed],
            is_counted=False,
        )
        new_references = by_reference.keys()
        self._do(
            registering.record_deaths,
            "deaths",
            [
                registering.Death(client=item.client, on=item.on)
                for item in plan.deaths
                if item.client not in new_references
            ],
        )

    def _care(self, plan: NightPlan) -> None:
        self._do(
            deciding.start_investigations,
            "investigations",
            [
                decision_values.NewInvestigation(
                    client=item.client, reference=item.reference, replaces=item.replaces
                )
                for item in plan.investigations
            ],
            is_counted=False,
        )
        self._supersede(reused_references.supersede_allocations, "allocations", plan.allocations)
        self._supersede(reused_references.supersede_decisions, "decisions", plan.decisions)
        self._do(
            deciding.make_decisions,
            "decisions",
            [
                decision_values.NewDecision(
                    client=row.client,
                    reference=row.reference,
                    service=CareService(row.service),
                    valid_from=row.valid_from,
                    valid_through=row.valid_through,
                    replaces=row.replaces,
                )
                for row in plan.decisions_made
            ],
        )
        self._change_periods(
            plan.decisions,
            (deciding.change_decisions, decision_values.DecisionPeriod),
            (deciding.end_decisions, decision_values.DecisionEnd),
            deciding.withdraw_decisions,
        )
        self._change_periods(
            plan.allocations,
            (deciding.change_allocations, decision_values.AllocationPeriod),
            (deciding.end_allocations, decision_values.AllocationEnd),
            deciding.withdraw_allocations,
        )
        self._do(
            deciding.allocate,
            "allocations",
            [
                decision_values.NewAllocation(
                    decision=row.decision,
                    reference=row.reference,
                    organisation=row.organisation,
                    valid_from=row.valid_from,
                    valid_through=row.valid_through,
                )
                for row in plan.allocations_made
            ],
        )

    def _change_periods(
        self,
        changes: PeriodChanges,
        change: tuple[Act[Any], Callable[..., Any]],
        end: tuple[Act[Any], Callable[..., Any]],
        withdraw: Act[Any],
    ) -> None:
        """`change` and `end`: the act, and the type of its items."""
        (change_act, period), (end_act, ending) = change, end
        self._do(
            change_act,
            "periods",
            [
                period(reference=i.reference, valid_from=i.valid_from, valid_through=i.valid_through)
                for i in changes.changed
            ],
        )
        self._do(
            end_act,
            "endings",
            [
                ending(
                    reference=i.reference,
                    valid_through=i.valid_through,
                    reason=i.reason,
                    confirmed=i.confirmed,
                )
                for i in changes.ended
            ],
        )
        self._do(withdraw, "references", [item.reference for item in changes.withdrawn])

    def _supersede(self, supersede: Act[Any], name: str, changes: PeriodChanges) -> None:
        self._do(
            supersede,
            name,
            [
                reused_references.ReusedReference(
                    reference=item.reference, valid_through=item.valid_through, withdrawn=item.withdrawn
                )
                for item in changes.superseded
            ],
        )

    def _things(self, plan: NightPlan) -> None:
        take_over = plan.taken_over
        things = taking_over_things
        self._do(
            things.take_over_locks,
            "locks",
            [
                things.OldLock(client=r.client, door=r.door, serial=r.serial, since=r.mounted)
                for r in take_over.locks
            ],
            is_counted=False,
        )
        self._do(
            things.take_over_keys,
            "keys",
            [
                things.OldKeys(client=r.client, door=r.door, holder=r.holder, count=r.count)
                for r in take_over.keys
            ],
            is_counted=False,
        )
        self._do(
            things.take_over_tags,
            "tags",
            [things.OldTag(client=r.client, tag=r.tag, since=r.handed_out) for r in take_over.tags],
            is_counted=False,
        )

    def _do(self, act: Act[Any], name: str, items: Sequence[Any], *, is_counted: bool = True) -> None:
        """Does the act with all its items at once, and counts what it changed."""
        if not items:
            return
        self.tell(f"{act.name}: {len(items)}")
        if self.dry_run:
            if is_counted:
                self.acts[act.name] += len(items)
            return
        outcome = self._outcome(act, {name: items}, is_alone=len(items) == 1)
        if outcome is None:
            return
        if is_counted:
            self.acts[act.name] += len(items) - len(outcome.refused)
        for refused in outcome.refused:
            self.tell(
                f"{act.name}: item {refused['item'] + 1} refused by {refused['rule']}: {refused['message']}"
            )

    def _outcome(self, act: Act[Any], values: dict[str, Any], *, is_alone: bool) -> ActOutcome | None:
        """Returns the act's outcome. A single item is refused as a whole act; the night then continues."""
        try:
            return act(self.actor, **values)
        except (Refusal, NotFound, BadValue) as refusal:
            if not is_alone:
                raise
            rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
            self.tell(f"{act.name}: refused by {rule}: {english(refusal)}")
            return None


def _address(address: ExtractAddress) -> housing.Address:
    return housing.Address(
        street=address.street, postcode=address.postcode, town=address.town, apartment=address.apartment
    )


def _new_client(row: ClientRow) -> registering.NewClient:
    return registering.NewClient(
        reference=row.reference,
        identity=row.identity.number12,
        first_name=row.first_name,
        last_name=row.last_name,
        address=_address(row.address),
        home_municipality=row.home_municipality,
        protection=registering.Protection(row.protection),
        phone=row.phone,
        died=row.died,
    )


def _changed_client(row: ClientRow, fields: Iterable[str]) -> registering.ChangedClient:
    values = {name: getattr(row, name) for name in fields if name != "identity"}
    if "identity" in fields:
        values["identity"] = row.identity.number12
    return registering.ChangedClient(client=row.reference, **values)
