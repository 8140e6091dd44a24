# SPDX-License-Identifier: EUPL-1.2
"""The register of acts: `@act` turns a function of a chapter into an act (design, How a thing happens)."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec

from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.ground.years import check_year
from troskel.people.roles import Actor, Role
from troskel.permits.acts import ACTS
from troskel.permits.may import may
from troskel.routine.vocabulary import EVENTS
from troskel.runner import field_errors
from troskel.runner.fields import ClientCondition
from troskel.runner.idempotency import IdempotencyKey, make_key
from troskel.runner.occurrence import occurrence
from troskel.runner.one_spelling import in_one_spelling
from troskel.runner.outcome import ActOutcome
from troskel.runner.parts import PART_SIZE, Progress, settle
from troskel.runner.suggestions import SUGGESTERS, Suggester, Suggestion, Undo
from troskel.runner.transaction import ActContext, Part

P = ParamSpec("P")
Values = TypeVar("Values", bound=msgspec.Struct)
Body = Callable[Concatenate[ActContext, P], dict[str, Any]]
Preparation = Callable[..., None]

REGISTER: dict[str, Act[Any]] = {}
"""Every act by name. Importing `acts.chapters` fills it."""


class Act(Generic[P]):
    """An act. Called with the actor first. All its changes are committed in one transaction, or none are."""

    def __init__(
        self,
        body: Body[P],
        paragraphs: tuple[str, ...],
        who: frozenset[Role],
        writes: tuple[str, ...],
        secret: bool,
        title: str = "",
        lead: str = "",
        applies_to: ClientCondition | None = None,
        parts: str = "",
        fresh: bool = False,
        consists_of: tuple[str, ...] = (),
        light: bool = False,
        corrected_by: str = "",
        undone_by: Undo | None = None,
        in_person: bool = False,
    ):
        self.body = body
        self.secret = secret
        self.fresh = fresh
        self.in_person = in_person
        self.consists_of = consists_of
        self.light = light
        self.corrected_by = corrected_by
        self.undone_by = undone_by
        self.name = body.__name__
        self.chapter = body.__module__.rsplit(".", 1)[-1]
        self.heading: str = body.__globals__.get("CHAPTER", "")
        self.title = title
        self.lead = lead
        self.applies_to = applies_to
        self.parts = parts
        self.paragraphs = paragraphs
        self.who = who
        self.writes = writes
        self.values = _struct_of(body)
        self._preparation: Preparation | None = None
        self.meaning = (inspect.getdoc(body) or "").partition("\n")[0]

    def __call__(self, actor: Actor, *args: P.args, **values: P.kwargs) -> ActOutcome:
        """Runs the act. Raises NotAllowed, Refusal, NotFound or BadValue, and then nothing has changed."""
        if self._is_long(values):
            return self._in_parts(actor, values)
        return ActContext.run(
            self,
            actor,
            lambda ctx: self.body(ctx, *args, **values),
            prepare=self._prepare(actor, values),
            items=_most_items(values),
        )

    def each(self, actor: Actor, items: Sequence[Any], *, preview: bool = False) -> ActOutcome:
        """Runs a plural act in parts. An item that is refused is told in `refused`, though it be the only one.

        `preview`: each part is rolled back, so a part does not see those before it.
        """
        return self._in_parts(actor, {self.parts: items}, may_be_empty=True, preview=preview)

    def _is_long(self, values: Mapping[str, Any]) -> bool:
        return bool(self.parts) and len(values.get(self.parts) or ()) > PART_SIZE

    def _in_parts(
        self,
        actor: Actor,
        values: Mapping[str, Any],
        key: IdempotencyKey | None = None,
        *,
        may_be_empty: bool = False,
        **options: Any,
    ) -> ActOutcome:
        may(actor, self.name, self.who)

        def run(items: Sequence[Any], progress: Progress) -> ActOutcome:
            arguments = {**values, self.parts: items}
            part = Part(progress, len(items))
            return ActContext.run(self, actor, lambda ctx: self.body(ctx, **arguments), part=part, **options)  # type: ignore[call-arg]

        return settle(run, values[self.parts], key, may_be_empty=may_be_empty)

    def perform(
        self,
        actor: Actor,
        values: Mapping[str, Any],
        *,
        key: str | None = None,
        preview: bool = False,
        occurred: datetime | None = None,
        late_reason: str = "",
    ) -> ActOutcome:
        """Runs the act with JSON values, as the API, the command line and the pages do.

        `key`: a repeat with the same key gets the first answer. `preview`: returns what would follow, and changes
        nothing. `occurred`: when it happened, if not now; `late_reason`: a code, needed where that is far back. Raises
        as `__call__`, and KeyUsedOtherwise.
        """
        if key and self.secret:
            raise BadValue(
                "key",
                "key.answer_is_secret",
                _("Svaret är hemligt och sparas inte. Skicka utan Idempotency-Key."),
            )
        parsed = self.read(values)
        arguments = {name: getattr(parsed, name) for name in parsed.__struct_fields__}

        def body(ctx: ActContext) -> dict[str, Any]:
            return self.body(ctx, **arguments)  # type: ignore[call-arg]

        content = [msgspec.to_builtins(parsed), occurred, *([late_reason] if late_reason else [])]
        if self._is_long(arguments):
            occurrence(occurred, late_reason)
            made = make_key(actor, self.name, content, key) if key and not preview else None
            options: dict[str, Any] = {"preview": preview, "occurred": occurred, "late_reason": late_reason}
            return self._in_parts(actor, arguments, made, **options)
        return ActContext.run(
            self,
            actor,
            body,
            content=content,
            key=key,
            preview=preview,
            occurred=occurred,
            late_reason=late_reason,
            prepare=self._prepare(actor, arguments),
            items=_most_items(arguments),
        )

    def prepared_by(self, preparation: Preparation) -> Preparation:
        """Registers what takes long and changes nothing: it runs before the transaction, so that nobody waits for it.

        It gets the actor, who may do the act, and the act's values by name. Its result is kept where the act finds it.
        """
        self._preparation = preparation
        return preparation

    def _prepare(self, actor: Actor, values: Mapping[str, Any]) -> Callable[[], None] | None:
        preparation = self._preparation
        return None if preparation is None else lambda: preparation(actor, **values)

    def suggested_by(self, event: str) -> Callable[[Suggester], Suggester]:
        """Registers a function as what suggests this act beside a duty that `event` fulfils (`suggestions.py`)."""
        if event not in self.writes:
            raise ValueError(f"{self.name} does not write {event}: it cannot fulfil a duty by it")

        def decorate(suggester: Suggester) -> Suggester:
            SUGGESTERS.setdefault(event, []).append(suggester)
            return suggester

        return decorate

    def suggestion(
        self,
        values: dict[str, Any],
        missing: tuple[str, ...] = (),
        list_field: str = "",
        is_final: bool = True,
    ) -> Suggestion:
        """Returns a suggestion of this act."""
        return Suggestion(self.name, values, missing, list_field, is_final)

    def read(self, values: Mapping[str, Any]) -> msgspec.Struct:
        """Returns the values converted to the parameters' types. Raises BadValue with the field."""
        parsed = read_values(values, self.values)
        for (
            name
        ) in parsed.__struct_fields__:  # one within an item is the act's to refuse, so that the others stand
            if isinstance(value := getattr(parsed, name), date):
                check_year(name, value)
        return parsed


