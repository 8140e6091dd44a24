# SPDX-License-Identifier: EUPL-1.2
"""What an ask gives in a case: the duty or notice that opens, or the e-mail."""

from __future__ import annotations

from uuid import UUID

from msgspec import structs

from troskel.routine import assignees, calendar, deadlines, duty_updates, subjects
from troskel.routine.duty import Effects, Email, OpenDuty, RoutineEvent, derived_id
from troskel.routine.rules import Rule, Rules
from troskel.routine.subjects import Case

# What a duty or an e-mail keeps of its event.
ABOUT = (
    *("order", "number", "lock", "serial", "link", "tag", "key", "decision", "service"),
    *("through", "provider", "former", "former_through", "follower", "follower_from"),
    *("starts", "presence", "reason_code", "code", "locksmith"),
    *("month", "form", "form_number"),
    *("account", "owner", "things", "entrusted", "deputy"),
    *("quiet_since", "last_visit", "usual_days"),
)


def about(case: Case) -> dict[str, object]:
    """What the duty is about, of what its event says: ids, numbers and days."""
    return {key: value for key in ABOUT if (value := case.about.get(key)) is not None}


def email(rules: Rules, rule: Rule, case: Case, event: RoutineEvent) -> Email:
    """The e-mail. Its key is the same however often the line is replayed."""
    to = [(one.role, one.organisation) for one in assignees.addressees(rule.ask.of, case)]
    which = event.line if event.line is not None else event.day
    client = case.client.client if case.client else None
    return Email(
        key=email_key(rule.paragraph.id, rule.ask.ask, which, client),
        paragraph=rule.paragraph.id,
        ask=rule.ask.ask,
        version=rules.routine.version,
        to=tuple(to),
        home=case.home.home,
        client=client,
        door=case.door.door if case.door else event.door,
        about=about(case),
    )


def is_for_the_closed(rule: Rule, case: Case) -> bool:
    """Would a closed organisation be told? There is nobody to read it."""
    told = rule.ask.kind == "notice"
    return told and assignees.is_closed(assignees.ASSIGNEES[rule.ask.of[0]](case).organisation, case)


def email_key(paragraph: str, ask: str, which: object, client: UUID | None) -> str:
    """The key of an e-mail that a line, or a day, brought about."""
    return f"{paragraph}.{ask}.{which}.{client or ''}"


def duty_id(made: OpenDuty, same: tuple[object, ...]) -> UUID:
    """The id of a duty, by its instant, its line (or day), and what it is of."""
    source = made.opened_line if made.opened_line is not None else made.opened
    return derived_id(made.since, source, made.paragraph, made.ask, *same)


def renumber(effects: Effects, by: int) -> None:
    """Adds `by` to the numbers of the lines in the effects, and remakes the ids and keys that are made of them."""
    for made, same in zip(effects.opened, effects.identities, strict=True):
        if made.opened_line is not None:
            made.opened_line += by
            made.id = duty_id(made, same)
    effects.closed = [
        closed if closed.line is None else structs.replace(closed, line=closed.line + by)
        for closed in effects.closed
    ]
    for index, (sent, line) in enumerate(zip(effects.emails, effects.email_lines, strict=True)):
        if line is not None:
            key = email_key(sent.paragraph, sent.ask, line + by, sent.client)
            effects.emails[index] = structs.replace(sent, key=key)
            effects.email_lines[index] = line + by


def duty(rules: Rules, rule: Rule, case: Case, event: RoutineEvent) -> OpenDuty:
    """The duty or notice: whose it is, by when, who may do it too, and when it is escalated."""
    ask = rule.ask
    owner = assignees.owner(ask.of[0], case)
    left_by = assignees.ASSIGNEES[ask.of[0]](case).organisation
    role, organisation = owner.role, owner.organisation
    case.organisation = organisation if role != assignees.LOCKSMITH else case.organisation
    made = OpenDuty(
        id=case.home.home,
        kind=ask.kind,
        paragraph=rule.paragraph.id,
        ask=ask.ask,
        version=rules.routine.version,
        home=case.home.home,
        role=role,
        organisation=organisation,
        client=case.client.client if case.client else None,
        door=case.door.door if case.door else None,
        about=about(case) | ({"left_by": str(left_by)} if left_by and left_by != organisation else {}),
        opened=event.day,
        since=event.since,
        opened_line=event.line,
    )
    made.id = duty_id(made, subjects.identity(ask.per, made))
    if ask.due is not None:
        made.due = deadlines.due_day(ask.due, case, rules.eves)
    if ask.also_of is not None:
        also = assignees.owner(ask.also_of, case)
        made.also_role, made.also_organisation = also.role, also.organisation
        made.also_from = calendar.add_working_days(made.opened, ask.also_after, rules.eves)
    made.escalate_on = duty_updates.escalation_day(ask, made.due, made.opened, rules.eves)
    return made
