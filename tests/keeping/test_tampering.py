# SPDX-License-Identifier: EUPL-1.2
"""What the owner of the database may try, and what tells: the table in docs/journal.md, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tests.acts.test_retention import former_client, years_pass
from tests.cli.conftest import Runs
from tests.town import CODE, Town
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Link
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.journal.form import GENESIS_HASH, line_hash
from troskel.journal.models import Blanking, Chain, Detail, Line
from troskel.journal.operations import Entry, append, line_text
from troskel.journal.triggers import create_triggers, drop_triggers
from troskel.keeping import checks, guards, heads
from troskel.keeping.heads import KnownHeads
from troskel.outbox.models import OutboxMessage


def without_triggers(tamper: Callable[[], Any]) -> None:
    """The owner drops the triggers, does it, and makes them anew: nothing is to be seen of that."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        drop_triggers(connection, cursor.execute)
        tamper()
        create_triggers(connection, cursor.execute)


def rewrite_all() -> None:
    """Another act in the first line, and every hash after it anew, with the head."""
    previous = GENESIS_HASH
    for line in Line.objects.filter(municipality=CODE, kind="acts").order_by("number"):
        line.act = "doing.other" if line.number == 1 else line.act
        line.previous = previous
        line.hash = previous = line_hash(line_text(line))
        line.save()
    Chain.objects.filter(municipality=CODE, kind="acts").update(hash=previous)


def cut(lines: int) -> None:
    """The last lines go, and the head with them."""
    head = Chain.objects.get(municipality=CODE, kind="acts")
    left = head.number - lines
    gone = Line.objects.filter(municipality=CODE, kind="acts", number__gt=left)
    Detail.objects.filter(line__in=gone).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_lineorganisation WHERE line_id IN (SELECT id FROM journal_line WHERE "
                       "municipality = %s AND kind = 'acts' AND number > %s)", [CODE, left])  # fmt: skip
    gone.delete()
    last = Line.objects.get(municipality=CODE, kind="acts", number=left)
    Chain.objects.filter(id=head.id).update(number=left, hash=last.hash)


def forge_blanking(*, told: bool) -> None:
    """A detail is blanked today as if it were due; with a line of its own, written as the act would."""
    line = Line.objects.filter(detail__isnull=False).order_by("number")[0]
    Blanking.objects.create(line=line, municipality=CODE, recorded=clock.now())
    Detail.objects.filter(line=line).delete()
    if told:
        body = {"kind": "free_text", "on": clock.today(), "count": 1, "rows": [line.number]}
        who = {"act": "blank_details", "paragraph": "D", "actor_kind": "clock"}
        entry = Entry(event="details.blanked", body=body, **who)
        append([entry], municipality=CODE)


def first(model: Any, **wanted: Any) -> Any:
    return model.objects.filter(municipality=CODE, **wanted).order_by("id")[0]


def change(model: Any, wanted: dict[str, Any], **values: Any) -> Callable[[], Any]:
    return lambda: model.objects.filter(id=first(model, **wanted).id).update(**values)


def execute(*statements: str) -> Callable[[], Any]:
    def tamper() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return tamper


