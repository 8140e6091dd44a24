# SPDX-License-Identifier: EUPL-1.2
"""Two whole nights taken in by `troskel import`, against their truth: the small ones, and the shared where they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.nights import DAY
from tests.exchange.taking_in import YESTERDAY, morning, names, take_in, troskel
from tests.exchange.test_invented_municipalities import EXAMPLES, SMALL
from tests.town import CODE, undone_at_the_end
from troskel.acts.turning_the_day import catch_up
from troskel.duties.replaying import departures
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.outbox.models import Parcel
from troskel.people.models import Client


@pytest.fixture(scope="module", params=EXAMPLES, ids=["small", "shared"])
def both(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    folder: Path = request.param
    confirm = ["--confirm"] if folder == SMALL else []  # of so few, each that ends is a great share
    with undone_at_the_end(django_db_blocker):
        told: dict[str, Any] = {"truth": json.loads((folder / "truth.json").read_text("utf-8"))}
        told["first"] = take_in(folder / "night-1", day=YESTERDAY)
        told["mails"], told["after first"] = Parcel.objects.count(), names(kind="duty")
        with morning(DAY):
            catch_up(CODE)
        told["dry"] = take_in(folder / "night-2", "--dry-run", *confirm)
        told["second"] = take_in(folder / "night-2", *confirm)
        told["again"] = take_in(folder / "night-2")
        yield told


def rejected(told: Any) -> list[list[Any]]:
    return sorted([row["file"], row["line"], row["column"]] for row in told["rejected"])


def test_the_rejected_lines_are_those_of_the_truth(both: dict[str, Any], db: None) -> None:
    assert rejected(both["first"]) == sorted(both["truth"]["rejected_night_1"])
    assert rejected(both["second"]) == sorted(both["truth"]["rejected"])
    assert all(
        {"file", "line", "column", "value", "reason"} == set(row) for row in both["second"]["rejected"]
    )


def test_gaps_are_those_of_the_truth(both: dict[str, Any], db: None) -> None:
    code, gaps = troskel("gaps", "--on", DAY.isoformat(), "--days", "30")
    services = {"home_care": "HTJ", "safety_alarm": "TLARM"}
    assert code == 0
    assert {f"{gap['client']}/{services[gap['service']]}": gap["days"] for gap in gaps} == both["truth"][
        "gaps"
    ]


def test_phone_clients_and_counts_are_those_of_the_truth(both: dict[str, Any], db: None) -> None:
    truth = both["truth"]
    assert troskel("phone-clients", "--on", DAY.isoformat())[1] == truth["phone_clients_today"]
    counts = troskel("clients")[1]
    assert counts["other_municipality"] == truth["other_municipality"]
    assert counts["own"] + counts["other_municipality"] == truth["clients"]
    assert counts["protected"] == Client.objects.exclude(protection="").count()
    assert counts["dead"] == Client.objects.exclude(died=None).count()


def test_the_same_night_again_sums_to_0(both: dict[str, Any], db: None) -> None:
    assert sum(both["second"]["acts"].values()) > 0
    assert sum(both["again"]["acts"].values()) == 0
    assert rejected(both["again"]) == rejected(both["second"])


def test_the_dry_run_says_what_then_happens(both: dict[str, Any], db: None) -> None:
    assert both["dry"]["acts"] == both["second"]["acts"]


def test_the_take_over_asks_nothing_for_new_clients_and_sends_nothing(both: dict[str, Any], db: None) -> None:
    assert both["first"]["first_night"] and not both["second"]["first_night"]
    assert both["mails"] == 0
    assert set(both["after first"]) <= {"A8.investigation", "A8.allocation", "S2.look"}
    assert both["after first"]["S2.look"] > 0


def test_what_is_stored_follows_from_the_journal(both: dict[str, Any], db: None) -> None:
    assert departures(CODE) == []
    assert verify(CODE).sound
    assert set(Line.objects.filter(kind="acts").values_list("actor_kind", flat=True)) <= {"import", "clock"}


def test_absence_alone_asks_for_no_removal(both: dict[str, Any], db: None) -> None:
    waiting = Client.objects.filter(decisions__ending="unconfirmed").values_list("reference", flat=True)
    for reference in waiting:
        assert not {"P6.order", "P6.told", "P7.fetch"} & set(names(reference=reference)), reference
