# SPDX-License-Identifier: EUPL-1.2
"""Each month the manager looks at who has read what (rule 7): a sample that nobody chose, judged by another person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.access.models import BriefSight
from troskel.ground.choices import Choice
from troskel.ground.clock import STOCKHOLM
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.journal import sampling
from troskel.journal.models import ChainKind, DrawnRead, Line, LogReview
from troskel.people.models import Account, Client
from troskel.people.roles import ActorKind, Role
from troskel.routine import months
from troskel.runner import lookup
from troskel.runner.fields import Month, NonEmpty, Text, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Granskning av loggen")

WHO = (Role.MANAGER,)
ReadNumber = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
PEOPLE = (ActorKind.ACCOUNT.value, ActorKind.COMMAND_LINE.value)


class ReadOutcome(Choice, question=_("Hur var det?")):
    """What somebody finds who judges a read."""

    JUSTIFIED = "justified", _("Befogad, det framgår")
    EXPLAINED = "explained", _("Befogad, efter fråga till den som läste")
    UNJUSTIFIED = "unjustified", _("Inte befogad")


class Reader(NamedTuple):
    """Who reads: the account's role, its login (None: none), and the last word of the name."""

    role: str
    login: UUID | None
    last_name: str


@act("rule 7", who=WHO, writes=["log_review.drawn", "log_review.done"])
def draw_log_review(ctx: ActContext, *, month: Month) -> dict[str, Any]:
    """Draw the reads of an ended month that are to be judged: some by chance, some for each kind of risk.

    The seed is the hash of the month's last read, so a month gives one sample, whoever draws it.
    """
    _has_ended(month, ctx.today)
    if LogReview.objects.filter(municipality=ctx.actor.municipality, month=month).exists():
        raise Refusal(
            "rule 7",
            "log_review.already_drawn",
            _("Urvalet för {month} är redan draget. Det går inte att dra ett annat."),
            month=month,
        )
    reads, seed, count = _reads_of(ctx, month)
    drawn = sampling.draw(reads, seed)
    review = LogReview(
        id=new_id(),
        municipality=ctx.actor.municipality,
        month=month,
        drawn=ctx.now,
        drawn_by=ctx.actor.account,
        seed=seed,
        reads=count,
        done=None if drawn else ctx.now,
    )
    review.save(force_insert=True)
    DrawnRead.objects.bulk_create(
        [
            DrawnRead(
                municipality=ctx.actor.municipality,
                review=review,
                number=read.number,
                reader=read.reader,
                why=" ".join(read.why),
            )
            for read in drawn
        ]
    )
    numbers = [read.number for read in drawn]
    ctx.journal("log_review.drawn", month=month, reads=count, seed=seed, drawn=numbers)
    if not drawn:
        ctx.journal("log_review.done", month=month, outcomes={})
    return {"month": month, "reads": count, "drawn": len(drawn)}


@act("rule 7", who=WHO, writes=["read.judged", "log_review.done"])
def judge_reads(
    ctx: ActContext,
    *,
    month: Month,
    reads: NonEmpty[ReadNumber],
    outcome: ReadOutcome,
    text: Annotated[Text, field(_("Vad kom fram, och vad görs åt det?"))] = "",
) -> dict[str, Any]:
    """Judge drawn reads, all with one outcome. Nobody judges a read of one's own, under whichever account.

    `text`: what was found and is done about it; needed where a read was not justified. The last one ends the review.
    """
    reviews = LogReview.objects.select_for_update()
    review = reviews.filter(municipality=ctx.actor.municipality, month=month).first()
    if review is None:
        raise NotFound("log_review", "month")
    if ctx.actor.account is None:
        raise Refusal(
            "rule 7", "log_review.a_person_judges", _("En läsning bedöms av en person, inte av systemet.")
        )
    if outcome is ReadOutcome.UNJUSTIFIED and not text.strip():
        raise BadValue(
            "text",
            "log_review.no_text",
            _("Skriv vad som kom fram, och vad ni gör åt det. Då går det att visa."),
        )
    found = {row.number: row for row in DrawnRead.objects.filter(review=review, number__in=reads)}
    own = _own_accounts(ctx)
    for number in dict.fromkeys(reads):
        row = found.get(number)
        if row is None:
            raise NotFound("read", "reads")
        if row.outcome:
            raise Refusal(
                "rule 7",
                "log_review.already_judged",
                _("Läsning {number} är redan bedömd. Bedömningen står fast."),
                number=number,
            )
        if row.reader in own:
            raise Refusal(
                "rule 7",
                "log_review.own_read",
                _("Läsning {number} är din egen. En annan chef bedömer den."),
                number=number,
            )
        row.outcome, row.judged_by, row.judged = outcome, ctx.actor.account, ctx.now
        detail = {"text": text} if text else None
        ctx.journal("read.judged", detail=detail, month=month, read=number, outcome=outcome)
    DrawnRead.objects.bulk_update(list(found.values()), ["outcome", "judged_by", "judged"])
    outcomes = list(DrawnRead.objects.filter(review=review).values_list("outcome", flat=True))
    left = outcomes.count("")
    if not left:
        review.done = ctx.now
        review.save(update_fields=["done"])
        counts = {code: outcomes.count(code) for code in ReadOutcome.codes()}
        ctx.journal("log_review.done", month=month, outcomes=counts)
    return {"month": month, "judged": len(found), "left": left}


