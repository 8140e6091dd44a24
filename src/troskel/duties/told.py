# SPDX-License-Identifier: EUPL-1.2
"""Texts of duties, notices and e-mails about their cases: what the routine's text leaves open, filled in.

What has happened comes from the line that a duty opened with; how it stands, for what is open, from the home's facts.
At most three queries for any number of texts, and none for what no text names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import translation

from troskel.custody.models import HolderKind, Thing
from troskel.duties import queries, routines
from troskel.ground import clock, formatting
from troskel.ground.value_words import WORDS
from troskel.journal.models import ChainKind, Line
from troskel.people.models import Account, Client, Door, Organisation
from troskel.routine import wording
from troskel.routine.facts import HomeFacts
from troskel.routine.line import STOCKHOLM
from troskel.routine.model import Ask, LocalizedText
from troskel.routine.subjects import Case
from troskel.routine.text_facts import FACTS, LINE_BY, LINE_ON, FactKind

OF_THINGS = frozenset({"order", "serial"})
"""Numbers that lead to what has them; a form's do not."""
JOINERS = {"sv": " och ", "en": " and "}
WAY_WORDS = {
    "oral": LocalizedText("muntligt", "orally"),
    "written": LocalizedText("skriftligt", "in writing"),
}
HOLDER_WORDS = {
    HolderKind.CLIENT: LocalizedText("kunden", "the client"),
    HolderKind.DOOR: LocalizedText("dörren", "the door"),
}


class ToldText(NamedTuple):
    """A text about its case, and the numbers in it: of orders, locks, tags and keys."""

    text: LocalizedText
    numbers: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What a text is about: a duty's columns, or an e-mail's. `as_it_stands`: the home's facts hold for it."""

    ask: Ask
    about: Mapping[str, Any]
    home: UUID
    client: UUID | None
    door: UUID | None
    organisation: UUID | None
    opened: date
    line: int | None
    as_it_stands: bool
    opening: Mapping[str, Any] | None = None


def _of_its_line(column: str) -> Subquery:
    lines = Line.objects.filter(
        municipality=OuterRef("municipality"), kind=ChainKind.ACTS, number=OuterRef("opened_line")
    )
    return Subquery(lines.values(column)[:1])


OPENING = {f"line_{column}": _of_its_line(column) for column in ("actor", "occurred", "body")}
"""What a query of few duties may read along, of the line that each opened with: one query less."""


def subject_of(row: Mapping[str, Any], on: date) -> Subject:
    """The subject of a duty's row, as it stood on a day. Of what is over only what happened is told."""
    return Subject(
        ask=routines.version(row["version"]).asks[row["paragraph"], row["ask"]],
        about=json.loads(row["about"]),
        home=row["home_id"],
        client=row["client_id"],
        door=row["door_id"],
        organisation=row["organisation_id"],
        opened=row["opened"],
        line=row["opened_line"],
        as_it_stands=row["state"] == "open" and on >= clock.today(),
        opening=_opening(row) if row.get("line_body") else None,
    )