ON_POSTGRESQL = {
    "a trigger dropped": execute("DROP TRIGGER journal_line_no_update ON journal_line"),
    "a trigger switched off": execute("ALTER TABLE journal_line DISABLE TRIGGER journal_line_no_update"),
    "a trigger of replicas alone": execute(
        "ALTER TABLE journal_line ENABLE REPLICA TRIGGER journal_line_no_update"
    ),
    "a function weakened": execute(
        "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    ),
    "a rule's function weakened": execute(
        "CREATE OR REPLACE FUNCTION a_chain_of_holdings_is_unbroken() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$"
    ),
    "a trigger added": execute(
        "CREATE TRIGGER extra BEFORE INSERT ON journal_line FOR EACH ROW EXECUTE FUNCTION journal_refuse('no')"
    ),
}
ON_SQLITE = {
    "a trigger dropped": execute("DROP TRIGGER journal_line_no_update"),
    "a rule dropped": execute("DROP TRIGGER a_chain_of_holdings_is_unbroken"),
    "a trigger weakened": execute(
        "DROP TRIGGER journal_line_no_update",
        "CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line WHEN 1 = 0 "
        "BEGIN SELECT RAISE(ABORT, 'no'); END",
    ),
    "a trigger added": execute(
        "CREATE TRIGGER extra AFTER INSERT ON journal_line BEGIN DELETE FROM journal_blanking; END"
    ),
}
FUTURE = timedelta(days=400)
TAMPERINGS: dict[str, tuple[Callable[[], Any], str]] = {
    "all rewritten with fresh hashes": (lambda: without_triggers(rewrite_all), "up to line 0 it is the chain"),
    "the end cut off": (lambda: without_triggers(lambda: cut(1)), "and the chain no longer reaches it"),
    "a blanking forged": (lambda: without_triggers(lambda: forge_blanking(told=False)), "no line tells by whom"),
    "a blanking forged, with its line": (lambda: forge_blanking(told=True), "was not due"),
    "a duty changed": (change(Duty, {}, due=clock.today() + FUTURE), "is stored otherwise than it was lived"),
    "a duty removed": (lambda: first(Duty).delete(), "is not stored"),
    "a duty done by nobody": (
        change(Duty, {"state": "open"}, state="done", closed=clock.today()),
        "is stored otherwise",
    ),
    "a decision prolonged": (change(Decision, {}, valid_through=clock.today() + FUTURE), "decision"),
    "an allocation given to another": (change(Allocation, {}, valid_from=clock.today() - FUTURE), "allocation"),
    "an allocation withdrawn": (change(Allocation, {}, withdrawn=True), "allocation"),
    "a link ended": (change(Link, {"until": None}, until=clock.now() + FUTURE), "link"),
    "a lock elsewhere": (change(Holding, {"kind": "door", "until": None}, until=clock.now() + FUTURE), "lock at door"),
}  # fmt: skip


def said() -> list[str]:
    """All that is wrong, by what was signed."""
    return checks.unchanged(CODE, heads.known_in_own_file(), lambda _: None)


def undone(tamper: Callable[[], Any], look: Callable[[], Any]) -> Any:
    """What a look finds after the tampering, which is then rolled back."""
    with transaction.atomic():
        point = transaction.savepoint()
        tamper()
        found = look()
        transaction.savepoint_rollback(point)
    return found


def test_each_tampering_is_noticed(town: Town) -> None:
    """A town with a lock, an ended client's text, and signed heads."""
    town.locked()
    client = town.new_client()
    town.end(client, on=town.day(30))
    with town.standing():
        heads.sign()
        assert said() == []
        missed = {}
        for name, (tamper, words) in TAMPERINGS.items():
            found = undone(tamper, said)
            if not any(words in one for one in found):
                missed[name] = found
        assert missed == {}
        assert said() == []


def test_a_true_blanking_is_none_that_is_forged(town: Town) -> None:
    former_client(town)
    years_pass(town)
    assert town.does("siri", "blank_details", kind="free_text").answer["blanked"] == 1
    with town.standing():
        assert said() == []
        assert any(
            "at another time" in words
            for words in undone(
                lambda: without_triggers(lambda: Blanking.objects.update(recorded=clock.now() - FUTURE)), said
            )
        )


@pytest.mark.django_db
def test_triggers_that_differ_are_told_and_restored() -> None:
    tamperings = ON_POSTGRESQL if connection.vendor == "postgresql" else ON_SQLITE

    def look() -> tuple[list[str], list[str]]:
        before = guards.differing()
        guards.restore()
        return before, guards.differing()

    assert guards.differing() == []
    for name, tamper in tamperings.items():
        before, after = undone(tamper, look)
        assert before, name
        assert after == [] or name == "a trigger added", (name, after)


def test_a_signature_that_is_forged(town: Town) -> None:
    """A head that was changed, one of another key, and one that is no head, are told; text around them is not."""
    with town.standing():
        acts = heads.sign()[0]
    ours = [heads.private_key().public_key()]
    lines = ["Hej!", heads.as_line(acts), "> " + heads.as_line(acts._replace(number="1"))]
    assert heads.known_in(lines, ours) == KnownHeads({(CODE, "acts"): {int(acts.number): acts.hash}}, [])
    for forged in (acts._replace(number="1"), acts._replace(key="0" * 16), acts._replace(signature="zz")):
        assert len(heads.known_in([heads.as_line(forged)], ours).faults) == 1
        assert heads.known_in([heads.as_line(forged)], ours).chains == {}


def test_an_old_backup_is_noticed_by_check(town: Town, runs: Runs) -> None:
    """The same chain, some lines shorter than what was signed: at once, without reading it."""
    town.new_client()
    with town.standing():
        heads.sign()

        def look() -> tuple[str, int]:
            return runs("check", "--running").out, runs("journal", "verify").code

        told, code = undone(lambda: without_triggers(lambda: cut(3)), look)
        assert "an old backup has been brought back" in told and code == 1
        assert "contains the heads that were signed" in runs("check", "--running").out


def test_heads_are_signed_once_a_day_and_sent(town: Town, settings: Any) -> None:
    settings.TROSKEL_HEADS_TO = ["revisor@annanby.example"]
    with town.standing():
        signed = heads.sign(only_if_due=True)
        assert heads.sign(only_if_due=True) == []
    town.days_pass(1)
    with town.standing():
        assert heads.sign(only_if_due=True)
    sent = OutboxMessage.objects.filter(key__startswith="heads/").order_by("put_at", "id")
    letters = [json.loads(row.payload) for row in sent]
    assert len(letters) == 2 and all(map(heads.is_about_heads, letters))
    letter = heads.compose(letters[0])
    known = heads.known_in(letter.text.splitlines(), [heads.private_key().public_key()])
    assert known == KnownHeads({(CODE, head.kind): {int(head.number): head.hash} for head in signed}, [])
    assert [one.address for one in letter.to] == ["revisor@annanby.example"]
