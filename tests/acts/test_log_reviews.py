# SPDX-License-Identifier: EUPL-1.2
"""Rule 7: each month a sample of reads is judged, by somebody who did not make them, and it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.acts.examples import ActExample, Values
from tests.town import MEADOW, OFFICE, Town
from tests.web.test_act_forms import screen
from troskel.ground.refusals import NotFound
from troskel.journal.models import Detail, DrawnRead, Line, LogReview
from troskel.journal.sampling import RISKS
from troskel.people.models import Account
from troskel.reading import client_page, log_reviews
from troskel.reading.client_record import record
from troskel.web.text.reads import WHY_DRAWN


def reads_in_march(town: Town) -> str:
    """Some reads of a client, on 2 March; then it is April."""
    client = town.new_client()
    with town.standing():
        record(town.actor("anna"), "2026-0001")
        record(town.actor("olle"), "2026-0001")
    town.now += timedelta(days=30)
    return client


def drawn_march(town: Town) -> Values:
    reads_in_march(town)
    town.does("maria", "draw_log_review", month="2026-03")
    return {"month": "2026-03", "reads": [1, 2], "outcome": "justified"}


def march(town: Town) -> Values:
    reads_in_march(town)
    return {"month": "2026-03"}


EXAMPLES = {
    "draw_log_review": ActExample("maria", march, "rule 7", again=True),
    "judge_reads": ActExample("maria", drawn_march, "NotFound", {"reads": [99]}),
}


def test_rule_7_a_month_is_drawn_judged_and_written_down(town: Town) -> None:
    reads_in_march(town)
    with town.standing():
        (due,) = log_reviews.log_reviews(town.actor("maria"))
    assert (due.month, due.state, str(due.due)) == ("2026-03", "due", "2026-04-15")
    drawn = town.does("maria", "draw_log_review", month="2026-03").answer
    assert drawn["drawn"] == 2
    with town.standing():
        shown = log_reviews.log_review(town.actor("maria"), "2026-03")
    assert [(item.reader, item.cases, item.event) for item in shown.items] == [
        ("anna", ["2026-0001"], "client.opened"),
        ("olle", ["2026-0001"], "client.opened"),
    ]
    said = {"month": "2026-03", "outcome": "unjustified"}
    town.refused("maria", "judge_reads", "BadValue text", **said, reads=[2], text=" ")
    town.does("maria", "judge_reads", **said, reads=[2], text="Samtal med Olle.")
    assert (
        town.does("maria", "judge_reads", month="2026-03", reads=[1], outcome="justified").answer["left"] == 0
    )
    town.refused("maria", "judge_reads", "rule 7", month="2026-03", reads=[1], outcome="justified")
    with town.standing():
        (done,) = log_reviews.log_reviews(town.actor("maria"))
    assert (done.state, done.judged, done.unjustified) == ("done", 2, 1)
    written = Line.objects.filter(event__in=["log_review.drawn", "read.judged", "log_review.done"])
    assert written.count() == 4 and "Samtal" not in "".join(written.values_list("body", flat=True))
    assert Detail.objects.filter(line__event="read.judged", text__contains="Samtal med Olle.").exists()
    town.is_sound()


def test_every_reason_to_be_drawn_has_words() -> None:
    assert set(WHY_DRAWN) == {"random", *RISKS}


def test_reads_by_brief_sight_are_drawn_as_such_and_others_of_the_reader_are_not(
    town: Town, settings: Any
) -> None:
    """Rule 7: Moa reads two clients whom she does not otherwise see, and one of them again when she sees her anyhow."""
    settings.DEMO = True
    town.new_client()
    briefly, later = town.new_client(), town.new_client()
    reason = {"reason": "Hon ringde hit och har ramlat, och Ängen svarar inte"}
    town.does("moa", "take_brief_sight", client=briefly, **reason)
    with town.standing():
        record(town.actor("moa"), "2026-0002")
        record(town.actor("olle"), "2026-0002")  # her own coordinator, at the same time
    town.now += timedelta(hours=2)
    town.does("moa", "take_brief_sight", client=later, **reason)
    town.now += timedelta(minutes=50)
    with town.standing():
        client_page.client_page(town.actor("moa"), "2026-0003", visits_since=town.today)
        with pytest.raises(NotFound):
            record(town.actor("moa"), "2026-0002")  # that hour is over
    town.grant(briefly, MEADOW)
    with town.standing():
        record(town.actor("moa"), "2026-0002")
    town.now += timedelta(days=30)
    town.does("maria", "draw_log_review", month="2026-03")
    with town.standing():
        shown = log_reviews.log_review(town.actor("maria"), "2026-03")
        page = screen(town, "maria").get("/log-reviews/2026-03").content.decode()
    assert page.count("Läste med kort insyn") == 2
    found = [(item.reader, item.cases, "brief_sight" in item.why) for item in shown.items if item.cases]
    assert found == [
        ("moa", ["2026-0002"], True),
        ("olle", ["2026-0002"], False),
        ("moa", ["2026-0003"], True),
        ("moa", ["2026-0002"], False),
    ]


def test_a_month_is_drawn_once_and_not_before_its_end(town: Town) -> None:
    reads_in_march(town)
    assert (
        town.refused("maria", "draw_log_review", "rule 7", month="2026-04").code
        == "log_review.month_not_ended"
    )
    town.does("maria", "draw_log_review", month="2026-03")
    again = town.refused("maria", "draw_log_review", "rule 7", month="2026-03")
    assert again.code == "log_review.already_drawn"
    assert LogReview.objects.get().seed == Line.objects.get(kind="reads", number=2).hash


def test_a_month_without_reads_is_done_when_it_is_drawn(town: Town) -> None:
    assert town.does("maria", "draw_log_review", month="2026-02").answer == {
        "month": "2026-02",
        "reads": 0,
        "drawn": 0,
    }
    assert LogReview.objects.get().done is not None


def test_nobody_judges_an_own_read_under_another_account(town: Town) -> None:
    reads_in_march(town)
    manager, assessor = (Account.objects.get(username__endswith=f"/{name}") for name in ("maria", "anna"))
    from troskel.people.login_models import Login

    login = Login.objects.create(issuer="https://sign-in.example", subject="maria")
    Account.objects.filter(id__in=[manager.id, assessor.id]).update(login=login)
    town.does("maria", "draw_log_review", month="2026-03")
    said: dict[str, Any] = {"month": "2026-03", "outcome": "justified"}
    refused = town.refused("maria", "judge_reads", "rule 7", **said, reads=[1, 2])
    assert refused.code == "log_review.own_read"
    assert town.does("maria", "judge_reads", **said, reads=[2]).answer["left"] == 1
    account = {"username": "mona", "name": "Mona Chef", "role": "manager", "organisation": OFFICE}
    town.does("siri", "register_account", **account)
    assert town.does("mona", "judge_reads", **said, reads=[1]).answer["left"] == 0


def test_the_database_refuses_to_let_a_reader_judge(town: Town) -> None:
    drawn_march(town)
    row = DrawnRead.objects.get(number=1)
    with pytest.raises(IntegrityError, match="nobody_judges_an_own_read"), transaction.atomic():
        DrawnRead.objects.filter(pk=row.pk).update(outcome="justified", judged_by=row.reader, judged=town.now)


def test_the_page_judges_what_is_ticked(town: Town, settings: Any) -> None:
    settings.DEMO = True
    reads_in_march(town)
    with town.standing():
        browser = screen(town, "maria")
        start = browser.get("/").content.decode()
        assert "att göra</h1>" in start and "Inget att göra" not in start
        assert "Granska vem som har läst vad i mars 2026" in start
        assert (
            browser.post("/log-reviews/2026-03/draw", {"key": "one"}).headers["Location"]
            == "/log-reviews/2026-03"
        )
        shown = browser.get("/log-reviews/2026-03").content.decode()
        assert "Kundens sida" in shown and "2026-0001" in shown and "Öman" not in shown
        said = {"reads": ["1"], "outcome": "unjustified", "text": ""}
        assert browser.post("/log-reviews/2026-03", {"key": "two"}).status_code == 422
        refused = browser.post("/log-reviews/2026-03", {"key": "three", **said})
        assert refused.status_code == 409 and "Skriv vad som kom fram" in refused.content.decode()
        both = {"key": "four", "reads": ["1", "2"], "outcome": "explained"}
        assert browser.post("/log-reviews/2026-03", both).status_code == 302
        assert "Granskningen är klar." in browser.get("/log-reviews/2026-03").content.decode()
        assert browser.get("/log-reviews/2026-01").status_code == 404
        assert "Granska vem" not in browser.get("/").content.decode()


def test_every_read_that_is_written_down_has_words() -> None:
    """The events of `note(…)` in the rooms that read, against what the page says."""
    import re
    from pathlib import Path

    from troskel.web.text.reads import READ_EVENTS

    root = Path(client_page.__file__).parent.parent
    sources = "".join(
        path.read_text() for room in ("reading", "offers") for path in (root / room).rglob("*.py")
    )
    noted = {
        event
        for call in re.findall(r"\b_?note\(([^)]*)", sources)
        for event in re.findall(r'"(\w+\.\w+)"', call)
    }
    assert len(noted) > 25
    assert noted - READ_EVENTS.keys() == set()