def read_values(values: Mapping[str, Any], kind: type[Values]) -> Values:
    """Returns JSON values as this struct. Raises BadValue with the field."""
    if field := _unstorable_field(values):
        raise BadValue(
            field,
            "value.unstorable_character",
            _(
                "Texten innehåller ett tecken som inte går att spara. "
                "Skriv den för hand i stället för att klistra in."
            ),
        )
    if unknown := field_errors.unknown_field(values, kind):
        raise unknown
    try:
        return msgspec.convert(in_one_spelling(values, kind), kind, strict=True)
    except msgspec.ValidationError as error:
        raise field_errors.bad_value(error, kind) from None


def _most_items(values: Mapping[str, Any]) -> int:
    return max((len(value) for value in values.values() if isinstance(value, list)), default=0)


def _unstorable_field(values: Any, field: str = "values") -> str | None:
    """Returns the first field with a NUL or a lone surrogate, which no database can store; None if all can be."""
    if isinstance(values, str):
        return None if _is_storable(values) else field
    if isinstance(values, Mapping):
        return next(
            (bad_field for key, item in values.items() if (bad_field := _unstorable_field(item, str(key)))),
            None,
        )
    if isinstance(values, list):
        return next((bad_field for item in values if (bad_field := _unstorable_field(item, field))), None)
    return None


