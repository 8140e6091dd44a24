# SPDX-License-Identifier: EUPL-1.2
"""The difference between a night and the current state. Every night planned here is also planned twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.exchange.nights import ALARM, DAY, NORTH, SOUTH, Lines, Municipality, client, make_night, number
from troskel.exchange.case_extract.periods import (
    PeriodChanged,
    PeriodEnded,
    PeriodSuperseded,
    PeriodWithdrawn,
)
from troskel.exchange.case_extract.plan import DeathRecorded, MassChange, NightPlan

YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


def decision(first: str = "2026-01-01", last: str = "", *, status: str = "VERKST", why: str = "") -> str:
    return f"B1;K1;U1;HTJ;{status};{first};{last};;handl1;{why}"


def allocation(first: str = "2026-01-01", last: str = "", by: str = NORTH) -> str:
    return f"F1;B1;{by};{first};{last}"


def after(before: Lines, night: Lines) -> NightPlan:
    """The plan of a night that follows on another; it is carried out, twice."""
    municipality = Municipality()
    municipality.take_in(before, YESTERDAY)
    return municipality.take_in(night)


def with_decision(line: str) -> Lines:
    return make_night(beslut=[line])


def test_first_night_plans_everything() -> None:
    plan = Municipality().take_in(make_night())
    assert plan.first_night
    assert plan.counts() == {
        "organisations_registered": 3,
        "homes_registered": 1,
        "clients_registered": 1,
        "decisions_made": 1,
        "allocations_made": 1,
        "taken_over_unknown_homes": 1,
    }
    assert plan.clients_registered[0].own


def test_same_night_on_the_next_day_plans_nothing() -> None:
    plan = after(make_night(), make_night())
    assert plan.is_empty()
    assert plan.unchanged == 3 + 1 + 1 + 1


def test_organisations_change_except_the_municipalitys_office() -> None:
    night = make_night()
    night["utforare"] = [line.replace("Norra", "Nordliga") for line in night["utforare"]]
    assert [row.name for row in after(make_night(), night).organisations_changed] == ["Nordliga hemtjänsten"]


# --- clients


def test_changed_client() -> None:
    lines = client("K1", telefon="070", skydd="S", personnummer=number(55), hemkommun="0998")
    changed = after(make_night(), make_night(kunder=[lines])).clients_changed[0]
    assert changed.fields == ("identity", "protection", "home_municipality", "phone")
    assert not changed.own


def test_death_and_its_correction() -> None:
    municipality = Municipality()
    municipality.take_in(make_night(), YESTERDAY)
    dead = make_night(kunder=[client("K1", avliden="2026-11-19")])
    assert municipality.take_in(dead).deaths == [DeathRecorded("K1", date(2026, 11, 19))]
    assert municipality.take_in(make_night()).deaths == [DeathRecorded("K1", None)]


def test_client_missing_from_the_extract_is_unchanged() -> None:
    plan = after(make_night(kunder=[client("K1"), client("K2")]), make_night())
    assert plan.is_empty()


# --- homes

HERE, THERE = "Ängsvägen 1;11111;Byn;", "Gatan 2;22222;Byn;1101"


def test_move_to_a_new_home_and_to_a_known_one() -> None:
    apart_addresses = make_night(kunder=[client("K1", address=HERE), client("K2", address=THERE)])
    apart = make_night(kunder=[client("K1", address=THERE), client("K2", address="Vägen 3;33333;Byn;")])
    plan = after(apart_addresses, apart)
    assert [(move.client, move.address.street) for move in plan.homes.moved] == [
        ("K1", "Gatan 2"),
        ("K2", "Vägen 3"),
    ]
    assert [home.address.street for home in plan.homes.registered] == ["Vägen 3"]
    assert plan.homes.moved[0].on == DAY


def test_spelling_variants_of_an_address_are_one_home() -> None:
    same = ["Ängsvägen 1;111 11;Byn;1101", "ÄNGSVÄGEN  1;11111;BYN;1101"]
    plan = Municipality().take_in(
        make_night(kunder=[client("K1", address=same[0]), client("K2", address=same[1])])
    )
    assert len(plan.homes.registered) == 1
    assert plan.homes.sharing_proposed == []
    assert after(
        make_night(kunder=[client("K1", address=same[0])]), make_night(kunder=[client("K1", address=same[1])])
    ).is_empty()


def test_empty_address_is_shared_with_nobody() -> None:
    plan = Municipality().take_in(
        make_night(kunder=[client("K1", address=";1;Byn;"), client("K2", address=";1;Byn;")])
    )
    assert [home.alone for home in plan.homes.registered] == ["K1", "K2"]
    assert plan.homes.sharing_proposed == []


def test_shared_home_without_apartment_is_proposed_once() -> None:
    alone = make_night(kunder=[client("K1")])
    together = make_night(kunder=[client("K1"), client("K2")])
    assert [a.street for a in Municipality().take_in(together).homes.sharing_proposed] == ["Ängsvägen 1"]
    assert [a.street for a in after(alone, together).homes.sharing_proposed] == ["Ängsvägen 1"]
    told = Municipality()
    told.take_in(together)
    told.known.homes = dict.fromkeys(told.known.homes, "")
    again = told.take_in(together).homes.sharing_proposed
    assert [a.street for a in again] == ["Ängsvägen 1"], (
        "both were registered before the night was broken off"
    )
    widow = make_night(kunder=[client("K1", avliden="2020-01-01"), client("K2")])
    assert Municipality().take_in(widow).homes.sharing_proposed == []


@pytest.mark.parametrize(
    ("before", "now"),
    [(HERE, HERE + "1101"), (HERE + "1101", HERE), (";;;", HERE), (";;Byn;", HERE + "1101")],
)
def test_completed_address_moves_nobody(before: str, now: str) -> None:
    plan = after(
        make_night(kunder=[client("K1", address=before)]), make_night(kunder=[client("K1", address=now)])
    )
    assert plan.counts() == {"homes_renamed": 1}


POSTCODE = "Ängsvägen 1;22222;Byn;1101"


@pytest.mark.parametrize(
    ("before", "now", "unsure"),
    [
        (["Ängsvägen 1;11111;Byn;1101"] * 2, ["Ängsvägen 1;11111;Byn;1101", POSTCODE], ["K2"]),
        (["Ängsvägen 1;11111;Byn;1101", POSTCODE], [POSTCODE, POSTCODE], ["K1"]),
        (["Ängsvägen 1;11111;Byn;1101"], ["Ängsvägen 1;22222;Staden;1101"], ["K1"]),
        (["Ängsvägen 1;11111;Byn;1101"], ["Ängvägen 1;11111;Byn;1101"], ["K1"]),
    ],
)
def test_where_it_may_be_the_same_home_nobody_moves_before_a_person_knows(
    before: list[str], now: list[str], unsure: list[str]
) -> None:
    nights = [
        make_night(kunder=[client(f"K{n}", address=address) for n, address in enumerate(addresses, 1)])
        for addresses in (before, now)
    ]
    plan = after(*nights)
    assert plan.is_empty()
    assert [(item.row.reference, item.column) for item in plan.to_decide] == [(k, "adress") for k in unsure]


def test_household_gets_a_new_postcode_together() -> None:
    night = make_night(kunder=[client(f"K{n}", address="Ängsvägen 1;11111;Byn;1101") for n in (1, 2)])
    assert after(night, make_night(kunder=[client(f"K{n}", address=POSTCODE) for n in (1, 2)])).counts() == {
        "homes_renamed": 1
    }


def test_emptied_address_moves_nobody() -> None:
    assert after(make_night(), make_night(kunder=[client("K1", address=";;;", skydd="F")])).counts() == {
        "clients_changed": 1
    }


def test_couple_gets_apartment_number_together_or_separates() -> None:
    couple = make_night(kunder=[client("K1"), client("K2")])
    same = make_night(kunder=[client("K1", address=HERE + "1101"), client("K2", address=HERE + "1101")])
    assert after(couple, same).counts() == {"homes_renamed": 1}
    apart = make_night(kunder=[client("K1", address=HERE + "1101"), client("K2")])
    assert [move.client for move in after(couple, apart).homes.moved] == ["K1"]


# --- decisions and allocations

PERIODS = [
    ("", "", None),
    ("", "2027-01-01", PeriodChanged("B1", date(2026, 1, 1), date(2027, 1, 1))),
    ("2027-06-01", "", PeriodChanged("B1", date(2026, 1, 1), None)),
    ("2027-06-01", "2027-12-01", PeriodChanged("B1", date(2026, 1, 1), date(2027, 12, 1))),
    ("2027-06-01", "2026-12-01", PeriodChanged("B1", date(2026, 1, 1), date(2026, 12, 1))),
    ("2027-06-01", "2026-11-20", PeriodEnded("B1", DAY, confirmed=True)),
    ("", "2026-11-10", PeriodEnded("B1", date(2026, 11, 10), confirmed=True)),
    ("2026-11-10", "2026-11-15", PeriodChanged("B1", date(2026, 1, 1), date(2026, 11, 15))),
]


@pytest.mark.parametrize(("before", "now", "changes"), PERIODS)
def test_different_end_is_a_change_or_an_ending(
    before: str, now: str, changes: PeriodChanged | PeriodEnded | None
) -> None:
    plan = after(with_decision(decision(last=before)), with_decision(decision(last=now)))
    assert [*plan.decisions.changed, *plan.decisions.ended] == ([changes] if changes else [])
    again = after(
        make_night(fordelning=[allocation(last=before)]), make_night(fordelning=[allocation(last=now)])
    )
    assert again.counts().keys() == {key.replace("decisions", "allocations") for key in plan.counts()}


def test_earlier_end_with_a_reason_is_always_an_ending() -> None:
    plan = after(with_decision(decision()), with_decision(decision(last="2026-12-24", why="EGEN BEGÄRAN")))
    assert plan.decisions.ended == [
        PeriodEnded("B1", date(2026, 12, 24), confirmed=True, reason="EGEN BEGÄRAN")
    ]
    moved = after(with_decision(decision()), with_decision(decision("2026-02-01", "2026-12-24", why="FLYTT")))
    assert moved.decisions.changed == [PeriodChanged("B1", date(2026, 2, 1), None)]
    assert moved.decisions.ended == [PeriodEnded("B1", date(2026, 12, 24), confirmed=True, reason="FLYTT")]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (decision(), {"ended": [PeriodEnded("B1", DAY, confirmed=False)]}),
        (decision("2026-11-20"), {"ended": [PeriodEnded("B1", DAY, confirmed=False)]}),
        (decision("2026-11-21"), {"withdrawn": [PeriodWithdrawn("B1")]}),
        (decision(last="2026-11-19"), {}),
        (decision(last="2026-11-20"), {}),
    ],
)
def test_absence(before: str, expected: dict[str, list[object]]) -> None:
    plan = after(make_night(beslut=[before], fordelning=[]), make_night(beslut=[], fordelning=[]))
    assert plan.decisions.ended == expected.get("ended", [])
    assert plan.decisions.withdrawn == expected.get("withdrawn", [])
    assert plan.decisions.changed == []


def test_absent_allocation_does_not_affect_its_decision() -> None:
    plan = after(make_night(), make_night(fordelning=[]))
    assert plan.counts() == {"allocations_ended": 1}
    assert plan.allocations.ended == [PeriodEnded("F1", DAY, confirmed=False)]


def test_rejected_line_is_not_absent_and_changes_nothing() -> None:
    bad = make_night(
        kunder=[client("K1", personnummer="fel")],
        beslut=[decision(last="2026-13-01")],
        fordelning=["F1;B1;0;;"],
    )
    assert after(make_night(), bad).is_empty()


def test_ending_by_absence_is_reverted_or_confirmed() -> None:
    gone = make_night(beslut=[], fordelning=[])
    municipality = Municipality()
    municipality.take_in(make_night(), YESTERDAY)
    municipality.take_in(gone)
    night = make_night(
        beslut=[decision(last="2026-11-20", why="EGEN BEGÄRAN")], fordelning=[allocation(last="2026-11-20")]
    )
    plan = municipality.take_in(night, TOMORROW)
    assert plan.decisions.ended == [PeriodEnded("B1", DAY, confirmed=True, reason="EGEN BEGÄRAN")]
    assert too_much(plan) == []
    back = municipality.take_in(make_night(), TOMORROW)
    assert back.decisions.changed == [PeriodChanged("B1", date(2026, 1, 1), None)]


def test_withdrawn_decision_returns_as_new() -> None:
    municipality = Municipality()
    future = make_night(beslut=[decision("2026-12-01")], fordelning=[allocation("2026-12-01")])
    municipality.take_in(future, YESTERDAY)
    municipality.take_in(make_night(beslut=[], fordelning=[]))
    plan = municipality.take_in(future)
    assert plan.decisions.superseded == [PeriodSuperseded("B1", None, withdrawn=False)]
    assert len(plan.decisions_made) == len(plan.allocations_made) == 1


def test_changed_provider_is_an_ending_and_a_beginning() -> None:
    night = make_night(fordelning=[allocation(last="2026-11-20"), f"F2;B1;{SOUTH};2026-11-21;"])
    plan = after(make_night(), night)
    assert plan.allocations.ended == [PeriodEnded("F1", DAY, confirmed=True)]
    assert [(row.organisation, row.valid_from) for row in plan.allocations_made] == [(SOUTH, TOMORROW)]


def test_overwritten_provider_supersedes() -> None:
    plan = after(make_night(), make_night(fordelning=[allocation(by=SOUTH)]))
    assert plan.allocations.superseded == [PeriodSuperseded("F1", YESTERDAY, withdrawn=False)]
    assert [row.organisation for row in plan.allocations_made] == [SOUTH]
    ahead = after(
        make_night(fordelning=[allocation("2026-11-20")]),
        make_night(fordelning=[allocation("2026-11-20", by=SOUTH)]),
    )
    assert ahead.allocations.superseded == [PeriodSuperseded("F1", None, withdrawn=True)]


def test_decision_of_another_client_supersedes_with_its_allocation() -> None:
    clients = [client("K1"), client("K2")]
    night = make_night(kunder=clients, beslut=["B1;K2;U1;HTJ;VERKST;2026-01-01;;;;"])
    plan = after(make_night(kunder=clients), night)
    assert plan.counts() == {
        "decisions_superseded": 1,
        "decisions_made": 1,
        "allocations_superseded": 1,
        "allocations_made": 1,
    }


def test_decision_of_an_unrelated_service_is_absent() -> None:
    plan = after(make_night(), make_night(beslut=["B1;K1;U1;MAT;VERKST;2026-01-01;;;;"]))
    assert plan.decisions.ended == [PeriodEnded("B1", DAY, confirmed=False)]
    assert plan.allocations.ended == [PeriodEnded("F1", DAY, confirmed=False)]


def test_decision_being_written_is_an_investigation() -> None:
    write_files = make_night(beslut=[decision(status="UTRED")])
    municipality = Municipality()
    plan = municipality.take_in(write_files, YESTERDAY)
    assert [(item.reference, item.client) for item in plan.investigations] == [("U1", "K1")]
    assert (plan.decisions_made, plan.allocations_made, plan.waiting) == ([], [], 1)
    plan = municipality.take_in(make_night())
    assert len(plan.decisions_made) == len(plan.allocations_made) == 1
    back = municipality.take_in(write_files)
    assert back.decisions.ended == [PeriodEnded("B1", DAY, confirmed=False, reason="UTRED")]


@pytest.mark.parametrize("last", ["", "2027-06-01", "2026-11-20"])
def test_closed_decision_ends_on_the_day_at_the_latest(last: str) -> None:
    plan = after(
        with_decision(decision(last="2027-12-31")), with_decision(decision(last=last, status="AVSL"))
    )
    assert [(e.valid_through, e.confirmed) for e in plan.decisions.ended] == [(DAY, True)]
    future = after(
        with_decision(decision("2026-12-01")),
        with_decision(decision("2026-12-01", last and "2027-06-01", status="AVSL")),
    )
    assert future.decisions.withdrawn == [PeriodWithdrawn("B1")]


def test_decision_closed_before_the_first_night() -> None:
    past = Municipality().take_in(with_decision(decision(last="2026-06-01", status="AVSL")))
    assert len(past.decisions_made) == len(past.allocations_made) == 1
    odd = Municipality().take_in(with_decision(decision(status="AVSL")))
    assert (odd.decisions_made, odd.waiting) == ([], 1)


# --- stopping


def many_clients(count: int, ending: int = 0, *, absent: bool = False, dead: int = 0) -> Lines:
    lasts = ["2026-11-20" if n < ending else "" for n in range(count)]
    present = [n for n in range(count) if not (absent and n < ending)]
    return make_night(
        kunder=[client(f"K{n}", avliden="2026-11-20" if n < dead else "") for n in range(count)],
        beslut=[f"B{n};K{n};U{n};HTJ;VERKST;2026-01-01;{lasts[n]};;;" for n in present],
        fordelning=[f"F{n};B{n};{NORTH};2026-01-01;{lasts[n]}" for n in present],
    )


def too_much(plan: NightPlan) -> list[MassChange]:
    """What the plan would do to more than 5 %, where it is at least 10, or more than half."""
    return [change for change in plan.mass_changes if change.is_too_much(0.05)]


@pytest.mark.parametrize("absent", [True, False])
def test_night_above_the_ending_limit_is_reported(absent: bool) -> None:
    assert too_much(after(many_clients(40), many_clients(40, 9, absent=absent))) == [], "only a few"
    assert too_much(after(many_clients(220), many_clients(220, 11, absent=absent))) == [], "not above 5 %"
    assert too_much(after(many_clients(40), many_clients(40, 10, absent=absent))) == [
        MassChange("clients", 40, 10),
        MassChange("decisions", 40, 10),
        MassChange("allocations", 40, 10),
    ]
    assert [c.changed for c in too_much(after(many_clients(3), many_clients(3, 2, absent=absent)))] == [2] * 3


def test_clients_end_by_death_or_absence_unless_another_decision_lasts() -> None:
    assert too_much(after(many_clients(40), many_clients(40, dead=10))) == [MassChange("clients", 40, 10)]
    fewer = many_clients(40)
    fewer["kunder"] = fewer["kunder"][10:]
    assert too_much(after(many_clients(40), fewer)) == [MassChange("clients", 40, 10)]
    followed_up = many_clients(40, 10)
    followed_up["beslut"] += [f"C{n};K{n};U{n};HTJ;VERKST;2026-11-21;;B{n};;" for n in range(10)]
    assert [s.kind for s in too_much(after(many_clients(40), followed_up))] == ["decisions", "allocations"]


def of_many(changed: int, **values: str) -> Lines:
    """Forty clients, of whom some have other values."""
    night = many_clients(40)
    night["kunder"] = [client(f"K{n}", **(values if n < changed else {})) for n in range(40)]
    return night


MASS_CHANGES = {
    "names": {"efternamn": "Lindström"},
    "protections": {"skydd": ""},
    "municipalities": {"hemkommun": "0998"},
    "moves": {"address": "Nya vägen 7;11111;Byn;"},
}


@pytest.mark.parametrize("kind", MASS_CHANGES)
def test_many_clients_changed_at_once_are_counted(kind: str) -> None:
    before = of_many(40, skydd="S") if kind == "protections" else many_clients(40)

    def counted(changed: int) -> list[MassChange]:
        now = of_many(changed, **MASS_CHANGES[kind])
        if kind == "protections":
            now["kunder"][changed:] = before["kunder"][changed:]
        return too_much(after(before, now))

    assert counted(9) == []
    assert counted(10) == [MassChange(kind, 40, 10)]


def test_many_identity_numbers_changed_at_once_are_counted() -> None:
    now = many_clients(40)
    now["kunder"][:10] = [client(f"K{n}", personnummer=number(n + 100)) for n in range(10)]
    assert too_much(after(many_clients(40), now)) == [MassChange("numbers", 40, 10)]


def test_many_reallocated_at_once_are_counted_whatever_way() -> None:
    known = many_clients(40)
    overwritten, added, followed_up = many_clients(40), many_clients(40), many_clients(40)
    for n in range(10):
        overwritten["fordelning"][n] = f"F{n};B{n};{SOUTH};2026-01-01;"
        added["fordelning"].append(f"G{n};B{n};{SOUTH};2026-12-01;")
        followed_up["beslut"].append(f"C{n};K{n};V{n};HTJ;VERKST;2026-12-01;;B{n};;")
        followed_up["fordelning"].append(f"G{n};C{n};{SOUTH};2026-12-01;")
    for now in (overwritten, added, followed_up):
        assert too_much(after(known, now)) == [MassChange("reallocations", 40, 10)]
    followed_up["fordelning"] = [line.replace(SOUTH, NORTH) for line in followed_up["fordelning"]]
    assert too_much(after(known, followed_up)) == [], "the same provider goes on"


def test_changed_kind_of_an_organisation_is_counted_by_its_allocations() -> None:
    now = many_clients(40)
    now["utforare"] = [line.replace(";hemtjanst", ";larm") for line in now["utforare"]]
    assert too_much(after(many_clients(40), now)) == [MassChange("kinds", 40, 40)]


# --- taking over


def test_take_over_and_unknown_homes() -> None:
    streets = [f"Gatan {n};1;Byn;1001" for n in range(1, 7)]
    night = make_night(
        kunder=[
            client(f"K{n}", address=streets[n - 1], hemkommun="0998" if n == 5 else "0999")
            for n in range(1, 7)
        ]
        + [client("K7", address=streets[0])],
        beslut=[f"B{n};K{n};;HTJ;VERKST;2026-01-01;{'2026-02-01' if n == 6 else ''};;;" for n in range(1, 7)],
        fordelning=[],
        las=["K1;;S1;2020-01-01", "K2;;S2;"],
        nycklar=[f"K7;;{NORTH};1", f"K3;;{ALARM};1"],
        knappar=["K4;T1;"],
    )
    municipality = Municipality()
    taken = municipality.take_in(night).taken_over
    assert taken.unknown_homes == ["K2", "K3", "K4"]
    assert (len(taken.locks), len(taken.keys), len(taken.tags)) == (2, 2, 1)
    assert municipality.take_in(night).is_empty()
