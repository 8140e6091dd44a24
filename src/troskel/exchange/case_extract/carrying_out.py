# SPDX-License-Identifier: EUPL-1.2
"""A night is carried out as acts, so that duties, notices and journal follow as if a person had done it."""

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
from troskel.acts.core.outcome import Outcome
from troskel.acts.core.register import Act
from troskel.exchange.case_extract import picture
from troskel.exchange.case_extract.contract import NightRefused
from troskel.exchange.case_extract.mapping import CONTRACT, read_mapping
from troskel.exchange.case_extract.periods import Happened
from troskel.exchange.case_extract.plan import Plan
from troskel.exchange.case_extract.planning import plan_night
from troskel.exchange.case_extract.reading import read_folder
from troskel.exchange.case_extract.rows import Address, ClientRow, Night
from troskel.ground import clock, upkeep
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import imports
from troskel.people.roles import Actor

Tell = Callable[[str], None]

MOST_ENDING = 0.05
"""A night that would end more than this share of what is ongoing stops before it changes anything."""


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
    """Take in one night's extract; gives what was rejected, how many changes each act made, and what stood unchanged.

    Raises NightRefused, and then nothing has changed.
    """
    known = picture.known(actor.municipality)
    first_night = picture.is_first_night(actor.municipality)
    progress("reading the files")
    night = read_folder(
        directory, day=day, known=known.ids(), mapping=read_mapping(mapping) if mapping else CONTRACT
    )
    plan = plan_night(night, known, day=day, first_night=first_night)
    _stop_at_too_many_endings(plan, confirm)
    done = _Night(actor, day, progress, dry_run=dry_run)
    done.carry_out(plan, first_night)
    if not dry_run:
        _keep(actor, day, plan, night, done.acts)
    return {
        "rejected": [msgspec.to_builtins(rejection) for rejection in night.rejections],
        "acts": dict(done.acts),
        "unchanged": plan.unchanged,
        "other_services": night.other_services,
        "first_night": first_night,
    }


def _keep(actor: Actor, day: date, plan: Plan, night: Night, acts: Mapping[str, int]) -> None:
    """Keep what came of it, for the one who is to mend what was rejected; the values themselves are not kept."""
    rejected = [
        imports.RejectedLine(file=one.file, line=one.line, column=one.column, reason=one.reason)
        for one in night.rejections
    ]
    importing.note_night(
        actor,
        day=day,
        unchanged=plan.unchanged,
        changes={n: c for n, c in acts.items() if c},
        rejected=rejected,
    )


def _stop_at_too_many_endings(plan: Plan, confirm: bool) -> None:
    stopping = plan.too_many_endings(MOST_ENDING)
    if stopping and not confirm:
        told = ", ".join(f"{share.ending} of {share.ongoing} ongoing {share.kind}" for share in stopping)
        raise NightRefused(
            "fordelning.csv", 1, f"would end {told}: look at the extract, and add --confirm if it is right"
        )