def _is_storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def act(
    *paragraphs: str,
    who: typing.Iterable[Role] = (),
    writes: typing.Iterable[str] = (),
    secret: bool = False,
    title: str = "",
    lead: str = "",
    applies_to: ClientCondition | None = None,
    parts: str = "",
    fresh: bool = False,
    consists_of: typing.Iterable[Act[Any]] = (),
    light: bool = False,
    corrected_by: str = "",
    undone_by: Undo | None = None,
    in_person: bool = False,
) -> Callable[[Body[P]], Act[P]]:
    """Registers a function as an act: by which paragraphs, who may do it, and which journal events it writes.

    `secret`: the answer holds a secret, shown once, so it is never stored for a repeat. `title`: the act's button and
    heading, `lead`: a sentence that explains it; both Swedish, marked by `_`. An act without a title has no form. The
    chapter's heading is the module's `CHAPTER`, which stands above its acts. `applies_to`: clients that it is for.
    `parts`: the list whose items may be carried out in several transactions, where they are many (`parts.py`).
    `consists_of`: the acts that a guided act does in one go (`ctx.does`); beside a duty it is offered instead of them.
    `light`: easily put right, so its form shows no preview where nothing would follow for others.
    `corrected_by`: the act that puts it right, by name; it is offered beside what has just been done. `undone_by`: the
    one that takes it back whole, with its values, in one click.
    `fresh`: dangerous, so a person of a session has shown anew who it is some minutes ago.
    `in_person`: no token does it.
    """

    steps = tuple(consists_of)
    written = tuple(dict.fromkeys([*writes, *(event for step in steps for event in step.writes)]))

    def decorate(body: Body[P]) -> Act[P]:
        new_act = Act(
            body,
            tuple(paragraphs),
            frozenset(who),
            written,
            secret,
            title,
            lead,
            applies_to,
            parts,
            fresh,
            tuple(step.name for step in steps),
            light,
            corrected_by,
            undone_by,
            in_person,
        )
        if parts and parts not in new_act.values.__struct_fields__:
            raise ValueError(f"{new_act.name} has no list {parts!r} to carry out in parts")
        unknown = set(new_act.writes) - EVENTS.keys()
        if unknown:
            raise ValueError(f"{new_act.name} writes {sorted(unknown)}: add it to routine/vocabulary.py")
        if title and not (lead and new_act.heading):
            raise ValueError(f"{new_act.name} has a form: give it a lead, and its module a CHAPTER")
        if new_act.name in REGISTER:
            raise ValueError(f"two acts are called {new_act.name}")
        REGISTER[new_act.name] = ACTS[new_act.name] = new_act
        return new_act

    return decorate


def _struct_of(body: Callable[..., Any]) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(body, include_extras=True)
    fields: list[Any] = []
    for parameter in list(inspect.signature(body).parameters.values())[1:]:  # the first is the context
        hint = hints[parameter.name]
        if parameter.default is inspect.Parameter.empty:
            fields.append((parameter.name, hint))
        else:
            fields.append((parameter.name, hint, parameter.default))
    return msgspec.defstruct(body.__name__, fields, kw_only=True, forbid_unknown_fields=True, frozen=True)