def _opening(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the line says, who wrote it, and the day on which it happened."""
    return {
        **json.loads(row["line_body"]),
        LINE_BY: str(row["line_actor"]) if row["line_actor"] else None,
        LINE_ON: clock.day_of(row["line_occurred"]).isoformat(),
    }


def texts(
    municipality: str,
    subjects: Sequence[Subject],
    on: date,
    *,
    homes: Mapping[UUID, HomeFacts] | None = None,
    outside: bool = False,
    hides: Callable[[UUID | None], bool] = lambda _client: False,
) -> list[ToldText]:
    """The text of each subject, in at most three queries. `homes`: their facts, where they are read already.

    `outside`: for an e-mail, where a door has no name of its own (rule 8). `hides`: is this client's address hidden
    from who reads it? Then a door has no name either; asked only where it has one.
    """
    cases = _cases(municipality, subjects, homes)
    found = [
        {name: FACTS[name].find(case) for name in _names(subject.ask)}
        for subject, case in zip(subjects, cases, strict=True)
    ]
    names = _FactNames(municipality, found, outside=outside, hides=hides)
    written = []
    for subject, values in zip(subjects, found, strict=True):
        names.client = subject.client
        written.append(ToldText(_text(subject.ask, values, names, on), names.numbers(values)))
    return written


def _names(ask: Ask) -> set[str]:
    return wording.left_open(ask.told) if ask.told is not None else set()


def _text(ask: Ask, values: Mapping[str, Any], names: _FactNames, on: date) -> LocalizedText:
    if ask.told is None:
        return ask.duty
    return wording.filled(
        ask.told,
        lambda name, language: names.written(FACTS[name].kind, values[name], language, on),
    )


# -- cases, from lines and from the facts of homes


def _cases(
    municipality: str, subjects: Sequence[Subject], homes: Mapping[UUID, HomeFacts] | None
) -> list[Case]:
    named = [subject for subject in subjects if subject.ask.told is not None]
    unread = {subject.line for subject in named if subject.opening is None and subject.line is not None}
    lines = _lines(municipality, unread)
    standing = {subject.home for subject in named if subject.as_it_stands}
    if homes is None:
        homes = queries.facts_of(municipality, standing) if standing else {}
    return [_case(subject, lines, homes) for subject in subjects]


def _case(subject: Subject, lines: Mapping[int, Mapping[str, Any]], homes: Mapping[UUID, HomeFacts]) -> Case:
    home = (homes.get(subject.home) if subject.as_it_stands else None) or HomeFacts(home=subject.home)
    line = subject.opening or lines.get(subject.line or 0, {LINE_ON: subject.opened.isoformat()})
    door = {"door": str(subject.door)} if subject.door else {}
    return Case(
        homes,
        home,
        subject.opened,
        client=home.clients.get(subject.client) if subject.client else None,
        door=home.doors.get(subject.door) if subject.door else None,
        organisation=subject.organisation,
        about={**line, **subject.about, **door},
        since=datetime.combine(subject.opened, time(), STOCKHOLM),
    )


def _lines(municipality: str, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    wanted = sorted(numbers)
    if not wanted:
        return {}
    rows = Line.objects.filter(municipality=municipality, kind=ChainKind.ACTS, number__in=wanted)
    told = rows.values("number", line_actor=F("actor"), line_occurred=F("occurred"), line_body=F("body"))
    return {row["number"]: _opening(row) for row in told}


# -- what ids stand for


class _FactNames:
    """The names of all that these facts name, in one query."""

    client: UUID | None = None
    """Whom the text that is being written is about."""

    def __init__(
        self,
        municipality: str,
        found: Sequence[Mapping[str, Any]],
        *,
        outside: bool,
        hides: Callable[[UUID | None], bool],
    ) -> None:
        ids: dict[FactKind, set[UUID]] = {kind: set() for kind in FactKind}
        for values in found:
            for name, value in values.items():
                if isinstance(value, list) and FACTS[name].kind is not FactKind.WAYS:
                    ids[FACTS[name].kind].update(value)
                elif (
                    FACTS[name].kind is FactKind.HOLDER and value and value["kind"] == HolderKind.ORGANISATION
                ):
                    ids[FactKind.ORGANISATION].add(UUID(value["id"]))
        self.outside, self.hides = outside, hides
        self.named = _named(municipality, ids)

    def written(self, kind: FactKind, value: Any, language: str, on: date) -> str | None:
        """The fact as it stands in a text of the language; None where it is not known."""
        if not value:
            return None
        return WRITTEN[kind](self, value, language, on) or None

    def numbers(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The numbers among these facts."""
        found = []
        for name, value in values.items():
            if FACTS[name].kind is FactKind.THING:
                found += [self.named[one][0] for one in value if one in self.named]
            elif FACTS[name].kind is FactKind.NUMBER and value and name in OF_THINGS:
                found += str(value).split(", ")
        return tuple(dict.fromkeys(found))

    def name(self, value: list[UUID], language: str, on: date) -> str:
        return _joined([self.named[one][0] for one in value if one in self.named], language)

    def person(self, value: list[UUID], language: str, on: date) -> str:
        return _joined(["{} ({})".format(*self.named[one]) for one in value if one in self.named], language)

    def holder(self, value: Mapping[str, str], language: str, on: date) -> str:
        if value["kind"] == HolderKind.ORGANISATION:
            return self.name([UUID(value["id"])], language, on)
        words = HOLDER_WORDS.get(HolderKind(value["kind"]))
        return getattr(words, language) if words else ""

    def door(self, value: list[UUID], language: str, on: date) -> str:
        return _joined(
            [self._door(self.named[one], language) for one in value if one in self.named], language
        )

    def _door(self, door: Sequence[str], language: str) -> str:
        kind, label = door
        name = _word("door_kind", kind, language)
        tells = bool(label) and label.casefold() not in name.casefold() and not self.outside
        return f"{name} ({label})" if tells and not self.hides(self.client) else name

    def thing(self, value: list[UUID], language: str, on: date) -> str:
        return _joined(sorted(self.named[one][0] for one in value if one in self.named), language)


NOTHING = Value("")
_PROTECTED = Client.objects.filter(~Q(protection=""), home__ways__door=OuterRef("pk"))
NAMED_BY: dict[FactKind, tuple[Any, Any, Any]] = {
    FactKind.ORGANISATION: (Organisation, F("name"), NOTHING),
    FactKind.THING: (Thing, F("number"), NOTHING),
    FactKind.DOOR: (Door, F("kind"), Choose(When(Exists(_PROTECTED), then=NOTHING), default=F("label"))),
    FactKind.PERSON: (Account, F("name"), F("organisation__name")),
    FactKind.NAME: (Account, F("name"), NOTHING),
}
"""Where an id of each kind has its name: the table, and one or two columns. A text is the same for all who read it:
of a door behind which somebody is protected it has no label."""


def _named(municipality: str, ids: Mapping[FactKind, set[UUID]]) -> dict[UUID, Sequence[str]]:
    found: list[Any] = [
        model._default_manager.filter(municipality=municipality, id__in=ids[kind])
        .annotate(first=first, second=second)
        .values_list("id", "first", "second")
        for kind, (model, first, second) in NAMED_BY.items()
        if ids[kind]
    ]
    if not found:
        return {}
    one, *others = found
    return {identifier: names for identifier, *names in one.union(*others, all=True)}


def _joined(words: Sequence[str], language: str) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)}{JOINERS[language]}{last}" if first else last


