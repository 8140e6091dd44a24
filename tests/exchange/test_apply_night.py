# SPDX-License-Identifier: EUPL-1.2
"""Nights carried out as acts: the resulting duties, refused nights, a crash in the middle, the number of queries."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.import_runs import YESTERDAY, Nights, names, organisations_with, take_in, troskel
from tests.exchange.nights import ALARM, DAY, NORTH, SOUTH, Lines, client, make_night, many_clients
from tests.exchange.test_inputs import changeable
from tests.parts import Stopped, make_parts_small, stop_at_commit
from tests.town import CODE, OFFICE, snapshot, undone_at_the_end
from troskel.acts.chapters import REGISTER
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Link
from troskel.duties.models import Duty
from troskel.duties.queries import homes_being_taken_over
from troskel.duties.replay import discrepancies
from troskel.exchange.case_extract import current_state
from troskel.ground.refusals import Refusal
from troskel.journal.models import Line
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client, Home, Residence
from troskel.people.roles import Actor, ActorKind


@pytest.fixture
def nights(tmp_path: Path, db: None) -> Nights:
    return Nights(tmp_path)


def test_the_case_system_goes_on_with_an_entry_that_was_merged_here(nights: Nights) -> None:
    twice = make_night(
        kunder=[client("K1"), client("K9", n=9)],
        beslut=["B1;K1;U1;HTJ;VERKST;2026-01-01;;;h;", "B9;K9;U9;TLARM;VERKST;2026-01-01;;;h;"],
        fordelning=[f"F1;B1;{NORTH};2026-01-01;", f"F9;B9;{ALARM};2026-01-01;"],
    )
    nights.take_in(twice)
    said = {"client": "K1", "other": "K9", "same_person": True, "numbers_differ": True}
    nights.act("merge_clients", **said)
    assert nights.take_in(twice) == {}, "the same night brings nothing new"
    twice["beslut"].append("B10;K9;U10;HTJ;VERKST;2027-01-01;;;h;")
    twice["kunder"] = [client("K9", n=9)]
    assert nights.take_in(twice)["make_decisions"] == 1
    assert Decision.objects.get(reference="B10").client.reference == "K1"
    assert discrepancies("0999") == []


# --- the take-over


def test_new_municipality_is_founded_with_its_routine(nights: Nights) -> None:
    assert nights.take_in(make_night()) == {"register_clients": 1, "make_decisions": 1, "allocate": 1}
    assert not OutboxMessage.objects.exists()
    assert names() == Counter({"S2.look": 1})
    assert organisations_with("S2.look") == [NORTH]


def test_existing_locks_keys_and_tags_are_taken_over(nights: Nights) -> None:
    told = make_night(
        kunder=[client("K1"), client("K2", address="Ängsvägen 2;11111;Byn;")],
        beslut=["B1;K1;U1;HTJ;VERKST;2026-01-01;;;h;", "B2;K2;U2;HTJ;VERKST;2026-01-01;;;h;"],
        fordelning=[f"F1;B1;{NORTH};2026-01-01;", f"F2;B2;{SOUTH};2026-01-01;"],
        las=["K1;Lägenhet;SN-1;2020-05-01"],
        nycklar=[f"K1;Lägenhet;{NORTH};2"],
        knappar=["K2;7714;2024-01-01"],
    )
    nights.take_in(told)
    assert Link.objects.get().client.reference == "K1"
    holdings = Counter(
        (row.thing.kind, row.kind) for row in Holding.objects.select_related("thing").filter(until=None)
    )
    assert holdings == {("lock", "door"): 1, ("key", "organisation"): 2, ("tag", "client"): 1}
    assert names() == Counter({"S2.look": 1})
    assert Duty.objects.get().client_id is None
    assert Duty.objects.get().home == Client.objects.get(reference="K2").home


def test_client_of_the_take_over_is_not_new_and_ends_like_others(nights: Nights) -> None:
    first = make_night(las=["K1;Lägenhet;SN-1;2020-05-01"], nycklar=[f"K1;Lägenhet;{NORTH};1"])
    nights.take_in(first)
    assert not names()
    nights.take_in(make_night(beslut=["B1;K1;U1;HTJ;AVSL;2026-01-01;2026-11-19;;h;flyttat"]), "--confirm")
    nights.advance_days(1)
    assert names(kind="duty") == Counter({"P5.return_keys": 1, "P6.order": 1})
    assert organisations_with("P6.order") == [NORTH]


# --- the nights after


def with_k2(first: str = "2026-11-20", by: str = NORTH, **more: str) -> Lines:
    night = make_night()
    night["kunder"].append(client("K2", address="Ängsvägen 2;11111;Byn;", **more))
    night["beslut"].append(f"B2;K2;U2;HTJ;VERKST;{first};;;h;")
    night["fordelning"].append(f"F2;B2;{by};{first};")
    return night


def test_new_client_on_the_second_night_gets_the_whole_routine(nights: Nights) -> None:
    nights.take_in(make_night())
    assert nights.take_in(with_k2()) == {"register_clients": 1, "make_decisions": 1, "allocate": 1}
    assert set(names(reference="K2", kind="duty")) == {
        "A1.inform",
        "A2.keys",
        "A3.understood",
        "P1.order",
        "P2.place_tag",
        "P5.collect_keys",
    }
    assert names(reference="K2", kind="notice") == Counter({"A4.tell": 1})
    assert organisations_with("A4.tell") == [NORTH]


def test_the_case_system_names_who_answers_for_a_client_and_a_hand_over_here_stands(nights: Nights) -> None:
    nights.take_in(make_night())
    demo, office = Actor.system(CODE, ActorKind.DEMO), {"orgnr": OFFICE, "kind": "municipality"}
    named = {"name": "Socialkontoret", "email": "kontor@office.example"}
    REGISTER["register_organisations"].perform(demo, {"organisations": [office | named]})
    for username, name in (("handl1", "Hanna Ek"), ("bo", "Bo Berg")):
        told = {"username": username, "name": name, "role": "assessor", "organisation": OFFICE}
        REGISTER["register_account"].perform(demo, told)

    def assessor() -> str:
        return Client.objects.values_list("assessor__name", flat=True).get(reference="K1") or ""

    nights.take_in(make_night())  # handl1
    assert assessor() == "Hanna Ek"
    nights.act("hand_over_clients", clients=["K1"], to="bo")
    assert nights.take_in(make_night()) == {}
    assert assessor() == "Bo Berg", "the same night as before says nothing new"
    nights.take_in(make_night(beslut=["B1;K1;U1;HTJ;VERKST;2026-01-01;;;Ek, Hanna;"]))
    assert assessor() == "Hanna Ek"


def test_other_municipalitys_client_gets_only_o1(nights: Nights) -> None:
    nights.take_in(make_night())
    nights.take_in(with_k2(hemkommun="0998"))
    assert names(reference="K2") == Counter({"O1.tell": 1})


def test_changed_provider_opens_a5_and_a6(nights: Nights) -> None:
    nights.take_in(make_night())
    moved = make_night(fordelning=[f"F1;B1;{NORTH};2026-01-01;2026-11-30", f"F2;B1;{SOUTH};2026-12-01;"])
    assert nights.take_in(moved, "--confirm") == {"change_allocations": 1, "allocate": 1}
    assert organisations_with("A5.tell_new") == [SOUTH]
    assert organisations_with("A6.tell_former") == [NORTH]
    nights.advance_days(20)
    assert not {"P6.order", "P6.told"} & set(names())


def with_alarm(home_care: str) -> Lines:
    return make_night(
        beslut=[home_care, "L1;K1;V1;TLARM;VERKST;2025-01-01;;;h;"],
        fordelning=[f"F1;B1;{NORTH};2026-01-01;", f"G1;L1;{ALARM};2025-01-01;"],
    )


def test_ending_with_remaining_alarm_opens_a7(nights: Nights) -> None:
    nights.take_in(with_alarm("B1;K1;U1;HTJ;VERKST;2026-01-01;;;h;"))
    ended = with_alarm("B1;K1;U1;HTJ;AVSL;2026-01-01;2026-11-25;;h;annat boende")
    assert nights.take_in(ended, "--confirm") == {"end_decisions": 1}
    assert organisations_with("A7.tell") == [NORTH]
    nights.advance_days(10)
    assert not {"P6.order", "P6.told"} & set(names())


def test_ending_of_all_care_opens_p6(nights: Nights) -> None:
    nights.take_in(make_night(las=["K1;Lägenhet;SN-1;"]))
    nights.take_in(
        make_night(beslut=["B1;K1;U1;HTJ;AVSL;2026-01-01;2026-11-25;;h;annat boende"]), "--confirm"
    )
    assert organisations_with("P6.told") == [NORTH]
    assert "P6.order" not in names()
    nights.advance_days(7)
    assert organisations_with("P6.order") == [NORTH]


def test_absence_opens_no_removal_before_confirmation(nights: Nights) -> None:
    nights.take_in(make_night(las=["K1;Lägenhet;SN-1;"]))
    gone = nights.take_in(make_night(beslut=[], fordelning=[]), "--confirm")
    assert gone == {"end_decisions": 1, "end_allocations": 1}
    nights.advance_days(5)
    assert not [name for name in names() if name.startswith(("P6", "P7"))]
    nights.act("confirm_ending", client="K1")
    assert "P6.order" in names()
    with pytest.raises(Exception, match=r"ending\.none_waits"):
        nights.act("confirm_ending", client="K1")
    assert discrepancies(CODE) == []


def test_client_returning_after_absence_is_unchanged(nights: Nights) -> None:
    nights.take_in(make_night())
    nights.take_in(make_night(beslut=[], fordelning=[]), "--confirm")
    assert nights.take_in(make_night(), "--confirm") == {"change_decisions": 1, "change_allocations": 1}
    nights.advance_days(3)
    assert troskel("phone-clients", day=nights.day)[1] == {NORTH: 1}
    assert not [name for name in names() if name.startswith(("P6", "P7"))]


def test_death_ends_care_and_its_correction_reverts_that(nights: Nights) -> None:
    nights.take_in(make_night(las=["K1;Lägenhet;SN-1;"]))
    assert nights.take_in(make_night(kunder=[client("K1", avliden="2026-11-19")]), "--confirm") == {
        "record_deaths": 1
    }
    assert "P6.order" in names()
    assert troskel("phone-clients", day=nights.day)[1] == {}
    assert troskel("clients", day=nights.day)[1]["dead"] == 1
    assert nights.take_in(make_night(), "--confirm") == {"record_deaths": 1}
    assert "P6.order" not in names()
    assert troskel("phone-clients", day=nights.day)[1] == {NORTH: 1}


def test_move_makes_the_client_new_at_the_other_door(nights: Nights) -> None:
    nights.take_in(make_night(las=["K1;Lägenhet;SN-1;"]))
    moved = make_night(kunder=[client("K1", address="Nya vägen 2;11111;Byn;")])
    assert nights.take_in(moved, "--confirm") == {"move_clients": 1}
    assert {"P1.order", "P6.order"} <= set(names())
    assert Residence.objects.filter(client__reference="K1").count() == 2
    assert Home.objects.count() == 2


def test_two_at_one_address_without_apartment_share_until_refuted(nights: Nights) -> None:
    night = with_k2()
    night["kunder"] = [client("K1"), client("K2")]
    nights.take_in(night)
    assert Home.objects.get().sharing == "proposed"
    nights.act("confirm_sharing", client="K1", shared=True)
    assert Home.objects.get().sharing == "confirmed"
    nights.take_in(night)
    assert Home.objects.get().sharing == "confirmed"


# --- nights that stop


def test_night_above_the_ending_limit_changes_nothing(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    everybody = many_clients(40)
    nights.take_in(everybody)
    fewer = nights.write_files(everybody | {"fordelning": everybody["fordelning"][:40]})
    before = changeable()
    assert troskel("import", str(fewer), "--day", DAY.isoformat()) == (2, None)
    assert changeable() == before
    error_output = capsys.readouterr().err
    assert (
        "nothing has changed" in error_output
        and "--confirm" in error_output
        and "allocations" in error_output
    )
    assert take_in(fewer, "--confirm")["acts"] == {"end_allocations": 20}


@pytest.mark.parametrize("missing", ["kunder", "beslut", "fordelning", "utforare"])
def test_night_with_missing_or_truncated_file_is_refused(
    nights: Nights, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.take_in(make_night())
    before = snapshot()
    night = nights.write_files(with_k2())
    whole = (night / f"{missing}.csv").read_bytes()
    for data in (b"", whole[: len(whole) - 5], whole.replace(b";", b",")):
        (night / f"{missing}.csv").write_bytes(data)
        assert troskel("import", str(night), "--day", DAY.isoformat()) == (2, None)
        assert f"{missing}.csv" in capsys.readouterr().err
    (night / f"{missing}.csv").unlink()
    assert troskel("import", str(night), "--day", DAY.isoformat()) == (2, None)
    assert snapshot() == before


def test_dry_run_of_the_first_night_changes_nothing(nights: Nights) -> None:
    before = snapshot()
    told = take_in(nights.write_files(make_night()), "--dry-run")
    assert told["acts"] == {"register_clients": 1, "make_decisions": 1, "allocate": 1}
    assert snapshot() == before


# --- a crash in the middle


class Crash(BaseException):
    """The power goes."""


def everything() -> dict[str, Any]:
    """What is there, by what people call it."""
    duties = Duty.objects.select_related("client", "organisation")
    told = Counter(
        (
            duty.paragraph,
            duty.ask,
            duty.client.reference if duty.client else None,
            duty.organisation.orgnr if duty.organisation else None,
            duty.due,
            duty.opened,
            duty.state,
        )
        for duty in duties
    )
    links = sorted(Link.objects.filter(until=None).values_list("client__reference", "lock__number"))
    holdings = Counter(Holding.objects.filter(until=None).values_list("thing__kind", "kind"))
    return {"known": current_state.load(CODE), "duties": told, "links": links, "held": holdings}


CRASHES = {
    "first": (
        "found_municipality",
        "register_organisations",
        "register_clients",
        "make_decisions",
        "allocate",
        "take_over_locks",
        "take_over_keys",
        "take_over_tags",
        "settle_homes",
        "finish_take_over",
    ),
    "second": ("register_clients", "make_decisions", "end_decisions", "end_allocations", "allocate"),
}


def two_nights() -> tuple[Lines, Lines]:
    first = many_clients(8)
    first |= {
        "las": ["K1;Lägenhet;SN-1;2020-05-01", "K2;Lägenhet;SN-2;"],
        "nycklar": [f"K1;Lägenhet;{NORTH};2"],
        "knappar": ["K3;7714;"],
    }
    second = many_clients(9)
    second["beslut"] = [line for line in second["beslut"] if not line.startswith("L5;")]
    second["fordelning"] = [line for line in second["fordelning"] if not line.startswith("G5;")]
    return first, second


def state_after(nights: Nights) -> dict[str, Any]:
    for day, lines in zip((YESTERDAY, DAY), two_nights(), strict=True):
        nights.take_in(lines, "--confirm", day=day)
    return everything()


@pytest.mark.parametrize(("night", "act"), [(n, act) for n, acts in CRASHES.items() for act in acts])
def test_same_night_after_a_crash_completes_it(
    nights: Nights, uncrashed: dict[str, Any], night: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_nights()
    day, lines = (YESTERDAY, first) if night == "first" else (DAY, second)
    if night == "second":
        nights.take_in(first, day=YESTERDAY)
    body = REGISTER[act].body

    def crashing(*args: Any, **values: Any) -> Any:
        body(*args, **values)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(REGISTER[act], "body", crashing)
        with pytest.raises(Crash):
            nights.take_in(lines, "--confirm", day=day)
    assert discrepancies(CODE) == []
    nights.take_in(lines, "--confirm", day=day)
    if night == "first":
        nights.take_in(second, "--confirm", day=DAY)
    assert everything() == uncrashed


@pytest.fixture(scope="module")
def uncrashed(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> dict[str, Any]:
    """The state after both nights without a crash; lived in a transaction of its own."""
    with undone_at_the_end(django_db_blocker):
        return state_after(Nights(tmp_path_factory.mktemp("whole")))


# --- in parts


def test_night_in_parts_stopped_at_every_commit_is_the_same_night(
    uncrashed: dict[str, Any], nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parts_small(monkeypatch, 3)
    number = 0
    for day, lines in zip((YESTERDAY, DAY), two_nights(), strict=True):
        while True:
            number += 1
            with monkeypatch.context() as patched:
                stop_at_commit(patched, 2)  # one part is done, the next is not
                try:
                    nights.take_in(lines, "--confirm", day=day)
                except Stopped:
                    assert discrepancies(CODE) == []
                    continue
            break
    assert number > 12, "it was stopped often"
    assert everything() == uncrashed


def test_night_that_was_broken_off_is_not_taken_for_a_great_change(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody changes provider tomorrow: what is half stored of it is no change that the files make."""
    make_parts_small(monkeypatch, 20)
    lines, tomorrow = many_clients(60), DAY + timedelta(days=1)
    lines["fordelning"] = [f"F{n};B{n};{NORTH};2026-11-01;{DAY}" for n in range(60)]
    lines["fordelning"] += [f"G{n};B{n};{SOUTH};{tomorrow};" for n in range(60)]
    for _ in range(40):
        with monkeypatch.context() as patched:
            stop_at_commit(patched, 3)
            with suppress(Stopped):
                nights.take_in(lines, day=DAY)
                break
    else:
        pytest.fail("it never came to an end")
    assert Allocation.objects.count() == 120


