# SPDX-License-Identifier: EUPL-1.2
"""One file of locks, keys or tags, as a person chooses it: read as the night's, with a report by line.

Which of the three it is, its header tells (`docs/extract.md`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import msgspec

from troskel.acts.taking_over_things import OldKeys, OldLock, OldTag
from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL, NightRefused, Rejection
from troskel.exchange.case_extract.mapping import CONTRACT, folded
from troskel.exchange.case_extract.reading import read_night
from troskel.exchange.case_extract.rows import KnownIds, NightExtract
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.people.models import Client, Organisation

ACTS = {"las": "take_over_locks", "nycklar": "take_over_keys", "knappar": "take_over_tags"}
MAX_LINES = 2000


class ThingsFile(NamedTuple):
    """What a file tells. `act` and its `values`; `lines`: the physical line of each item; `rejected`: others."""

    act: str
    values: dict[str, Any]
    lines: list[int]
    rejected: list[Rejection]


def read(municipality: str, data: bytes, today: date) -> ThingsFile:
    """Returns what the file tells. Raises BadValue for a file that is none of the three, or can't be trusted."""
    kind = _kind_of(data)
    organisations = Organisation.objects.filter(municipality=municipality).values_list("orgnr", "name")
    clients = Client.objects.filter(municipality=municipality).values_list("reference", "case_number")
    known = KnownIds(
        organisations=frozenset(number for number, _name in organisations),
        clients=frozenset(name for names in clients for name in names),
    )
    names = {folded(name): number for number, name in organisations}
    mapping = msgspec.structs.replace(CONTRACT, organisations=names)
    try:
        night = read_night({kind: data}, day=today, known_ids=known, mapping=mapping)
    except NightRefused as refused:
        raise BadValue(
            "file",
            "things_file.not_whole",
            _("Rad {line} går inte att läsa, så ingenting i filen används. Spara den som CSV i UTF-8, hel."),
            line=refused.line,
        ) from None
    items, lines = _items(kind, night)
    if len(items) > MAX_LINES:
        raise BadValue(
            "file", "things_file.too_long", _("Filen har fler än {most} rader. Dela den."), most=MAX_LINES
        )
    ((field, told),) = items_by_field(kind, items).items()
    return ThingsFile(ACTS[kind], {field: told}, lines, night.rejections)


def items_by_field(kind: str, items: list[Any]) -> dict[str, list[Any]]:
    """Returns the values of the act: its list, by the list's name."""
    field = {"las": "locks", "nycklar": "keys", "knappar": "tags"}[kind]
    return {field: msgspec.to_builtins(items)}


def _kind_of(data: bytes) -> str:
    heading = data.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    names = {name.strip().strip('"').casefold() for name in heading.split(";")}
    for kind in OPTIONAL:
        if names >= set(COLUMNS[kind]):
            return kind
    raise BadValue(
        "file",
        "things_file.unknown_columns",
        _(
            "Första raden ska namnge kolumnerna. För lås: kund_id; dorr; serienummer; monterat. För nycklar: kund_id; "
            "dorr; innehavare; antal. För knappar: kund_id; knapp; utlamnad."
        ),
    )


def _items(kind: str, night: NightExtract) -> tuple[list[Any], list[int]]:
    if kind == "las":
        locks = [OldLock(row.client, row.door, row.serial, row.mounted) for row in night.locks or ()]
        return list(locks), [row.line for row in night.locks or ()]
    if kind == "nycklar":
        keys = [OldKeys(row.client, row.door, row.holder, row.count) for row in night.keys or ()]
        return list(keys), [row.line for row in night.keys or ()]
    tags = [OldTag(row.client, row.tag, row.handed_out) for row in night.tags or ()]
    return list(tags), [row.line for row in night.tags or ()]