def _ways(value: list[str], language: str) -> str:
    return _joined([getattr(WAY_WORDS[way], language) for way in value], language)


def _word(of: str, code: str, language: str) -> str:
    word = WORDS[of][code]
    with translation.override(language):
        return translation.gettext(word)


WRITTEN: dict[FactKind, Callable[[_FactNames, Any, str, date], str]] = {
    FactKind.ORGANISATION: _FactNames.name,
    FactKind.PERSON: _FactNames.person,
    FactKind.NAME: _FactNames.name,
    FactKind.HOLDER: _FactNames.holder,
    FactKind.DOOR: _FactNames.door,
    FactKind.THING: _FactNames.thing,
    FactKind.DAY: lambda names, value, language, on: formatting.plain_day(value, on, language),
    FactKind.TIME: lambda names, value, language, on: formatting.plain_instant(value, on, language),
    FactKind.MONTH: lambda names, value, language, on: formatting.month(
        date.fromisoformat(f"{value}-01"), language
    ),
    FactKind.NUMBER: lambda names, value, language, on: str(value),
    FactKind.DAYS: lambda names, value, language, on: formatting.days(value, language),
    FactKind.SERVICE: lambda names, value, language, on: _word("service", value, language),
    FactKind.WAYS: lambda names, value, language, on: _ways(value, language),
}
"""How a fact of each kind is written."""