def test_no_line_of_a_first_night_names_every_home(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    make_parts_small(monkeypatch, 5)
    nights.take_in(many_clients(60))
    homes = Home.objects.count()
    assert homes == 60
    named = [len(json.loads(row)) for row in Line.objects.filter(kind="acts").values_list("homes", flat=True)]
    assert max(named) <= 5
    assert Line.objects.filter(event="homes.taken_over").count() == homes // 5
    assert json.loads(Line.objects.get(event="take_over.finished").homes) == []
    assert not homes_being_taken_over(CODE)
    assert discrepancies(CODE) == []


# --- the number of queries


def cost(nights: Nights, lines: Lines, day: date) -> Counter[str]:
    """How many queries, by their first word."""
    night = nights.write_files(lines)
    with CaptureQueriesContext(connection) as queries:
        take_in(night, "--confirm", day=day)
    return Counter(query["sql"].split(maxsplit=1)[0].upper() for query in queries.captured_queries)


def costs(folder: Path, count: int, blocker: Any) -> tuple[Counter[str], Counter[str]]:
    """Of a first night with so many clients, and of a second on which a quarter of them changes."""
    first, second = many_clients(count), many_clients(count + count // 4)
    second["fordelning"] = [
        line.replace(NORTH, SOUTH) if n % 4 == 0 else line for n, line in enumerate(second["fordelning"])
    ]
    with undone_at_the_end(blocker):
        nights = Nights(folder)
        return cost(nights, first, YESTERDAY), cost(nights, second, DAY)


def test_query_count_of_a_part_is_independent_of_clients(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parts_small(monkeypatch, 1000)
    few = costs(tmp_path_factory.mktemp("few"), 100, django_db_blocker)
    with_many = costs(tmp_path_factory.mktemp("many"), 400, django_db_blocker)
    for fewer, more in zip(few, with_many, strict=True):
        assert more["SELECT"] - fewer["SELECT"] <= 5
        assert more["INSERT"] - fewer["INSERT"] <= 40, "rows go in by the hundred"
        assert more.total() - fewer.total() <= 45


def test_refused_single_item_does_not_stop_the_night(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusing(*args: Any, **values: Any) -> Any:
        raise Refusal("rule 1", "home.not_now", "Inte nu.")

    nights.take_in(make_night())
    with monkeypatch.context() as patched:
        patched.setattr(REGISTER["record_deaths"], "body", refusing)
        night = with_k2()
        night["kunder"][0] = client("K1", avliden="2026-11-19")
        code, told = troskel("import", str(nights.write_files(night)), "--day", DAY.isoformat(), "--confirm")
    assert code == 1
    assert told["acts"] == {"register_clients": 1, "make_decisions": 1, "allocate": 1}
    assert [(row["file"], row["line"]) for row in told["rejected"]] == [("kunder.csv", 2)]
    assert "record_deaths: kunder.csv line 2: refused by rule 1: Inte nu" in capsys.readouterr().err
