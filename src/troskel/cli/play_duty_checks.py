# SPDX-License-Identifier: EUPL-1.2
"""What a play file may state about duties and notices: which, whose, by when, about whom, in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, UnsetType

from troskel.cli.output import system_actor
from troskel.cli.play_check import Check, Found, Lists, listed, paired
from troskel.ground import clock
from troskel.reading import worklist


class _Duties(Check, frozen=True):
    """Duties or notices. `of`: their owner, in the words of `owners`. `about`: the client that each names."""

    shapes = {
        "are": 'a list of duties, as ["P6.order"]',
        "late": 'a list of duties, as ["P6.order"]',
    }
    are: list[str]
    client: str | None = None
    of: str | None = None
    paragraph: str | None = None
    owners: Lists | UnsetType = UNSET
    about: Lists | UnsetType = UNSET
    say: Lists | UnsetType = UNSET

    def is_meant(self, row: worklist.DutyShown) -> bool:
        """Does the check look at this row?"""
        raise NotImplementedError

    def rows(self) -> list[worklist.DutyShown]:
        """The duties or notices that the check looks at."""
        return [
            row
            for row in worklist.duties_on(system_actor(), clock.today())
            if self.is_meant(row)
            and self.client in (None, row.client)
            and self.paragraph in (None, row.paragraph)
            and (self.of is None or _is_owner(self.of, _owner(row)))
        ]

    def found(self) -> Found:
        """See Check."""
        rows = self.rows()
        return {
            "are": sorted(map(_name, rows)),
            "owners": _by_name(rows, _owner),
            "about": _by_name(rows, lambda row: row.client or ""),
            "say": _by_name(rows, lambda row: row.text),
        }

    def fits(self, name: str, wanted: Any, found: Any) -> bool:
        """See Check. An owner has the words that the file states."""
        if name == "owners":
            return all(paired(listed(wanted[key]), found.get(key, []), _is_owner) for key in wanted)
        return super().fits(name, wanted, found)


class Open(_Duties, frozen=True, kw_only=True):
    """The duties that are open; `late`: those of them that are late; `due`: their due days, or "none"."""

    example = '{"client": "K1", "are": ["P6.order"]}, or without \'client\': everybody\'s'
    late: list[str] | UnsetType = UNSET
    due: Lists | UnsetType = UNSET

    def is_meant(self, row: worklist.DutyShown) -> bool:
        """See _Duties."""
        return row.kind == "duty" and row.state in ("open", "late")

    def found(self) -> Found:
        """See Check."""
        rows = self.rows()
        return super().found() | {
            "late": sorted(_name(row) for row in rows if row.state == "late"),
            "due": _by_name(rows, lambda row: str(row.due or "none")),
        }


class Done(_Duties, frozen=True, kw_only=True):
    """The duties that have been done, since the beginning; `late`: those that were done too late."""

    example = '{"client": "K1", "paragraph": "A8", "are": ["A8.allocation"], "late": []}'
    late: list[str] | UnsetType = UNSET

    def is_meant(self, row: worklist.DutyShown) -> bool:
        """See _Duties."""
        return row.kind == "duty" and row.state == "done"

    def found(self) -> Found:
        """See Check."""
        late = sorted(_name(row) for row in self.rows() if row.days_late > 0)
        return super().found() | {"late": late}


class Notices(_Duties, frozen=True):
    """The notices that stand unread."""

    example = '{"client": "K1", "of": "5560009929", "are": ["A5.tell_new"]}'

    def is_meant(self, row: worklist.DutyShown) -> bool:
        """See _Duties."""
        return row.kind == "notice" and row.state in ("open", "late")


def _is_owner(wanted: str, owner: str) -> bool:
    return set(wanted.split()) <= set(owner.split())


def _name(row: worklist.DutyShown) -> str:
    return f"{row.paragraph}.{row.ask}"


def _owner(row: worklist.DutyShown) -> str:
    return " ".join(word for word in (row.role, row.organisation, row.person) if word)


def _by_name(
    rows: list[worklist.DutyShown], value: Callable[[worklist.DutyShown], str]
) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(_name(row), []).append(value(row))
    return values
