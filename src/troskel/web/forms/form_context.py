# SPDX-License-Identifier: EUPL-1.2
"""What a form reads of the database, besides the act itself: each thing at most once a request."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from troskel.acts.caseloads import take_over_clients
from troskel.people.queries import Person
from troskel.reading import accounts, caseloads, lists, worklist
from troskel.reading.client_names import ClientName, FormSubjects, clients_of_form, clients_to_choose
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.runner.fields import Named, fields_of
from troskel.runner.register import Act
from troskel.web.forms import fields as forms_fields
from troskel.web.forms import prefill
from troskel.web.forms.fields import ChoiceOption, Field, OrganisationOption
from troskel.web.text import phrases

ORDERS = (Named.ORDER, Named.INSTALLATION_ORDER, Named.REMOVAL_ORDER, Named.REPAIR_ORDER)
DECISIONS = (Named.DECISION, Named.ANY_DECISION, Named.COMING_DECISIONS)
ALLOCATIONS = (Named.ALLOCATION, Named.COMING_ALLOCATIONS)


class FormContext:
    """A person's form of an act, opened from a duty, a client's page (`case`) or neither. Reads when first asked."""

    def __init__(self, person: Person, act: Act[Any], duty: str, case: str) -> None:
        self.person = person
        self.act = act
        self.duty = duty
        self.case = case

    @cached_property
    def offer(self) -> prefill.ActOffer | None:
        """The values known of the duty or the client; None if the duty is not the person's or no longer open.

        Raises NotFound for a client out of sight.
        """
        if self.duty:
            return self._duty_offer(_uuid(self.duty))
        return prefill.client_offer(self.person.actor, self.act.name, self.case) if self.case else None

    def _duty_offer(self, duty: UUID | None) -> prefill.ActOffer | None:
        offers = prefill.duty_offers(self.person.actor, [duty]).get(duty, []) if duty else []
        offer = next((candidate for candidate in offers if candidate.act == self.act.name), None)
        return prefill.with_doors(self.person.actor, offer) if offer else None

    def clients(self, fields: Iterable[Field], recorded: str) -> list[ClientName]:
        """Returns whom the form is about, as its duty, its client's page and its values tell.

        `recorded`: the case whose showing another reading of the form has recorded.
        """
        named: dict[Named | None, list[str]] = {}
        for form_field in fields:
            if form_field.value:
                named.setdefault(form_field.facts.names, []).append(form_field.value)
        subjects = FormSubjects(
            cases=[
                *filter(None, [self.case]),
                *named.get(Named.CLIENT, []),
                *_lines(named.get(Named.CASES, [])),
            ],
            orders=[number for kind in ORDERS for number in named.get(kind, [])],
            decisions=[reference for kind in DECISIONS for reference in _lines(named.get(kind, []))],
            allocations=[reference for kind in ALLOCATIONS for reference in _lines(named.get(kind, []))],
            duty=_uuid(self.duty),
            visits=list(filter(None, map(_uuid, named.get(Named.VISIT, [])))),
        )
        return clients_of_form(self.person.actor, subjects, recorded=self.case or recorded)

    @property
    def is_duty_gone(self) -> bool:
        """Whether the form's duty no longer waits for the person; false without a duty."""
        if not self.duty or self.offer:  # an offer is of an open duty
            return False
        duty = _uuid(self.duty)
        return duty is None or not worklist.is_on_worklist(self.person.actor, duty)

    @property
    def organisation_options(self) -> list[OrganisationOption]:
        """The organisations to choose from; not read for an act that names none."""
        return self._organisations if forms_fields.has_organisation_field(self.act) else []

    @cached_property
    def people_options(self) -> dict[str, list[ChoiceOption]]:
        """The clients, people and areas to choose from, by path; not read for an act that names none."""
        return {
            **self._client_options(),
            **self._assessor_options(),
            **self._account_options(),
            **self._area_options(),
        }

    def _client_options(self) -> dict[str, list[ChoiceOption]]:
        paths = [spec.path for spec in fields_of(self.act.values) if spec.facts.names is Named.CASES]
        if not paths or self.person.actor.role not in clients_to_choose.who:
            return {}
        clients = clients_to_choose(self.person.actor, nobodys=self.act.name == take_over_clients.name)
        return {
            path: [ChoiceOption(client.case, phrases.client(client)) for client in clients] for path in paths
        }

    def _assessor_options(self) -> dict[str, list[ChoiceOption]]:
        kinds = (Named.ASSESSOR, Named.OTHER_ASSESSOR)
        specs = [spec for spec in fields_of(self.act.values) if spec.facts.names in kinds]
        if not specs:
            return {}
        everybody = caseloads.assessors(self.person.actor)
        people = [ChoiceOption(one.username, one.name) for one in everybody]
        others = [ChoiceOption(one.username, one.name) for one in everybody if not one.is_viewer]
        oneself = ChoiceOption("", _("Jag själv"))
        return {
            spec.path: others
            if spec.facts.names is Named.OTHER_ASSESSOR
            else people
            if spec.required
            else [oneself, *others]
            for spec in specs
        }

    def _account_options(self) -> dict[str, list[ChoiceOption]]:
        paths = {
            spec.path: spec.facts.names is Named.CLOSED_ACCOUNT
            for spec in fields_of(self.act.values)
            if spec.facts.names in (Named.OPEN_ACCOUNT, Named.CLOSED_ACCOUNT)
        }
        if not paths:
            return {}
        names = self.organisation_names()
        return {
            path: [
                ChoiceOption(one.username, f"{one.name}, {names.get(one.organisation, one.organisation)}")
                for one in accounts.accounts_to_choose(self.person.actor, closed=closed)
            ]
            for path, closed in paths.items()
        }

    def _area_options(self) -> dict[str, list[ChoiceOption]]:
        paths = [spec.path for spec in fields_of(self.act.values) if spec.facts.names is Named.AREA]
        if not paths or self.person.actor.role not in caseloads.area_names.who:
            return {}
        areas = caseloads.area_names(self.person.actor)
        return {path: [ChoiceOption(area, area) for area in areas] for path in paths}

    def organisation_names(self) -> dict[str, str]:
        """Returns all organisations' names by their numbers."""
        return {organisation.orgnr: organisation.name for organisation in self._organisations}

    @cached_property
    def _organisations(self) -> list[OrganisationOption]:
        page = lists.organisations(self.person.actor, PageRequest(limit=MAX_PAGE))
        options = [
            OrganisationOption(organisation.orgnr, organisation.name, organisation.kind)
            for organisation in page.items
        ]
        return sorted(options, key=lambda organisation: organisation.name.casefold())


def _lines(values: Iterable[str]) -> list[str]:
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
