# SPDX-License-Identifier: EUPL-1.2
"""Nights that stop until a person has confirmed them, and change nothing before. What is too much: test_planning.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.exchange.import_runs import Nights, morning, take_in, troskel
from tests.exchange.nights import ALARM, DAY, NORTH, SOUTH, Lines, client, make_night, many_clients
from tests.exchange.test_inputs import stops
from tests.town import CODE, snapshot
from troskel.acts.chapters import REGISTER
from troskel.cli import checking
from troskel.custody.models import Link
from troskel.exchange.case_extract.checks import is_odd
from troskel.ground.refusals import Refusal
from troskel.people.models import Client, ImportedNight, Municipality, StoppedNight
from troskel.people.roles import Actor, Role

YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture
def nights(tmp_path: Path, db: None) -> Nights:
    return Nights(tmp_path)


def twenty() -> Lines:
    return many_clients(20)


def changed(name: str, change: Callable[[str], str], count: int = 20) -> Lines:
    lines = twenty()
    lines[name] = [change(line) if n < count else line for n, line in enumerate(lines[name])]
    return lines


STOPS = {
    "names": (changed("kunder", lambda line: line.replace("Öberg", "Lindström"), 10), "rename 10 of 20 clients"),
    "moves": (changed("kunder", lambda line: line.replace("Gatan", "Nya vägen"), 10), "move 10 of 20 clients"),
    "reallocations": (changed("fordelning", lambda line: line.replace(NORTH, SOUTH), 40), "another provider"),
    "kinds": (changed("utforare", lambda line: line.replace(";hemtjanst", ";larm")), "kind of organisation"),
    "no clients": (twenty() | {"kunder": []}, "uses no line of clients"),
    "rejections": (changed("beslut", lambda line: line.replace("-01;", "-41;", 1), 10), "can't use 10 of 30 lines"),
    "a wrong encoding": (changed("kunder", lambda line: line.replace("Åke", "H†kan"), 1), "no name has, in 1 lines"),
    "a control": (changed("kunder", lambda line: line.replace("Åke", "Å\tke"), 1), "no name has, in 1 lines"),
}  # fmt: skip


@pytest.mark.parametrize("what", STOPS)
def test_spoilt_night_stops_and_goes_on_when_confirmed(nights: Nights, what: str, capsys: Any) -> None:
    lines, told = STOPS[what]
    nights.take_in(twenty(), day=YESTERDAY)
    folder = nights.write_files(lines)
    assert told in stops(folder, DAY, capsys)
    code, report = troskel("import", str(folder), "--day", DAY.isoformat(), "--confirm")
    assert code in (0, 1)
    assert sum(report["acts"].values()) or report["rejected"] or what == "no clients"


def test_only_a_few_changes_do_not_stop(nights: Nights) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    few = changed("kunder", lambda line: line.replace("Öberg", "Lindström"), 9)
    assert nights.take_in(few, day=DAY) == {"change_clients": 9}


def test_older_night_after_a_newer_stops(nights: Nights, capsys: Any) -> None:
    nights.take_in(make_night(), day=DAY)
    older = make_night(kunder=[client("K1", telefon="1")])
    assert "a day before the newest night" in stops(nights.write_files(older), YESTERDAY, capsys)
    assert take_in(nights.write_files(older), "--confirm", day=YESTERDAY)["acts"] == {"change_clients": 1}


def test_night_taken_in_before_is_known_by_its_bytes(nights: Nights, capsys: Any) -> None:
    nights.take_in(make_night(), day=YESTERDAY)
    nights.take_in(make_night(kunder=[client("K1", telefon="1")]), day=DAY)
    assert "taken in before" in stops(nights.write_files(make_night()), TOMORROW, capsys)
    nights.take_in(make_night(), "--confirm", day=TOMORROW)
    assert nights.take_in(make_night(), day=TOMORROW + timedelta(days=1)) == {}, "as last night"


@pytest.mark.parametrize(
    "without",
    [
        {"beslut": [], "fordelning": []},
        {"fordelning": []},
        {"beslut": [line.replace("HTJ", "BOST").replace("TLARM", "BOST") for line in twenty()["beslut"]]},
        {"beslut": [line.replace("2026-", "0206-", 1) for line in twenty()["beslut"]]},
    ],
)
def test_first_night_without_care_never_ends_the_take_over(
    nights: Nights, without: Lines, capsys: Any
) -> None:
    stops(nights.write_files(twenty() | without), YESTERDAY, capsys)
    assert not Municipality.objects.filter(taken_over=True).exists()


def test_first_night_without_clients_never_ends_the_take_over(nights: Nights, capsys: Any) -> None:
    empty = nights.write_files(make_night(kunder=[], beslut=[], fordelning=[]))
    stops(empty, YESTERDAY, capsys)
    assert take_in(empty, "--confirm", day=YESTERDAY)["first_night"]
    assert not Municipality.objects.get(code=CODE).taken_over
    report = take_in(nights.write_files(make_night(las=["K1;;S1;"])), day=DAY)
    assert report["first_night"] and report["acts"]["register_clients"] == 1
    assert Municipality.objects.get(code=CODE).taken_over


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        *(("Åke", False), ("O’Brien", False), ("Anna-Lena (”Nanna”) Öst", False), ("Žižek", False), ("5.", False)),
        *(("“Nanna” Öst", False), ("H†kan", True), ("Sj”", True), ("G”ran", True), ("P„r", True), ("™berg", True)),
        *(("Lindstr\ufffdm", True), ("Å\x85ke", True), ("Å\nke", True)),
        *(("HÃ¥kan", True), ("SÃO", False), ("H}kan", True), ("[ke", True), ("H?kan", True), ("H€kan", True)),
        *(("Åke ?", False), ("LindstrÃ", True), ("Lindstr¶m", True), ("GonÇalves ÂNGELO", False)),
    ],
)  # fmt: skip
def test_characters_that_no_name_has(text: str, odd: bool) -> None:
    assert is_odd(text) is odd


# --- the administrator's answer


def the_question() -> StoppedNight:
    return StoppedNight.objects.get()


def checked() -> Iterator[str]:
    """What `troskel check` says of nights, up to what to do."""
    found = checking.findings(None, ask_mail_server=False)
    yield from (one.words.partition(" on the page")[0] for one in found if one.about == "night")


def test_database_knows_the_states_of_a_night_that_stopped(nights: Nights, capsys: Any) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    stops(nights.write_files(STOPS["moves"][0]), DAY, capsys)
    with pytest.raises(IntegrityError), transaction.atomic():
        StoppedNight.objects.update(answer="perhaps")


def answer(release: bool) -> None:
    values = {"night": str(the_question().id), "release": release}
    with morning(DAY):
        REGISTER["answer_night"].perform(Actor(municipality=CODE, role=Role.ADMINISTRATOR), values)


def test_night_that_the_administrator_releases_goes_on_once(nights: Nights, capsys: Any) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    folder = nights.write_files(STOPS["moves"][0])
    for _time in range(2):
        stops(folder, DAY, capsys)
    assert (the_question().answer, the_question().day) == ("", DAY)
    assert list(checked()) == [
        f"{CODE}'s night of {DAY} has stopped: the administrator releases or rejects it"
    ]
    answer(release=True)
    assert list(checked()) == []
    stops(nights.write_files(STOPS["names"][0]), DAY, capsys)
    StoppedNight.objects.filter(answer="").delete()
    assert take_in(folder, day=DAY)["acts"] == {"move_clients": 10}
    assert the_question().answer == "taken_in"
    nights.take_in(twenty(), "--confirm", day=TOMORROW)
    stops(folder, TOMORROW, capsys)


def test_night_that_the_administrator_rejects_is_refused(nights: Nights, capsys: Any) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    folder = nights.write_files(STOPS["moves"][0])
    stops(folder, DAY, capsys)
    answer(release=False)
    assert "rejected this night" in stops(folder, DAY, capsys)
    with pytest.raises(Refusal, match=r"night\.not_waiting"):
        answer(release=True)
    assert take_in(folder, "--confirm", day=DAY)["acts"] == {"move_clients": 10}


def test_dry_run_of_a_night_that_stops_asks_nobody(nights: Nights) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    folder = nights.write_files(STOPS["moves"][0])
    assert troskel("import", str(folder), "--day", DAY.isoformat(), "--dry-run")[0] == 2
    assert not StoppedNight.objects.exists()


# --- what an act refuses


def test_what_acts_refuse_stands_with_its_line_and_stops_no_other(nights: Nights, tmp_path: Path) -> None:
    nights.take_in(make_night(), day=YESTERDAY)
    lines = make_night()
    for n in range(2, 6):
        lines["kunder"].append(client(f"K{n}", address=f"Ängsvägen {n};11111;Byn;"))
        lines["beslut"].append(f"B{n};K{n};U{n};HTJ;VERKST;{'0206' if n == 3 else '2026'}-01-01;;;h;")
        lines["fordelning"].append(f"F{n};B{n};{NORTH};2026-01-01;")
    folder = nights.write_files(lines)
    code, report = troskel("import", str(folder), "--day", DAY.isoformat())
    assert (code, report["refused"]) == (1, 2)
    told = [(row["file"], row["line"], row["column"], row["value"]) for row in report["rejected"]]
    assert told == [("beslut.csv", 4, "fran", "0206-01-01"), ("fordelning.csv", 4, "beslut_id", "B3")]
    assert report["acts"] == {"register_clients": 4, "make_decisions": 3, "allocate": 3}
    code, again = troskel("import", str(folder), "--day", DAY.isoformat())
    assert (code, again["acts"], len(again["rejected"])) == (1, {}, 2), "the same night twice changes nothing"
    assert ImportedNight.objects.count() == 2


def granted() -> list[list[str]]:
    """All rows of decisions and allocations."""
    return [rows for table, rows in snapshot().items() if table.startswith("care_")]


@pytest.mark.parametrize(
    ("file", "before", "after", "column"),
    [
        ("fordelning", f"F2;B2;{NORTH}", f"F2;B2;{ALARM}", "fordelning_id"),
        ("fordelning", f"F2;B2;{NORTH};2026-", f"F2;B2;{SOUTH};0206-", "fran"),
        ("beslut", "B2;K2;U2;HTJ;VERKST;2026-", "B2;K3;U2;HTJ;VERKST;0206-", "fran"),
    ],
)
def test_line_that_an_act_refuses_leaves_what_it_would_take_the_place_of(
    nights: Nights, file: str, before: str, after: str, column: str
) -> None:
    nights.take_in(twenty(), day=YESTERDAY)
    lines = changed(file, lambda line: line.replace(before, after))
    assert lines != twenty()
    before_it = granted()
    code, report = troskel("import", str(nights.write_files(lines)), "--day", DAY.isoformat(), "--confirm")
    assert (code, report["acts"]) == (1, {})
    assert [(row["file"], row["column"]) for row in report["rejected"]] == [(f"{file}.csv", column)]
    assert granted() == before_it


def test_changed_organisation_is_told(nights: Nights) -> None:
    nights.take_in(make_night(), day=YESTERDAY)
    renamed = make_night()
    renamed["utforare"][1] = renamed["utforare"][1].replace("Södra", "Sydliga")
    assert nights.take_in(renamed, day=DAY) == {"change_organisation": 1}


def test_clients_with_one_number_are_told_of_every_night_until_merged(nights: Nights) -> None:
    twice = make_night(kunder=[client("K1"), client("K9", n=1)])

    def told() -> list[tuple[int, str, str]]:
        folder = nights.write_files(twice)
        report = take_in(folder, day=DAY)
        return [(row["line"], row["column"], row["value"]) for row in report["to_decide"]]

    assert [row[:2] for row in told()] == [(3, "personnummer")]
    assert [row[:2] for row in told()] == [(3, "personnummer")]
    assert Client.objects.count() == 2
    nights.day = DAY
    nights.act("merge_clients", client="K1", other="K9", same_person=True)
    assert told() == []


# --- locks, keys and tags on any day


THINGS = {"las": ["K1;;S-1;2020-01-01"], "nycklar": [f"K1;;{NORTH};2"], "knappar": ["K1;T-1;"]}


@pytest.mark.parametrize("alone", [True, False])
def test_things_are_told_on_any_day_and_again(nights: Nights, alone: bool) -> None:
    nights.take_in(make_night(), day=YESTERDAY)
    told = THINGS if alone else make_night(**THINGS)
    assert nights.take_in(told, day=DAY) == {"take_over_locks": 1, "take_over_keys": 2, "take_over_tags": 1}
    assert list(Link.objects.values_list("lock__number", "client__reference")) == [("S-1", "K1")]
    assert nights.take_in(make_night(), day=TOMORROW) == {}, "as the last night"
    assert nights.take_in(THINGS, day=TOMORROW) == {}


def test_things_alone_need_a_first_night_and_good_lines(nights: Nights, capsys: Any) -> None:
    assert "needs all four files" in stops(nights.write_files(THINGS), YESTERDAY, capsys)
    nights.take_in(make_night(), day=YESTERDAY)
    wrong = {"las": ["K1;;S-1;", "K404;;S-2;", "K405;;S-3;"]}
    assert "can't use 2 of 3 lines" in stops(nights.write_files(wrong), DAY, capsys)
    report = take_in(nights.write_files(wrong), "--confirm", day=DAY)
    assert [(row["file"], row["line"], row["column"]) for row in report["rejected"]] == [
        ("las.csv", 3, "kund_id"),
        ("las.csv", 4, "kund_id"),
    ]
    assert report["acts"] == {"take_over_locks": 1}


def test_lock_told_at_two_doors_stands_with_its_line(nights: Nights) -> None:
    two = make_night(kunder=[client("K1"), client("K2", address="Gatan 2;11111;Byn;")])
    nights.take_in(two, day=YESTERDAY)
    folder = nights.write_files({"las": ["K1;;S-1;", "K2;;s-1 ;"]})
    code, report = troskel("import", str(folder), "--day", DAY.isoformat())
    assert (code, [(row["line"], row["column"], row["value"]) for row in report["rejected"]]) == (
        1,
        [(3, "serienummer", "S-1")],
    )


def test_a_dry_run_of_things_alone_tells_what_an_act_would_refuse(nights: Nights) -> None:
    """The same report as the run itself: a line whose door has another lock, and how many are new."""
    nights.take_in(make_night(), day=YESTERDAY)
    nights.take_in(THINGS, day=DAY)
    folder = nights.write_files({"las": ["K1;;S-1;", "K1;;S-9;", "K1;Port;S-8;"]})
    before = snapshot()
    _, tried = troskel("import", str(folder), "--day", DAY.isoformat(), "--dry-run")
    assert snapshot() == before
    _, done = troskel("import", str(folder), "--day", DAY.isoformat())
    for report in (tried, done):
        assert [row["line"] for row in report["rejected"]] == [3] and report["refused"] == 1
        assert report["acts"] == {"take_over_locks": 1}
