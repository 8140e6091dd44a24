# SPDX-License-Identifier: EUPL-1.2
"""Parses a night's files to typed rows and rejections.

A line is rejected for its first invalid column, in the contract's column order; a rejected line is not used,
and does not count as absent. Lines of other services, and their allocations, are counted and not checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator
from collections.abc import Mapping as Files
from datetime import date
from pathlib import Path
from typing import TypeVar, cast

from troskel.exchange.case_extract import checks
from troskel.exchange.case_extract.checks import (
    BadColumn,
    Checks,
    Value,
    identifier,
    limited_text,
    required,
    truncate,
)
from troskel.exchange.case_extract.contract import (
    COLUMNS,
    OPTIONAL,
    OPTIONAL_COLUMNS,
    REQUIRED,
    NightRefused,
    Rejection,
)
from troskel.exchange.case_extract.lines import records
from troskel.exchange.case_extract.mapping import CONTRACT, Mapping, folded
from troskel.exchange.case_extract.rows import (
    NOTHING_KNOWN,
    AllocationRow,
    ClientRow,
    DecisionRow,
    ExtractAddress,
    KeyRow,
    KnownIds,
    LockRow,
    NightExtract,
    OrganisationKind,
    OrganisationRow,
    Protection,
    Service,
    Status,
    TagRow,
)
from troskel.people.caseloads import area_key

Values = list[Value]
Row = TypeVar("Row")
CLIENT_AS_HOLDER = "kund"


def read_folder(
    folder: Path, *, day: date, known_ids: KnownIds = NOTHING_KNOWN, mapping: Mapping = CONTRACT
) -> NightExtract:
    """Reads the night in a folder. Raises NightRefused when it can't be trusted as a whole."""
    return read_night(files_of(folder, mapping), day=day, known_ids=known_ids, mapping=mapping)


def files_of(folder: Path, mapping: Mapping = CONTRACT) -> dict[str, bytes]:
    """Returns the bytes of the night's files, keyed by the contract's names. Raises NightRefused."""
    files: dict[str, bytes] = {}
    for name in (*REQUIRED, *OPTIONAL):
        path = folder / mapping.files[name]
        try:
            files[name] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            reason = f"can't be read ({type(error).__name__}): look at its permissions"
            raise NightRefused(path.name, 1, reason) from None
    return files


def only_things(files: Container[str]) -> bool:
    """Are there only files of locks, keys and tags?"""
    return any(name in files for name in OPTIONAL) and not any(name in files for name in REQUIRED)


def digest_of(files: Files[str, bytes]) -> str:
    """Returns a digest that is equal for the same bytes in the four files, so that a night is known again."""
    whole = hashlib.sha256()
    for name, data in sorted((name, files[name]) for name in REQUIRED if name in files):
        whole.update(f"{name}:{len(data)}:".encode() + hashlib.sha256(data).digest())
    return whole.hexdigest()


def read_night(
    files: Files[str, bytes], *, day: date, known_ids: KnownIds = NOTHING_KNOWN, mapping: Mapping = CONTRACT
) -> NightExtract:
    """Reads the night in these files, keyed by the contract's names without extension (`kunder`).

    The optional files may come alone: then they tell of what is known, and nothing is absent.
    """
    for name in REQUIRED:
        if name not in files and not only_things(files):
            raise NightRefused(mapping.files[name], 1, "the file is missing: extract all four files again")
    return _NightReader(files, Checks(day, mapping), known_ids, mapping).read()


def _made_reference(decision: Value, organisation: str, start: Value) -> str:
    """The id of an allocation that has none: the same line gives the same one each night."""
    made = f"{decision}-{organisation}-{start}"
    return made if len(made) <= checks.MAX_ID_LENGTH else hashlib.sha256(made.encode()).hexdigest()[:32]


