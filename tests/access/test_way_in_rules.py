# SPDX-License-Identifier: EUPL-1.2
"""Who can get in at one client: the doors on the way, what each takes, and why one does not open (issue 14)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from troskel.access.rules import FAR_AWAY, ClientDoors, DoorRow
from troskel.access.way_in_rules import (
    DoorOnTheWay,
    KeyHolder,
    LastAnswer,
    Sent,
    WayJudged,
    is_afternoon,
    judge_way,
    phone_of,
)
from troskel.people.roles import Actor, Role

NOW = datetime(2026, 3, 2, 21, tzinfo=UTC)
CLIENT, HOME, US, LOCK, FLAT, ENTRANCE, GATE, OTHER = (UUID(int=number) for number in range(1, 9))


def row(*, lock: UUID = LOCK, door: UUID = FLAT, mounted: UUID | None = FLAT, own: bool = True) -> DoorRow:
    return DoorRow(
        client=CLIENT, case="2026-0001", reference="K1", home=HOME, own=own, suspended=False,
        service=None, last=None, alarm=None, until=None, link=UUID(int=99), lock=lock, serial=f"L{lock.int}",
        door=door, on_the_way=True, mounted=mounted, door_kind="apartment", door_label="",
    )  # fmt: skip


def phone(*rows: DoorRow, role: Role = Role.RESPONDER, alarm: bool = True) -> ClientDoors:
    found = ClientDoors(Actor("0999", Role.CARER), rows or (row(),))
    return phone_of(found, Sent(role, US, "safety_alarm", FAR_AWAY, alarm), NOW)


def flat(**known: object) -> DoorOnTheWay:
    return DoorOnTheWay(FLAT, "apartment", **({"lock": LOCK} | known))  # type: ignore[arg-type]


def answered(battery: int | None, outcome: str = "opened") -> LastAnswer:
    return LastAnswer(outcome, battery, NOW)


def told(judged: WayJudged) -> tuple[str, list[list[str]]]:
    return str(judged.verdict), [[str(reason) for reason in door.reasons] for door in judged.doors]


@pytest.mark.parametrize(
    ("door", "verdict", "reasons"),
    [
        # grant and lock
        (flat(), "open", ["lock_opens"]),
        (flat(answer=answered(80)), "open", ["lock_opens"]),
        (flat(answer=answered(15)), "open", ["battery_low"]),
        (flat(fault="low_battery", answer=answered(60)), "open", ["battery_low"]),
        (flat(answer=answered(4)), "nobody", ["battery_empty", "no_key"]),
        (flat(fault="low_battery"), "nobody", ["battery_empty", "no_key"]),
        (flat(fault="jammed", answer=answered(80)), "nobody", ["fault", "no_key"]),
        (flat(fault="no_answer", keys=[KeyHolder.OURS]), "key", ["fault", "key_there"]),
        (flat(lock=OTHER), "nobody", ["not_linked", "no_key"]),
        # the key, and who has it
        (flat(lock=None), "nobody", ["no_lock", "no_key"]),
        (flat(lock=None, keys=[KeyHolder.OURS]), "key", ["no_lock", "key_there"]),
        (flat(lock=None, keys=[KeyHolder.LOST, KeyHolder.OURS]), "key", ["no_lock", "key_there"]),
        (flat(lock=None, keys=[KeyHolder.ANOTHER]), "nobody", ["no_lock", "key_elsewhere"]),
        (flat(lock=None, keys=[KeyHolder.CLIENT]), "nobody", ["no_lock", "key_with_client"]),
        (flat(lock=None, keys=[KeyHolder.LOST]), "nobody", ["no_lock", "key_lost"]),
        (flat(keys=[KeyHolder.LOST]), "open", ["lock_opens"]),
        # a door code opens the stairwell, never the flat
        (flat(lock=None, has_note=True), "nobody", ["no_lock", "no_key"]),
        (DoorOnTheWay(FLAT, "entrance", has_note=True), "open", ["no_lock", "no_key", "access_note"]),
        (DoorOnTheWay(FLAT, "entrance"), "nobody", ["no_lock", "no_key"]),
        (
            DoorOnTheWay(FLAT, "gate", keys=[KeyHolder.OURS], has_note=True),
            "key",
            ["no_lock", "key_there", "access_note"],
        ),
    ],
)
def test_one_door(door: DoorOnTheWay, verdict: str, reasons: list[str]) -> None:
    assert told(judge_way(phone(), [door], signed_in=1)) == (verdict, [reasons])


def test_without_anybody_who_has_signed_in_only_the_key_remains() -> None:
    assert told(judge_way(phone(), [flat()], signed_in=0)) == ("nobody", [["nobody_signed_in", "no_key"]])
    with_key = flat(keys=[KeyHolder.OURS])
    assert told(judge_way(phone(), [with_key], signed_in=0)) == ("key", [["nobody_signed_in", "key_there"]])


def test_a_low_battery_counts_for_nobody_who_cannot_sign_in() -> None:
    judged = judge_way(phone(), [flat(answer=answered(15))], signed_in=0)
    assert told(judged) == ("nobody", [["nobody_signed_in", "no_key"]])


def test_the_way_is_as_bad_as_its_worst_door_and_told_from_the_street_inwards() -> None:
    entrance = DoorOnTheWay(ENTRANCE, "entrance", keys=[KeyHolder.OURS])
    gate = DoorOnTheWay(GATE, "gate")
    judged = judge_way(phone(), [flat(), entrance], signed_in=1)
    assert told(judged) == ("key", [["no_lock", "key_there"], ["lock_opens"]])
    judged = judge_way(phone(), [flat(), entrance, gate], signed_in=1)
    assert judged.verdict == "nobody"
    assert [door.door.kind for door in judged.doors] == ["gate", "entrance", "apartment"]


def test_a_home_without_a_door_is_no_way_in() -> None:
    judged = judge_way(phone(), [], signed_in=3)
    assert (judged.verdict, [str(reason) for reason in judged.reasons]) == ("nobody", ["no_door"])


def test_a_phone_opens_only_what_the_routine_lets_it() -> None:
    """The same judge as at the door (rule 4, S2): no alarm of theirs, another municipality's client, a moved lock."""
    of_nobody = judge_way(phone(alarm=False), [flat()], signed_in=1)
    assert told(of_nobody) == ("nobody", [["not_allowed", "no_key"]])
    guest = judge_way(phone(row(own=False)), [flat()], signed_in=1)
    assert told(guest) == ("nobody", [["not_allowed", "no_key"]])
    moved = judge_way(phone(row(mounted=OTHER)), [flat()], signed_in=1)
    assert told(moved) == ("nobody", [["not_allowed", "no_key"]])


def test_a_carer_goes_by_the_allocation() -> None:
    judged = judge_way(phone(role=Role.CARER, alarm=False), [flat()], signed_in=1)
    assert told(judged) == ("open", [["lock_opens"]])
    nobodys = ClientDoors(Actor("0999", Role.CARER, organisation=US), [row()])
    assert judge_way(nobodys, [flat()], signed_in=1).verdict == "nobody"


@pytest.mark.parametrize(
    ("hour", "minute", "is_time"), [(0, 0, False), (13, 59, False), (14, 0, True), (23, 59, True)]
)
def test_the_red_list_comes_at_two_in_the_afternoon(hour: int, minute: int, is_time: bool) -> None:
    assert (
        is_afternoon(datetime.combine(date(2026, 3, 2), NOW.time().replace(hour=hour, minute=minute)))
        is is_time
    )
