# SPDX-License-Identifier: EUPL-1.2
"""When an act is said to have happened, if not now: bounded on both sides (design, rule 10; decision 51).

Not later than now, but for a clock that is a little fast. Not before what it is about was known. Long ago only with a
reason, and then marked: otherwise a clock that has been reset makes late duties look done in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from troskel.ground import clock
from troskel.ground.choices import Choice
from troskel.ground.ids import created
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.ground.years import check_year

TOLERANCE = timedelta(minutes=5)
"""How fast the clock of who tells may be."""

FAR_BACK = timedelta(days=31)

FAR_BACK_MARK = "occurred.far_back"

UUID_7 = 7

KNOWN_BY_DAY = ("client", "decision", "allocation", "lock", "tag", "key", "link")
"""Body keys of what an act may be about: it happened on the day that this became known, or later."""

KNOWN_BY_INSTANT = ("order",)
"""Body keys of what begins here, at an instant."""


class LateReason(Choice, question=_("Varför skrivs det in så sent?")):
    """Why something is told more than `FAR_BACK` after it happened."""

    FORGOTTEN = "forgotten", _("Det glömdes")
    ON_PAPER = "on_paper", _("Det stod på papper")
    PHONE_AWAY = "phone_away", _("Telefonen var borta eller trasig")
    SYSTEM_DOWN = "system_down", _("Systemet gick inte att nå")
    CORRECTION = "correction", _("Det rättar något tidigare")


class Occurrence(NamedTuple):
    """When an act happened, other than now. `late_reason`: a code, or empty where it is not far back."""

    instant: datetime
    late_reason: str

    @property
    def fields(self) -> dict[str, Any]:
        """The journal fields that say why it is told so late."""
        return {"late_reason": self.late_reason} if self.late_reason else {}

    @property
    def marks(self) -> tuple[str, ...]:
        """The mark of what is far back."""
        return (FAR_BACK_MARK,) if self.late_reason else ()

    def check_known(self, body: Mapping[str, Any], now: datetime) -> None:
        """Raises BadValue where it would be before something that it is about was known. Skips what the act makes."""
        for known in _instants(body, KNOWN_BY_INSTANT):
            if known + timedelta(milliseconds=1) <= now:
                self._not_before(known)
        for known in _instants(body, KNOWN_BY_DAY):
            if clock.day_of(known) > clock.day_of(self.instant) and known + timedelta(milliseconds=1) <= now:
                self._not_before(known)

    def _not_before(self, known: datetime) -> None:
        if self.instant < known:
            raise BadValue(
                "occurred",
                "occurred.before_it_was_known",
                _("Det som det gäller skrevs in först {starts}. Kontrollera tiden."),
                starts=known.isoformat(),
            )


def occurrence(occurred: datetime | None, late_reason: str) -> Occurrence | None:
    """Returns when an act happened; None: now. Raises BadValue for the future, or far back without a reason."""
    now = clock.now()
    if occurred is None:
        return None
    if occurred > now + TOLERANCE:
        raise BadValue(
            "occurred", "occurred.in_the_future", _("Tiden har inte kommit än. Skriv när det hände.")
        )
    check_year("occurred", occurred)
    if now - occurred <= FAR_BACK:
        return Occurrence(min(occurred, now), "")
    if late_reason not in LateReason.codes():
        refusal = BadValue(
            "late_reason",
            "occurred.far_back",
            _(
                "Det är mer än {count} dagar sedan. Stämmer tiden: skriv varför det berättas så sent, {codes}."
            ),
            count=FAR_BACK.days,
            codes=sorted(LateReason.codes()),
        )
        refusal.confirmable = True
        raise refusal
    return Occurrence(occurred, late_reason)


def _instants(body: Mapping[str, Any], keys: Iterable[str]) -> Iterable[datetime]:
    for key in keys:
        identifier = body.get(key)
        if isinstance(identifier, UUID) and identifier.version == UUID_7:
            yield created(identifier)