def _has_ended(month: str, today: date) -> None:
    following = months.first_of_next(date.fromisoformat(f"{month}-01"))
    if today < following:
        raise Refusal(
            "rule 7",
            "log_review.month_not_ended",
            _("{month} är inte slut. Granska den från och med {day}."),
            month=month,
            day=following,
        )


def _own_accounts(ctx: ActContext) -> set[UUID]:
    """The accounts of the person who acts: all of the same login."""
    same_person = Q(id=ctx.actor.account) | Q(login__isnull=False, login__accounts=ctx.actor.account)
    return set(Account.objects.filter(same_person).values_list("id", flat=True))


def _reads_of(ctx: ActContext, month: str) -> tuple[list[sampling.ReadMade], str, int]:
    """Returns the month's reads about clients (or so many as stand for them), its seed, and how many it had."""
    first = date.fromisoformat(f"{month}-01")
    begin, end = (datetime.combine(day, time(), STOCKHOLM) for day in (first, months.first_of_next(first)))
    lines = Line.objects.filter(municipality=ctx.actor.municipality, kind=ChainKind.READS)
    within = lines.filter(recorded__gte=begin, recorded__lt=end)
    oldest, newest = (
        within.order_by("recorded", "number").first(),
        within.order_by("-recorded", "-number").first(),
    )
    if oldest is None or newest is None:
        return [], "", 0
    within, count = (
        lines.filter(number__range=(oldest.number, newest.number)),
        newest.number - oldest.number + 1,
    )
    protected = Client.objects.filter(~Q(protection=""), municipality=ctx.actor.municipality)
    names = dict(protected.values_list("id", "last_name"))
    looked_at = {line.number: line for line in _some_of(within, oldest.number, newest.number, newest.hash)}
    looked_at |= {
        line.number: line for line in lookup.fetch_in_batches(within, "client", list(map(str, names)))
    }
    of_people = [line for line in looked_at.values() if line.actor_kind in PEOPLE and _is_about_clients(line)]
    return _made(ctx, of_people, set(names)), newest.hash, count


def _some_of(within: QuerySet[Line], first: int, last: int, seed: str) -> Iterator[Line]:
    numbers = sampling.candidates(first, last, seed)
    if len(numbers) == last - first + 1:
        yield from within
    else:
        yield from lookup.fetch_in_batches(within, "number", [str(number) for number in numbers])


def _is_about_clients(line: Line) -> bool:
    return line.client is not None or bool(json.loads(line.body).get("shown"))


def _made(ctx: ActContext, lines: list[Line], protected: set[UUID]) -> list[sampling.ReadMade]:
    columns = ("id", "role", "login", "name")
    readers = {
        account: Reader(role, login, name.split()[-1].casefold() if name.split() else "")
        for account, role, login, name in Account.objects.filter(
            municipality=ctx.actor.municipality
        ).values_list(*columns)
    }
    opened = [str(line.client) for line in lines if line.client]
    clients = lookup.fetch_in_batches(
        Client.objects.only("id", "last_name"), "id", list(dict.fromkeys(opened))
    )
    times = [line.recorded for line in lines] or [ctx.now]
    taken = BriefSight.objects.filter(
        municipality=ctx.actor.municipality, until__gt=min(times), taken__lte=max(times)
    )
    brief: dict[tuple[Any, Any], list[tuple[datetime, datetime]]] = {}
    for account, client, since, until in taken.values_list("account_id", "client_id", "taken", "until"):
        brief.setdefault((account, client), []).append((since, until))
    last_names = {row.id: row.last_name.casefold() for row in clients}
    nobody = Reader("", None, "")
    made = []
    for line in lines:
        reader = readers.get(line.actor, nobody) if line.actor else nobody
        made.append(
            sampling.ReadMade(
                number=line.number,
                reader=line.actor,
                role=reader.role,
                event=line.event,
                hour=line.recorded.astimezone(STOCKHOLM).hour,
                opened=line.client is not None,
                protected=line.client in protected,
                brief_sight=any(
                    since <= line.recorded < until
                    for since, until in brief.get((line.actor, line.client), ())
                ),
                same_name=bool(reader.last_name) and last_names.get(line.client) == reader.last_name,
            )
        )
    return made