class _NightReader:
    """Reads the files in the order in which they refer to each other."""

    def __init__(
        self, files: Files[str, bytes], check: Checks, known_ids: KnownIds, mapping: Mapping
    ) -> None:
        self.files = files
        self.checks = check
        self.known_ids = known_ids
        self.mapping = mapping
        self.night = NightExtract()
        self.other_decisions: set[str] = set()
        self.other_allocations: set[str] = set()
        self.seen_tags: set[str] = set()
        self.told_decisions: dict[Value, Values] = {}
        self.organisations_by_name: dict[str, str] = {}
        self.file, self.line = "", 0

    def read(self) -> NightExtract:
        """Reads organisations, clients, decisions and allocations; then locks, keys and tags."""
        night = self.night
        night.tells_only_things = only_things(self.files)
        if not night.tells_only_things:
            self._read_care()
        night.locks = self._optional("las", self._lock)
        night.keys = self._optional("nycklar", self._key)
        night.tags = self._optional("knappar", self._tag)
        return night

    def _read_care(self) -> None:
        night = self.night
        night.organisations = {row.orgnr: row for row in self._good_rows("utforare", self._organisation)}
        names = [folded(row.name) for row in night.organisations.values()]
        self.organisations_by_name = {
            folded(row.name): row.orgnr
            for row in night.organisations.values()
            if names.count(folded(row.name)) == 1
        }
        night.clients = {row.reference: row for row in self._good_rows("kunder", self._client)}
        for decision in self._good_rows("beslut", self._decision):
            night.decisions[decision.reference] = decision
        night.allocations = {row.reference: row for row in self._good_rows("fordelning", self._allocation)}

    def _optional(self, name: str, parse: Callable[[Values], Row]) -> list[Row] | None:
        return list(self._good_rows(name, parse)) if name in self.files else None

    def _good_rows(self, name: str, parse: Callable[[Values], Row | None]) -> Iterator[Row]:
        """Yields the rows of valid lines; the others are ignored (None) or rejected."""
        checked = 0
        self.file = self.mapping.files[name]
        for line, values, too_many in records(name, self.files[name], self.mapping):
            self.line = line
            try:
                self._is_no_header(name, values[0])
                row = parse(values)
                if row is not None and too_many:
                    last = -1 - len(OPTIONAL_COLUMNS.get(name, ()))  # which is always there
                    raise BadColumn(
                        COLUMNS[name][last],
                        values[last],
                        "more values than columns: is a separator unquoted?",
                    )
            except BadColumn as error:
                column = self.mapping.columns[name][error.column]
                rejection = Rejection(self.file, line, column, error.value, error.reason)
                self.night.rejections.append(rejection)
                checked += 1
            else:
                if row is not None:
                    checked += 1
                    yield row
        self.night.lines[name] = checked

    def _is_no_header(self, name: str, value: Value) -> None:
        """Rejects the names of the columns, come again."""
        column = COLUMNS[name][0]
        if value is not None and value.casefold() == self.mapping.columns[name][column].casefold():
            raise BadColumn(column, value, "the header again: extract one file, not several after each other")

    # --- the four required files

    def _organisation(self, values: Values) -> OrganisationRow:
        number, name, email, kind = values
        self._refuse_second("orgnr", number, self.night.mentioned_ids.organisations)
        return OrganisationRow(
            orgnr=checks.orgnr("orgnr", number),
            name=required("namn", self._name("namn", name, 200)),
            email=checks.email("epost", email),
            kind=cast("OrganisationKind", self.checks.code("typ", kind)),
            line=self.line,
        )

    def _client(self, values: Values) -> ClientRow:
        (
            reference,
            number,
            first,
            last,
            protection,
            street,
            postcode,
            town,
            apartment,
            municipality,
            phone,
            died,
        ) = values
        self._refuse_second("kund_id", reference, self.night.mentioned_ids.clients)
        row_id = identifier("kund_id", reference)
        identity = self.checks.identity("personnummer", number)
        first_name, last_name = self._name("fornamn", first, 100), self._name("efternamn", last, 100)
        required("fornamn", first_name or last_name)
        self._note_odd(street or "", town or "")
        return ClientRow(
            reference=row_id,
            identity=identity,
            first_name=first_name,
            last_name=last_name,
            protection=cast("Protection", self.checks.code("skydd", protection)),
            address=ExtractAddress(
                truncate(street, 200), truncate(postcode, 10), truncate(town, 100), truncate(apartment, 20)
            ),
            home_municipality=checks.municipality("hemkommun", municipality),
            phone=truncate(phone, 30),
            died=self.checks.death("avliden", died, identity),
            line=self.line,
        )

    def _decision(self, values: Values) -> DecisionRow | None:
        (reference, client, investigation, service, status, start, end, replaces, assessor, reason) = values
        if self._is_other_service(reference, service):
            return None
        if self.mapping.is_care_in_one and self._is_told_again(reference, values):
            return None
        self._refuse_second("beslut_id", reference, self.night.mentioned_ids.decisions, self.other_decisions)
        row_id = identifier("beslut_id", reference)
        client_id = self._reference("kund_id", client, self.night.clients, self.known_ids.clients)
        investigation_id = limited_text("utredning_id", investigation, checks.MAX_ID_LENGTH)
        service_code = cast("Service", self.checks.code("insats", service))
        state = cast("Status", self.checks.code("status", status))
        valid_from, valid_through = self.checks.period(start, end)
        return DecisionRow(
            reference=row_id,
            client=client_id,
            investigation=investigation_id,
            service=service_code,
            status=state,
            valid_from=valid_from,
            valid_through=valid_through,
            replaces=limited_text("ersatter", replaces, checks.MAX_ID_LENGTH),
            reason=truncate(reason, 100),
            line=self.line,
            assessor=truncate(assessor, 200),
        )

    def _is_other_service(self, reference: Value, service: Value) -> bool:
        """Is the decision of another service? Then it is counted, and not checked."""
        if service is None or self.checks.is_code("insats", service):
            return False
        self.night.other_services[service] = self.night.other_services.get(service, 0) + 1
        if reference:
            self.other_decisions.add(reference)
        return True

    def _is_told_again(self, reference: Value, values: Values) -> bool:
        """Is it the same decision, on the line of another allocation?"""
        was_told = reference in self.night.mentioned_ids.decisions
        return self.told_decisions.setdefault(reference, values) == values and was_told

    def _allocation(self, values: Values) -> AllocationRow | None:
        reference, decision, told, start, end, area = values
        organisation = self._number_of(told)
        if self.mapping.is_care_in_one:
            if not organisation:
                return None  # decided, and given to nobody yet
            reference = reference or _made_reference(decision, organisation, start)
        if decision in self.other_decisions and decision not in self.night.decisions:
            self.night.ignored_allocations += 1
            self.other_allocations.add(reference or "")
            return None
        self._refuse_second(
            "fordelning_id", reference, self.night.mentioned_ids.allocations, self.other_allocations
        )
        row_id = identifier("fordelning_id", reference)
        decision_id = self._reference("beslut_id", decision, self.night.decisions, self.known_ids.decisions)
        orgnr = self._reference(
            "utforare", organisation, self.night.organisations, self.known_ids.organisations
        )
        valid_from, valid_through = self.checks.period(start, end)
        named = self._area(area, row_id, decision_id, orgnr)
        return AllocationRow(row_id, decision_id, orgnr, valid_from, valid_through, self.line, named)

    def _area(self, value: Value, allocation: str, decision: str, orgnr: str) -> str:
        """Returns the area that a line names: one that the provider has, or what the case system named last."""
        areas, row = self.known_ids.areas, self.night.decisions.get(decision)
        told = {
            areas.told_of_allocation.get((allocation, orgnr)),
            areas.told_of_client.get((row.client, orgnr)) if row else None,
        }
        if value and area_key(value) in told:
            return value
        return checks.area("omrade", value, orgnr, areas.there)

    # --- the optional files of the take-over

    def _lock(self, values: Values) -> LockRow:
        client, door, serial, mounted = values
        return LockRow(
            client=self._reference("kund_id", client, self.night.clients, self.known_ids.clients),
            door=checks.name("dorr", door, 50),
            serial=checks.thing_number("serienummer", serial),
            mounted=self.checks.past_day_or_none("monterat", mounted),
            line=self.line,
        )

    def _key(self, values: Values) -> KeyRow:
        client, door, holder, count = values
        return KeyRow(
            client=self._reference("kund_id", client, self.night.clients, self.known_ids.clients),
            door=checks.name("dorr", door, 50),
            holder=self._holder(holder),
            count=checks.count("antal", count),
            line=self.line,
        )

    def _holder(self, holder: Value) -> str:
        if holder == CLIENT_AS_HOLDER:
            return ""
        holder = self._number_of(holder)
        return self._reference("innehavare", holder, self.night.organisations, self.known_ids.organisations)

    def _tag(self, values: Values) -> TagRow:
        client, tag, handed_out = values
        client_id = self._reference("kund_id", client, self.night.clients, self.known_ids.clients)
        number = checks.thing_number("knapp", tag)
        self._refuse_second("knapp", number, self.seen_tags)
        handed_out_on = self.checks.past_day_or_none("utlamnad", handed_out)
        return TagRow(client_id, number, handed_out_on, self.line)

    def _number_of(self, told: Value) -> Value:
        """The number of an organisation that a line names by its name; another value as it is."""
        if not told or told in self.night.organisations or told in self.known_ids.organisations:
            return told
        by_name = {**self.organisations_by_name, **self.mapping.organisations}
        return by_name.get(folded(told), told)

    # --- names

    def _name(self, column: str, value: Value, max_length: int) -> str:
        """Returns a name without what nobody sees. Raises BadColumn for a control, and notes that the night is odd."""
        self._note_odd(value or "")
        return checks.name(column, value, max_length)

    def _note_odd(self, *texts: str) -> None:
        if any(map(checks.is_odd, texts)):
            self.night.odd_names.append((self.file, self.line))

    # --- ids

    def _refuse_second(self, column: str, value: Value, seen: set[str], others: Container[str] = ()) -> None:
        """Rejects the second of two lines with the same id, valid or not."""
        if not value:
            return
        if value in seen or value in others:
            raise BadColumn(column, value, "a second line with the same id: keep one of them")
        seen.add(value)

    def _reference(
        self, column: str, value: Value, tonight: Container[str], known_ids: Container[str]
    ) -> str:
        """Returns an id that is valid in the extract or known before. Raises BadColumn otherwise."""
        reference = required(column, value)
        if reference not in tonight and reference not in known_ids:
            raise BadColumn(
                column,
                value,
                "neither good in this extract nor known before: mend or extract the line that it names",
            )
        return reference
