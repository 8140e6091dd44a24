# SPDX-License-Identifier: EUPL-1.2
"""Tells what an act refuses as a rejected line of the night: file, line, column, value and reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from troskel.exchange.case_extract.contract import COLUMNS, Rejection
from troskel.exchange.case_extract.mapping import Mapping as CaseSystem
from troskel.exchange.case_extract.rows import NightExtract
from troskel.ground.refusal_texts import Phrasing, english, refusal_text
from troskel.ground.refusals import BadValue, NotFound, Refusal

Source = tuple[str, Any]
"""Where an act's item comes from: the file, by the contract's name, and the row; or the reference that is absent."""

COLUMN_OF_FIELD: Final = {
    "valid_from": "fran",
    "valid_through": "till",
    "on": "avliden",
    "died": "avliden",
    "identity": "personnummer",
    "kind": "typ",
    "email": "epost",
    "name": "namn",
    "first_name": "fornamn",
    "last_name": "efternamn",
    "client": "kund_id",
    "decision": "beslut_id",
    "organisation": "utforare",
    "area": "omrade",
    "holder": "innehavare",
    "door": "dorr",
    "serial": "serienummer",
    "tag": "knapp",
}
"""The column that an act's field comes from, where the file has it; otherwise the line is named by its first column."""

COLUMN_OF_CODE: Final = {
    "organisation.only_answers_alarms": "typ",
    "organisation.gives_no_care": "typ",
    "lock.already_registered": "serienummer",
    "lock.told_at_two_doors": "serienummer",
    "door.told_two_locks": "serienummer",
    "door.has_another_lock": "serienummer",
    "key.already_registered": "dorr",
    "tag.already_registered": "knapp",
}
"""The column that a refusal is about, where no field says so."""

_VALUES: Final = {
    "fran": "valid_from",
    "till": "valid_through",
    "avliden": "died",
    "typ": "kind",
    "epost": "email",
    "namn": "name",
    "fornamn": "first_name",
    "efternamn": "last_name",
    "orgnr": "orgnr",
    "utforare": "organisation",
    "omrade": "area",
    "innehavare": "holder",
    "dorr": "door",
    "serienummer": "serial",
    "knapp": "tag",
    "fordelning_id": "reference",
}


def sources(night: NightExtract, file: str, references: Any) -> list[Source]:
    """Returns the row of each reference in the file; the reference itself where the extract does not have it."""
    tables: dict[str, Mapping[str, Any]] = {
        "utforare": night.organisations,
        "kunder": night.clients,
        "beslut": night.decisions,
        "fordelning": night.allocations,
    }
    rows = tables[file]
    return [(file, rows.get(reference, reference)) for reference in references]


class Refused(NamedTuple):
    """A line that an act refused, and the reason in Swedish."""

    line: Rejection
    swedish: str


def refused_item(source: Source, refused: Mapping[str, Any], case_system: CaseSystem) -> Refused:
    """Returns what a plural act refused, as its answer's `refused` tells it."""
    rule, code, message = refused["rule"], refused["code"], refused["message"]
    return Refused(_rejection(source, rule, code, message, case_system), refused["swedish"])


def refused_act(source: Source, refusal: Refusal | NotFound | BadValue, case_system: CaseSystem) -> Refused:
    """Returns an act's refusal of its only item."""
    rule = refusal.rule if isinstance(refusal, Refusal) else refusal.field
    line = _rejection(source, rule, refusal.code, english(refusal), case_system)
    return Refused(line, refusal_text(refusal, Phrasing("sv")))


def _rejection(source: Source, rule: str, code: str, message: str, case_system: CaseSystem) -> Rejection:
    """`rule`: the paragraph or rule that refuses; of a bad value its field, as `clients.identity`."""
    file, row = source
    column = COLUMN_OF_CODE.get(code) or COLUMN_OF_FIELD.get(rule.rpartition(".")[2], "")
    if column not in COLUMNS[file]:
        column = COLUMNS[file][0]
    is_absent = isinstance(row, str)
    return Rejection(
        file=case_system.files[file],
        line=1 if is_absent else row.line,
        column=case_system.columns[file][column],
        value=row if is_absent else _value(file, column, row),
        reason=f"refused by {rule}: {message}",
    )


def _value(file: str, column: str, row: Any) -> str:
    if column == "personnummer":
        return str(row.identity.number12)
    if column in ("kund_id", "beslut_id"):
        is_own = column == COLUMNS[file][0] and file in ("kunder", "beslut")
        return str(
            row.reference if is_own else getattr(row, {"kund_id": "client", "beslut_id": "decision"}[column])
        )
    value = getattr(row, _VALUES[column])
    return "" if value is None else str(value)