class _Night:
    """Carries out a plan from top to bottom, counting what each act changed; a dry run only counts."""

    def __init__(self, actor: Actor, day: date, tell: Tell, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.actor = actor
        self.day = day
        self.tell = tell
        self.acts: Counter[str] = Counter()

    def carry_out(self, plan: Plan, first_night: bool) -> None:
        """All of it. Each act stands by itself: what is left by a crash is done by the same night again."""
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
            upkeep.count_anew()

    def _begin(self, first_night: bool) -> None:
        if not picture.is_founded(self.actor.municipality):
            taking_over.found_municipality(self.actor, name=self.actor.municipality, valid_from=self.day)
        turning_the_day.catch_up(self.actor.municipality)
        if first_night and not picture.is_taken_over(self.actor.municipality):
            taking_over.begin_take_over(self.actor, day=self.day)

    def _organisations(self, plan: Plan) -> None:
        self._do(
            organising.register_organisations,
            "organisations",
            [
                organising.NewOrganisation(orgnr=row.orgnr, name=row.name, email=row.email, kind=row.kind)
                for row in plan.organisations_registered
            ],
            counted=False,
        )
        for row in [] if self.dry_run else plan.organisations_changed:
            organising.change_organisation(
                self.actor, organisation=row.orgnr, name=row.name, email=row.email, kind=row.kind
            )

    def _clients(self, plan: Plan) -> None:
        homes, by_reference = plan.homes, {item.row.reference: item for item in plan.clients_registered}
        self._do(
            housing.correct_addresses,
            "clients",
            [housing.Resident(client=item.client, address=_address(item.address)) for item in homes.renamed],
        )
        self._do(registering.register_clients, "clients", [_new(item.row) for item in by_reference.values()])
        self._do(
            registering.change_clients,
            "changes",
            [_changed(item.row, item.fields) for item in plan.clients_changed],
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
            counted=False,
        )
        newly = by_reference.keys()
        self._do(
            registering.record_deaths,
            "deaths",
            [
                registering.Death(client=item.client, on=item.on)
                for item in plan.deaths
                if item.client not in newly
            ],
        )

    def _care(self, plan: Plan) -> None:
        self._do(
            deciding.start_investigations,
            "investigations",
            [
                deciding.NewInvestigation(
                    client=item.client, reference=item.reference, replaces=item.replaces
                )
                for item in plan.investigations
            ],
            counted=False,
        )
        self._superseded(reused_references.supersede_allocations, "allocations", plan.allocations)
        self._superseded(reused_references.supersede_decisions, "decisions", plan.decisions)
        self._do(
            deciding.make_decisions,
            "decisions",
            [
                deciding.NewDecision(
                    client=row.client,
                    reference=row.reference,
                    service=row.service,
                    valid_from=row.valid_from,
                    valid_through=row.valid_through,
                    replaces=row.replaces,
                )
                for row in plan.decisions_made
            ],
        )
        self._happened(
            plan.decisions, deciding.change_decisions, deciding.end_decisions, deciding.withdraw_decisions
        )
        self._happened(
            plan.allocations,
            deciding.change_allocations,
            deciding.end_allocations,
            deciding.withdraw_allocations,
        )
        self._do(
            deciding.allocate,
            "allocations",
            [
                deciding.NewAllocation(
                    decision=row.decision,
                    reference=row.reference,
                    organisation=row.organisation,
                    valid_from=row.valid_from,
                    valid_through=row.valid_through,
                )
                for row in plan.allocations_made
            ],
        )

    def _happened(self, happened: Happened, change: Act[Any], end: Act[Any], withdraw: Act[Any]) -> None:
        self._do(
            change,
            "periods",
            [
                deciding.Period(reference=i.reference, valid_from=i.valid_from, valid_through=i.valid_through)
                for i in happened.changed
            ],
        )
        self._do(
            end,
            "endings",
            [
                deciding.End(
                    reference=i.reference,
                    valid_through=i.valid_through,
                    reason=i.reason,
                    confirmed=i.confirmed,
                )
                for i in happened.ended
            ],
        )
        self._do(withdraw, "references", [item.reference for item in happened.withdrawn])

    def _superseded(self, supersede: Act[Any], name: str, happened: Happened) -> None:
        self._do(
            supersede,
            name,
            [
                reused_references.Superseded(
                    reference=item.reference, valid_through=item.valid_through, withdrawn=item.withdrawn
                )
                for item in happened.superseded
            ],
        )

    def _things(self, plan: Plan) -> None:
        told = plan.taken_over
        things = taking_over_things
        self._do(
            things.take_over_locks,
            "locks",
            [
                things.OldLock(client=r.client, door=r.door, serial=r.serial, since=r.mounted)
                for r in told.locks
            ],
            counted=False,
        )
        self._do(
            things.take_over_keys,
            "keys",
            [things.OldKeys(client=r.client, door=r.door, holder=r.holder, count=r.count) for r in told.keys],
            counted=False,
        )
        self._do(
            things.take_over_tags,
            "tags",
            [things.OldTag(client=r.client, tag=r.tag, since=r.handed_out) for r in told.tags],
            counted=False,
        )

    def _do(self, act: Act[Any], name: str, items: Sequence[Any], *, counted: bool = True) -> None:
        """Do the act with all its items at once; count what it changed."""
        if not items:
            return
        self.tell(f"{act.name}: {len(items)}")
        if self.dry_run:
            if counted:
                self.acts[act.name] += len(items)
            return
        outcome = self._outcome(act, {name: items}, alone=len(items) == 1)
        if outcome is None:
            return
        if counted:
            self.acts[act.name] += len(items) - len(outcome.refused)
        for refused in outcome.refused:
            self.tell(
                f"{act.name}: item {refused['item'] + 1} refused by {refused['rule']}: {refused['message']}"
            )

    def _outcome(self, act: Act[Any], values: dict[str, Any], *, alone: bool) -> Outcome | None:
        """What the act gave. One item alone is refused as a whole act; the night goes on all the same."""
        try:
            return act(self.actor, **values)
        except (Refusal, NotFound, BadValue) as refusal:
            if not alone:
                raise
            rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
            self.tell(f"{act.name}: refused by {rule}: {refusal.message}")
            return None


def _address(address: Address) -> housing.Address:
    return housing.Address(
        street=address.street, postcode=address.postcode, town=address.town, apartment=address.apartment
    )


def _new(row: ClientRow) -> registering.NewClient:
    return registering.NewClient(
        reference=row.reference,
        identity=row.identity.number12,
        first_name=row.first_name,
        last_name=row.last_name,
        address=_address(row.address),
        home_municipality=row.home_municipality,
        protection=row.protection,
        phone=row.phone,
        died=row.died,
    )


def _changed(row: ClientRow, fields: Iterable[str]) -> registering.ChangedClient:
    values = {name: getattr(row, name) for name in fields if name != "identity"}
    if "identity" in fields:
        values["identity"] = row.identity.number12
    return registering.ChangedClient(client=row.reference, **values)
