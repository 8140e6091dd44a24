# SPDX-License-Identifier: EUPL-1.2
"""Two whole nights imported by `troskel import`, against their truth: the small ones, and the shared if present."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.import_runs import YESTERDAY, morning, names, take_in, troskel
from tests.exchange.nights import DAY
from tests.exchange.test_plan_example_nights import EXAMPLES, SMALL
from tests.town import CODE, undone_at_the_end
from troskel.acts.turning_the_day import catch_up
from troskel.duties.replay import discrepancies
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client


@pytest.fixture(scope="module", params=EXAMPLES, ids=["small", "shared"])
def both_nights(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    folder: Path = request.param
    confirm = ["--confirm"] if folder == SMALL else []  # of so few, each that ends is a great share
    with undone_at_the_end(django_db_blocker):
        results: dict[str, Any] = {"truth": json.loads((folder / "truth.json").read_text("utf-8"))}
        results["first"] = take_in(folder / "night-1", day=YESTERDAY)
        results["mails"], results["after first"] = OutboxMessage.objects.count(), names(kind="duty")
        with morning(DAY):
            catch_up(CODE)
        results["dry"] = take_in(folder / "night-2", "--dry-run", *confirm)
        results["second"] = take_in(folder / "night-2", *confirm)
        results["again"] = take_in(folder / "night-2")
        yield results


def rejected(results: Any) -> list[list[Any]]:
    return sorted([row["file"], row["line"], row["column"]] for row in results["rejected"])


def test_rejected_lines_match_the_truth(both_nights: dict[str, Any], db: None) -> None:
    assert rejected(both_nights["first"]) == sorted(both_nights["truth"]["rejected_night_1"])
    assert rejected(both_nights["second"]) == sorted(both_nights["truth"]["rejected"])
    assert all(
        {"file", "line", "column", "value", "reason"} == set(row) for row in both_nights["second"]["rejected"]
    )


def test_gaps_match_the_truth(both_nights: dict[str, Any], db: None) -> None:
    code, gaps = troskel("gaps", "--on", DAY.isoformat(), "--days", "30")
    services = {"home_care": "HTJ", "safety_alarm": "TLARM"}
    assert code == 0
    assert {f"{gap['client']}/{services[gap['service']]}": gap["days"] for gap in gaps} == both_nights[
        "truth"
    ]["gaps"]


def test_phone_clients_and_counts_match_the_truth(both_nights: dict[str, Any], db: None) -> None:
    truth = both_nights["truth"]
    assert troskel("phone-clients", "--on", DAY.isoformat())[1] == truth["phone_clients_today"]
    counts = troskel("clients")[1]
    assert counts["other_municipality"] == truth["other_municipality"]
    assert counts["own"] + counts["other_municipality"] == truth["clients"]
    assert counts["protected"] == Client.objects.exclude(protection="").count()
    assert counts["dead"] == Client.objects.exclude(died=None).count()


def test_same_night_again_changes_nothing(both_nights: dict[str, Any], db: None) -> None:
    assert sum(both_nights["second"]["acts"].values()) > 0
    assert sum(both_nights["again"]["acts"].values()) == 0
    assert rejected(both_nights["again"]) == rejected(both_nights["second"])


def test_dry_run_matches_the_import(both_nights: dict[str, Any], db: None) -> None:
    assert both_nights["dry"]["acts"] == both_nights["second"]["acts"]


def test_take_over_opens_no_duties_of_new_clients_and_sends_nothing(
    both_nights: dict[str, Any], db: None
) -> None:
    assert both_nights["first"]["first_night"] and not both_nights["second"]["first_night"]
    assert both_nights["mails"] == 0
    assert set(both_nights["after first"]) <= {"A8.investigation", "A8.allocation", "S2.look"}
    assert both_nights["after first"]["S2.look"] > 0


def test_stored_state_follows_from_the_journal(both_nights: dict[str, Any], db: None) -> None:
    assert discrepancies(CODE) == []
    assert verify(CODE).is_sound
    assert set(Line.objects.filter(kind="acts").values_list("actor_kind", flat=True)) <= {"import", "clock"}


def test_absence_alone_opens_no_removal_duty(both_nights: dict[str, Any], db: None) -> None:
    waiting = Client.objects.filter(decisions__ending="unconfirmed").values_list("reference", flat=True)
    for reference in waiting:
        assert not {"P6.order", "P6.told", "P7.fetch"} & set(names(reference=reference)), reference
