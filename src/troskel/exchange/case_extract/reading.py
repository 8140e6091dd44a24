# SPDX-License-Identifier: EUPL-1.2
"""A night's files to typed rows and rejections.

A line is rejected in its first bad column, in the contract's column order; a rejected line is neither
used nor absent. Lines of other services, and their allocations, are counted and left, unchecked.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from collections.abc import Mapping as Files
from datetime import date
from pathlib import Path
from typing import TypeVar, cast

from troskel.exchange.case_extract import checks
from troskel.exchange.case_extract.checks import Bad, Checks, Value, at_most, clipped, identifier, there
from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL, REQUIRED, NightRefused, Rejection
from troskel.exchange.case_extract.lines import records
from troskel.exchange.case_extract.mapping import CONTRACT, Mapping
from troskel.exchange.case_extract.rows import (
    NOTHING_KNOWN,
    Address,
    AllocationRow,
    ClientRow,
    DecisionRow,
    KeyRow,
    KnownIds,
    LockRow,
    Night,
    OrganisationKind,
    OrganisationRow,
    Protection,
    Service,
    Status,
    TagRow,
)

Values = list[Value]
Row = TypeVar("Row")
THE_CLIENT = "kund"


def read_folder(
    folder: Path, *, day: date, known: KnownIds = NOTHING_KNOWN, mapping: Mapping = CONTRACT
) -> Night:
    """The night in a folder; NightRefused where it can't be trusted as a whole."""
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
    return read_night(files, day=day, known=known, mapping=mapping)


def read_night(
    files: Files[str, bytes], *, day: date, known: KnownIds = NOTHING_KNOWN, mapping: Mapping = CONTRACT
) -> Night:
    """The night in these files, by the contract's names without ending (`kunder`)."""
    for name in REQUIRED:
        if name not in files:
            raise NightRefused(mapping.files[name], 1, "the file is missing: extract all four files again")
    return _Reader(files, Checks(day, mapping), known, mapping).read()


