# SPDX-License-Identifier: EUPL-1.2
"""Carries out a night as acts, so that duties, notices and journal follow as if a person had done it."""

from __future__ import annotations

from collections.abc import Callable
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
from troskel.duties import queries as duties
from troskel.exchange.case_extract import act_values as values
from troskel.exchange.case_extract import current_state
from troskel.exchange.case_extract.act_runner import ActRunner, Tell
from troskel.exchange.case_extract.asking import stop
from troskel.exchange.case_extract.caseload_acts import note_caseloads
from troskel.exchange.case_extract.contract import NightRefused, Rejection
from troskel.exchange.case_extract.mapping import CONTRACT, read_mapping
from troskel.exchange.case_extract.periods import PeriodChanges
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.planning import plan_night
from troskel.exchange.case_extract.reading import digest_of, files_of, read_night
from troskel.exchange.case_extract.rows import NightExtract, as_merged
from troskel.exchange.case_extract.stopping import reasons_to_stop
from troskel.exchange.case_extract.take_over import TakeOver, told_later
from troskel.exchange.case_extract.to_decide import told
from troskel.ground import clock, maintenance, waiting
from troskel.journal import queries as journal
from troskel.people import imports
from troskel.people.roles import Actor, OrganisationKind
from troskel.runner.choices import CareService
from troskel.runner.parts import PART_SIZE
from troskel.runner.register import Act


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

    `refused`: how many of the rejected lines an act refused. `to_decide`: lines that are used, and of which a person
    has to decide something. Raises NightRefused, and then nothing has changed.
    """
    state = current_state.load(actor.municipality)
    progress("reading the files")
    case_system = read_mapping(mapping) if mapping else CONTRACT
    files = files_of(directory, case_system)
    digest = digest_of(files)
    begun = current_state.begun(actor.municipality, day, digest)
    first_night = begun.is_first if begun else current_state.is_first_night(actor.municipality)
    night = read_night(files, day=day, known_ids=state.ids(), mapping=case_system)
    if night.tells_only_things and first_night:
        raise NightRefused(case_system.files["kunder"], 1, "the first night needs all four files: add them")
    files.clear()  # tens of megabytes, which nobody needs any more
    night = as_merged(night, state.merged)
    plan = plan_night(night, state, day=day, first_night=first_night)
    if not confirm and begun is None:  # half of what has begun would look like a great change
        taken_in = current_state.taken_in(actor.municipality)
        reasons = reasons_to_stop(plan, night, digest, taken_in, case_system)
        stop(actor, day, digest, reasons, case_system, dry_run=dry_run)
    runner = _NightRunner(actor, progress, night, case_system, day=day, dry_run=dry_run)
    with maintenance.seldom_collecting():
        runner.carry_out(plan, first_night, digest, begun)
    to_decide = [told(item, case_system) for item in plan.to_decide]
    if not dry_run:
        _save_summary(actor, plan, night, digest, runner, to_decide)
    return {
        "rejected": msgspec.to_builtins([*night.rejections, *(refused.line for refused in runner.refused)]),
        "refused": len(runner.refused),
        "to_decide": msgspec.to_builtins(to_decide),
        "acts": dict(runner.acts),
        "unchanged": runner.unchanged,
        "other_services": night.other_services,
        "first_night": first_night,
    }


def _save_summary(
    actor: Actor,
    plan: NightPlan,
    night: NightExtract,
    digest: str,
    runner: _NightRunner,
    to_decide: list[Rejection],
) -> None:
    """Stores the outcome, for the person who corrects the rejected lines; rejected values are not stored."""
    importing.note_night(
        actor,
        day=plan.day,
        digest="" if night.tells_only_things else digest,
        unchanged=runner.unchanged,
        changes={n: c for n, c in runner.acts.items() if c},
        rejected=[
            *map(_stored, night.rejections),
            *(_stored(line, swedish=swedish) for line, swedish in runner.refused),
        ],
        to_decide=[_stored(line, used=True) for line in to_decide],
    )


def _stored(line: Rejection, *, used: bool = False, swedish: str = "") -> imports.RejectedLine:
    return imports.RejectedLine(line.file, line.line, line.column, line.reason, used, swedish)


class _NightRunner(ActRunner):
    """Carries out a plan from top to bottom, and counts what each act changed; a dry run only counts."""

    def __init__(self, *arguments: Any, day: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.day = day
        self.unchanged = self.after_line = 0

    def carry_out(
        self, plan: NightPlan, first_night: bool, digest: str, begun: imports.BegunNight | None
    ) -> None:
        """Carries out the whole plan. Each act commits by itself: after a crash, importing the same night continues.

        `begun`: what was noted at the beginning of the same night, where it was broken off.
        """
        self.unchanged = begun.unchanged if begun else plan.unchanged
        if not self.dry_run:
            self._begin(first_night)
            if begun is None and not plan.is_empty():
                night = imports.BegunNight(self.day, digest, self.after_line, plan.unchanged, first_night)
                importing.note_beginning(self.actor, night=night)
        self._organisations(plan)
        self._clients(plan)
        self._care(plan)
        note_caseloads(self, plan)
        if first_night:
            self._things(plan.taken_over, is_counted=False)
        else:
            self._things(told_later(self.night), is_counted=True)
        is_taken_over = not current_state.is_first_night(self.actor.municipality)
        if first_night and self.night.clients and not self.dry_run and not is_taken_over:
            self._finish_take_over(plan)
        if not self.dry_run:
            self.count_since(begun.after_line if begun else self.after_line)
            maintenance.analyze()

    def _begin(self, first_night: bool) -> None:
        if not current_state.is_founded(self.actor.municipality):
            taking_over.found_municipality(self.actor, name=self.actor.municipality, valid_from=self.day)
        turning_the_day.catch_up(self.actor.municipality)
        if first_night and not current_state.is_taken_over(self.actor.municipality):
            taking_over.begin_take_over(self.actor, day=self.day)
        head = journal.head(self.actor.municipality)
        self.after_line = head.number if head else 0

    def _finish_take_over(self, plan: NightPlan) -> None:
        homes = duties.homes_being_taken_over(self.actor.municipality)
        self.tell(f"settle_homes: {len(homes)}")
        homes_of = current_state.homes_of_clients(self.actor.municipality)
        unknown = {homes_of.get(reference) for reference in plan.taken_over.unknown_homes}
        items = [taking_over.TakenOverHome(home, home in unknown) for home in homes]
        for start in range(0, len(items), PART_SIZE):
            taking_over.settle_homes(self.actor, homes=items[start : start + PART_SIZE])
            waiting.let_others_in()
        taking_over.finish_take_over(self.actor, day=self.day)

    def _organisations(self, plan: NightPlan) -> None:
        self.do(
            organising.register_organisations,
            "organisations",
            [
                organising.NewOrganisation(
                    orgnr=row.orgnr, name=row.name, email=row.email, kind=OrganisationKind(row.kind)
                )
                for row in plan.organisations_registered
            ],
            [("utforare", row) for row in plan.organisations_registered],
            is_counted=False,
        )
        for row in plan.organisations_changed:
            values = {
                "organisation": row.orgnr,
                "name": row.name,
                "email": row.email,
                "kind": OrganisationKind(row.kind),
            }
            self.do_one(organising.change_organisation, values, ("utforare", row))

    def _clients(self, plan: NightPlan) -> None:
        homes, new = plan.homes, [item.row for item in plan.clients_registered]
        self.do(
            housing.correct_addresses,
            "clients",
            [
                housing.Resident(client=item.client, address=values.address(item.address))
                for item in homes.renamed
            ],
            self.sources("kunder", (item.client for item in homes.renamed)),
        )
        self.do(
            registering.register_clients,
            "clients",
            [values.new_client(row) for row in new],
            [("kunder", row) for row in new],
        )
        self.do(
            registering.change_clients,
            "changes",
            [values.changed_client(item.row, item.fields) for item in plan.clients_changed],
            [("kunder", item.row) for item in plan.clients_changed],
        )
        self.do(
            housing.move_clients,
            "moves",
            [
                housing.Move(
                    client=item.client, address=values.address(item.address), on=min(item.on, clock.today())
                )
                for item in homes.moved
            ],
            self.sources("kunder", (item.client for item in homes.moved)),
        )
        self.do(
            housing.propose_sharing,
            "addresses",
            [values.address(address) for address in homes.sharing_proposed],
            [("kunder", "") for _address in homes.sharing_proposed],
            is_counted=False,
        )
        references = {row.reference for row in new}
        deaths = [item for item in plan.deaths if item.client not in references]
        self.do(
            registering.record_deaths,
            "deaths",
            [registering.Death(client=item.client, on=item.on) for item in deaths],
            self.sources("kunder", (item.client for item in deaths)),
        )

    def _care(self, plan: NightPlan) -> None:
        self.do(
            deciding.start_investigations,
            "investigations",
            [
                decision_values.NewInvestigation(
                    client=item.client, reference=item.reference, replaces=item.replaces
                )
                for item in plan.investigations
            ],
            [("beslut", item.row) for item in plan.investigations],
            is_counted=False,
        )
        self._supersede(reused_references.supersede_allocations, "allocations", plan.allocations)
        self._supersede(reused_references.supersede_decisions, "decisions", plan.decisions)
        self.do(
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
            [("beslut", row) for row in plan.decisions_made],
        )
        self._change_periods(
            plan.decisions,
            "beslut",
            (deciding.change_decisions, decision_values.DecisionPeriod),
            (deciding.end_decisions, decision_values.DecisionEnd),
            deciding.withdraw_decisions,
        )
        self._change_periods(
            plan.allocations,
            "fordelning",
            (deciding.change_allocations, decision_values.AllocationPeriod),
            (deciding.end_allocations, decision_values.AllocationEnd),
            deciding.withdraw_allocations,
        )
        self.do(
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
            [("fordelning", row) for row in plan.allocations_made],
        )

    def _change_periods(
        self,
        changes: PeriodChanges,
        file: str,
        change: tuple[Act[Any], Callable[..., Any]],
        end: tuple[Act[Any], Callable[..., Any]],
        withdraw: Act[Any],
    ) -> None:
        """`change` and `end`: the act, and the type of its items."""
        (change_act, period), (end_act, ending) = change, end
        self.do(
            change_act,
            "periods",
            [
                period(reference=i.reference, valid_from=i.valid_from, valid_through=i.valid_through)
                for i in changes.changed
            ],
            self.sources(file, (i.reference for i in changes.changed)),
        )
        self.do(
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
            self.sources(file, (i.reference for i in changes.ended)),
        )
        withdrawn = [item.reference for item in changes.withdrawn]
        self.do(withdraw, "references", withdrawn, self.sources(file, withdrawn))

    def _supersede(self, supersede: Act[Any], name: str, changes: PeriodChanges) -> None:
        self.do(
            supersede,
            name,
            [
                reused_references.ReusedReference(
                    reference=item.reference, valid_through=item.valid_through, withdrawn=item.withdrawn
                )
                for item in changes.superseded
            ],
            self.sources(
                {"decisions": "beslut", "allocations": "fordelning"}[name],
                (item.reference for item in changes.superseded),
            ),
        )

    def _things(self, take_over: TakeOver, *, is_counted: bool) -> None:
        things = taking_over_things
        self.do(
            things.take_over_locks,
            "locks",
            [
                things.OldLock(client=r.client, door=r.door, serial=r.serial, since=r.mounted)
                for r in take_over.locks
            ],
            [("las", row) for row in take_over.locks],
            is_counted=is_counted,
        )
        self.do(
            things.take_over_keys,
            "keys",
            [
                things.OldKeys(client=r.client, door=r.door, holder=r.holder, count=r.count)
                for r in take_over.keys
            ],
            [("nycklar", row) for row in take_over.keys],
            is_counted=is_counted,
        )
        self.do(
            things.take_over_tags,
            "tags",
            [things.OldTag(client=r.client, tag=r.tag, since=r.handed_out) for r in take_over.tags],
            [("knappar", row) for row in take_over.tags],
            is_counted=is_counted,
        )
