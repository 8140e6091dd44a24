# SPDX-License-Identifier: EUPL-1.2
"""How the program itself is doing, of each municipality: the facts that `/-/metrics` and the staff's page both have.

What stands still is judged here, once. No client is read, so nothing is recorded.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Value

from troskel.duties import days
from troskel.duties.models import DayTurned, Duty
from troskel.ground import clock
from troskel.ground.backup_files import backups
from troskel.journal.models import Chain, ChainKind, Line
from troskel.outbox.models import UNFINISHED, Heartbeat, OutboxMessage
from troskel.people.models import ImportedNight, Municipality, StoppedNight
from troskel.people.roles import EVERY_ROLE, Actor, Role
from troskel.reading.register import read

WORKER_SILENT = timedelta(minutes=2)
MAIL_WAITS = timedelta(minutes=15)
NIGHT_IS_OLD = BACKUP_IS_OLD = timedelta(hours=36)
DAY_IS_TURNED_WITHIN = timedelta(minutes=30)
"""After midnight: a worker turns the day within a minute, and a large one takes some."""


KEPT, KEPT_SECONDS = "standings", 5
"""The key in the cache of the process, and how long the facts lie there."""


class Standing(msgspec.Struct, frozen=True):
    """The facts of a municipality. Instants are UTC; None: never. `mail_waits`: since when the oldest e-mail does.

    `due`: e-mails to be sent now, `failing`: tried in vain so far, `parked`: given up. `late`: open duties whose day
    has passed. `lines`: the number of the last line in the chain of acts; `head`: when it was recorded.
    """

    municipality: str
    worker: datetime | None
    day: date | None
    due: int
    failing: int
    parked: int
    mail_waits: datetime | None
    mail_sent: datetime | None
    night: datetime | None
    stopped: int
    late: int
    lines: int
    head: datetime | None


class Trouble(StrEnum):
    """What is wrong, for plain words. The gravest first."""

    WORKER = "worker"
    DAY = "day"
    DAY_WAITS = "day_waits"
    DAY_AHEAD = "day_ahead"
    MAIL = "mail"
    NIGHT = "night"
    STOPPED = "stopped"
    BACKUP = "backup"
    PARKED = "parked"


class Troubled(msgspec.Struct, frozen=True):
    """A trouble: since when it stands still (None: it never went), and how many things it is about."""

    trouble: Trouble
    since: datetime | date | None = None
    count: int = 0


def standings() -> list[Standing]:
    """Returns the facts of every municipality. One query."""
    now, today = clock.now(), clock.today()
    mail, due = OutboxMessage.objects, UNFINISHED & Q(run_at__lte=now)
    tried = UNFINISHED & (Q(run_at__lte=now) | Q(attempts__gt=0))
    acts = {"kind": ChainKind.ACTS}
    facts: dict[str, Any] = {
        "worker": _one(Heartbeat.objects.all(), Max("seen_at"), of_all=True),
        "day": _one(DayTurned.objects.all(), Max("day")),
        "due": _one(mail.filter(due), Count("pk")),
        "failing": _one(mail.filter(UNFINISHED & ~Q(last_error="")), Count("pk")),
        "parked": _one(mail.filter(parked_at__isnull=False), Count("pk")),
        "mail_waits": _one(mail.filter(tried), Min("put_at")),
        "mail_sent": _one(mail.filter(done_at__gt=now - timedelta(days=7)), Max("done_at")),
        "night": _one(ImportedNight.objects.all(), Max("taken_in")),
        "stopped": _one(StoppedNight.objects.filter(answer=""), Count("pk")),
        "late": _one(Duty.objects.filter(kind="duty", state="open", due__lt=today), Count("pk")),
        "lines": _one(Chain.objects.filter(**acts), Max("number")),
        "head": Subquery(
            Line.objects.filter(municipality=OuterRef("code"), **acts).order_by("-number").values("recorded")[:1]
        ),
    }  # fmt: skip
    counts = ("due", "failing", "parked", "stopped", "late", "lines")
    return [
        Standing(row.pop("code"), **row | {name: row[name] or 0 for name in counts})
        for row in Municipality.objects.annotate(**facts).order_by("code").values("code", *facts)
    ]


def kept_standings() -> list[Standing]:
    """Returns the facts of every municipality, some seconds old at most: many may ask, the database is asked once."""
    found = cache.get(KEPT)
    if found is None:
        found = standings()
        cache.set(KEPT, found, KEPT_SECONDS)
    return list(found)


@read(who=EVERY_ROLE, title="What stands still in the program itself")
def troubles(viewer: Actor) -> list[Troubled]:
    """What stands still, the gravest first; empty where all is well. One query at most, one more where days do."""
    puts_it_right = viewer.role is Role.ADMINISTRATOR  # and sees at once that it is
    found_now = standings() if puts_it_right else kept_standings()
    mine = [one for one in found_now if one.municipality == viewer.municipality]
    found = [_for_a_person(standing, trouble) for standing in mine for trouble in judged(standing)]
    return [*found, *judged_backup(last_backup())]


def _for_a_person(standing: Standing, found: Troubled) -> Troubled:
    """The trouble, where days are not turned since a person has to say which day it is."""
    if found.trouble is Trouble.DAY and days.waits(standing.municipality, standing.day, clock.today()):
        return msgspec.structs.replace(found, trouble=Trouble.DAY_WAITS)
    return found


def last_backup() -> datetime | Literal["unknown"] | None:
    """Returns when the newest backup was made, None without any.

    `unknown`: no folder is named, or it can't be looked into.
    """
    folder: Path | None = getattr(settings, "TROSKEL_BACKUP", None)
    if folder is None:
        return "unknown"
    try:
        return max(backups(folder).values(), default=None)
    except OSError:
        return "unknown"


def judged_backup(made: datetime | Literal["unknown"] | None) -> list[Troubled]:
    """Returns the trouble with backups, if there is one."""
    if made is None:
        return [Troubled(Trouble.BACKUP)]
    if isinstance(made, datetime) and clock.now() - made > BACKUP_IS_OLD:
        return [Troubled(Trouble.BACKUP, made)]
    return []


def judged(standing: Standing) -> list[Troubled]:
    """Returns what stands still, by the facts alone."""
    now, today = clock.now(), clock.today()
    found = []
    if standing.worker is None or now - standing.worker > WORKER_SILENT:
        found.append(Troubled(Trouble.WORKER, standing.worker))
    if standing.day is not None and standing.day > today:
        found.append(Troubled(Trouble.DAY_AHEAD, standing.day))
    elif standing.day is not None and standing.day < clock.day_of(now - DAY_IS_TURNED_WITHIN):
        found.append(Troubled(Trouble.DAY, standing.day))
    waits, sent = standing.mail_waits, standing.mail_sent
    if waits is not None and now - waits > MAIL_WAITS and (sent is None or sent <= waits):
        found.append(Troubled(Trouble.MAIL, waits, max(standing.due, standing.failing)))
    if standing.night is not None and now - standing.night > NIGHT_IS_OLD:
        found.append(Troubled(Trouble.NIGHT, standing.night))
    for trouble, count in ((Trouble.STOPPED, standing.stopped), (Trouble.PARKED, standing.parked)):
        if count:
            found.append(Troubled(trouble, count=count))
    return found


def _one(rows: QuerySet[Any], figure: Max | Min | Count, *, of_all: bool = False) -> Subquery:
    """One figure about the rows of the outer query's municipality."""
    mine = rows if of_all else rows.filter(municipality=OuterRef("code"))
    return Subquery(
        mine.order_by().annotate(all=Value(1)).values("all").annotate(figure=figure).values("figure")
    )