class _Reader:
    """Reads the files in the order in which they refer to each other."""

    def __init__(self, files: Files[str, bytes], check: Checks, known: KnownIds, mapping: Mapping) -> None:
        self.files = files
        self.check = check
        self.known = known
        self.mapping = mapping
        self.night = Night()
        self.left_decisions: set[str] = set()
        self.left_allocations: set[str] = set()
        self.seen_tags: set[str] = set()

    def read(self) -> Night:
        """Organisations and clients, their decisions, those decisions' allocations; then what hangs there."""
        night = self.night
        night.organisations = {row.orgnr: row for row in self._good("utforare", self._organisation)}
        night.clients = {row.reference: row for row in self._good("kunder", self._client)}
        for decision in self._good("beslut", self._decision):
            night.decisions[decision.reference] = decision
        night.allocations = {row.reference: row for row in self._good("fordelning", self._allocation)}
        night.locks = self._optional("las", self._lock)
        night.keys = self._optional("nycklar", self._key)
        night.tags = self._optional("knappar", self._tag)
        return night

    def _optional(self, name: str, parse: Callable[[Values], Row]) -> list[Row] | None:
        return list(self._good(name, parse)) if name in self.files else None

    def _good(self, name: str, parse: Callable[[Values], Row | None]) -> Iterator[Row]:
        """The rows of the good lines; the others are left (None) or rejected."""
        for line, values, too_many in records(name, self.files[name], self.mapping):
            try:
                row = parse(values)
                if row is not None and too_many:
                    raise Bad(
                        COLUMNS[name][-1], values[-1], "more values than columns: is a separator unquoted?"
                    )
            except Bad as bad:
                column = self.mapping.columns[name][bad.column]
                rejection = Rejection(self.mapping.files[name], line, column, bad.value, bad.reason)
                self.night.rejections.append(rejection)
            else:
                if row is not None:
                    yield row

    # --- the four files

    def _organisation(self, values: Values) -> OrganisationRow:
        number, name, email, kind = values
        self._second("orgnr", number, self.night.mentioned.organisations)
        return OrganisationRow(
            orgnr=checks.orgnr("orgnr", number),
            name=there("namn", at_most("namn", name, 200)),
            email=checks.email("epost", email),
            kind=cast("OrganisationKind", self.check.code("typ", kind)),
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
        self._second("kund_id", reference, self.night.mentioned.clients)
        return ClientRow(
            reference=identifier("kund_id", reference),
            identity=self.check.identity("personnummer", number),
            first_name=at_most("fornamn", first, 100),
            last_name=at_most("efternamn", last, 100),
            protection=cast("Protection", self.check.code("skydd", protection)),
            address=Address(
                clipped(street, 200), clipped(postcode, 10), clipped(town, 100), clipped(apartment, 20)
            ),
            home_municipality=checks.municipality("hemkommun", municipality),
            phone=clipped(phone, 30),
            died=self.check.day_or_none("avliden", died),
        )

    def _decision(self, values: Values) -> DecisionRow | None:
        (reference, client, investigation, service, status, start, end, replaces, _assessor, reason) = values
        if self._is_left(reference, service):
            return None
        self._second("beslut_id", reference, self.night.mentioned.decisions, self.left_decisions)
        row_id = identifier("beslut_id", reference)
        client_id = self._refers("kund_id", client, self.night.clients, self.known.clients)
        investigation_id = at_most("utredning_id", investigation, checks.LONGEST_ID)
        ours = cast("Service", self.check.code("insats", service))
        state = cast("Status", self.check.code("status", status))
        valid_from, valid_through = self.check.period(start, end)
        return DecisionRow(
            reference=row_id,
            client=client_id,
            investigation=investigation_id,
            service=ours,
            status=state,
            valid_from=valid_from,
            valid_through=valid_through,
            replaces=at_most("ersatter", replaces, checks.LONGEST_ID),
            reason=clipped(reason, 100),
        )

    def _is_left(self, reference: Value, service: Value) -> bool:
        """A decision of another service is counted, and left unchecked."""
        if service is None or service in self.mapping.codes["insats"]:
            return False
        self.night.other_services[service] = self.night.other_services.get(service, 0) + 1
        if reference:
            self.left_decisions.add(reference)
        return True

    def _allocation(self, values: Values) -> AllocationRow | None:
        reference, decision, organisation, start, end = values
        if decision in self.left_decisions and decision not in self.night.decisions:
            self.night.left_allocations += 1
            self.left_allocations.add(reference or "")
            return None
        self._second("fordelning_id", reference, self.night.mentioned.allocations, self.left_allocations)
        row_id = identifier("fordelning_id", reference)
        decision_id = self._refers("beslut_id", decision, self.night.decisions, self.known.decisions)
        orgnr = self._refers("utforare", organisation, self.night.organisations, self.known.organisations)
        valid_from, valid_through = self.check.period(start, end)
        return AllocationRow(row_id, decision_id, orgnr, valid_from, valid_through)

    # --- what hangs there at the take-over

    def _lock(self, values: Values) -> LockRow:
        client, door, serial, mounted = values
        return LockRow(
            client=self._refers("kund_id", client, self.night.clients, self.known.clients),
            door=at_most("dorr", door, 50),
            serial=identifier("serienummer", serial),
            mounted=self.check.day_or_none("monterat", mounted),
        )

    def _key(self, values: Values) -> KeyRow:
        client, door, holder, count = values
        return KeyRow(
            client=self._refers("kund_id", client, self.night.clients, self.known.clients),
            door=at_most("dorr", door, 50),
            holder=self._holder(holder),
            count=checks.count("antal", count),
        )

    def _holder(self, holder: Value) -> str:
        if holder == THE_CLIENT:
            return ""
        return self._refers("innehavare", holder, self.night.organisations, self.known.organisations)

    def _tag(self, values: Values) -> TagRow:
        client, tag, handed_out = values
        client_id = self._refers("kund_id", client, self.night.clients, self.known.clients)
        self._second("knapp", tag, self.seen_tags)
        return TagRow(client_id, identifier("knapp", tag), self.check.day_or_none("utlamnad", handed_out))

    # --- ids

    def _second(self, column: str, value: Value, seen: set[str], left: Container[str] = ()) -> None:
        """The second of two lines with the same id is rejected, whatever the first was."""
        if not value:
            return
        if value in seen or value in left:
            raise Bad(column, value, "a second line with the same id: keep one of them")
        seen.add(value)

    def _refers(self, column: str, value: Value, tonight: Container[str], known: Container[str]) -> str:
        """An id of something good tonight or known before."""
        reference = there(column, value)
        if reference not in tonight and reference not in known:
            raise Bad(
                column,
                value,
                "neither good in this extract nor known before: mend or extract the line that it names",
            )
        return reference
