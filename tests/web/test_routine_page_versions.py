# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine in a browser (D): proposed as a file, compared, approved by another, or withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.duties.test_versions import SHIPPED, changed
from tests.town import Town, snapshot
from tests.web.test_act_forms import MAX_QUERIES, case_of, inputs, screen
from tests.web.test_routine_page import open_page
from troskel.duties import replay
from troskel.duties.models import RoutineVersion
from troskel.web.routine import versions


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    cache.clear()
    with town.standing():
        yield
    cache.clear()


def propose_file(browser: Client, text: str | bytes, name: str = "2026-03-02.toml") -> Any:
    """Step 1: the file is shown."""
    content = text.encode() if isinstance(text, str) else text
    return browser.post("/routine/propose/", {"file": SimpleUploadedFile(name, content), "step": "preview"})


def page_text(answer: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[1])
    return re.sub(r"\s+", " ", words)


def hidden_fields(answer: Any) -> dict[str, str]:
    """The form's hidden fields."""
    return {name: values[-1] for name, values in inputs(answer.content.decode()).items()}


def propose_version(town: Town, text: str = "", who: str = "siri") -> str:
    done = town.does(who, "propose_routine", text=text or changed(), name="2026-03-02.toml")
    return f"/routine/versions/{done.answer['version']}/"


# -- proposing


def test_d_from_a_file_to_a_version_in_force(town: Town) -> None:
    siri, maria = screen(town, "siri"), screen(town, "maria")
    before = snapshot()
    preview = propose_file(siri, changed(3))
    assert snapshot() == before, "nothing is kept of what has only been shown"
    assert "Filen går att använda" in page_text(preview)
    assert re.search(
        r"<del>.*?10</del><ins>.*?3</ins> arbetsdagar efter", preview.content.decode(), re.DOTALL
    )
    response = siri.post("/routine/propose/", {**hidden_fields(preview), "step": "confirm"})
    place = response["Location"]
    kept = RoutineVersion.objects.get(name="2026-03-02")
    assert (response.status_code, place, kept.text) == (302, f"/routine/versions/{kept.id}/", changed(3))

    told = open_page(maria, place)
    assert "Föreslagen" in told and "Siri, 2 mars 2026" in told and "L1" in told
    assert "är föreslagen: jämför" in open_page(maria, "/routine/")
    assert "är föreslagen" not in open_page(screen(town, "olle"), "/routine/")

    form = maria.get(f"{place}approve")
    assert 'value="2026-03-02"' in form.content.decode()
    preview = maria.post(f"{place}approve", {**hidden_fields(form), "in_force_from": "2026-03-09"})
    assert "Version 2026-03-02 gäller från 9 mars 2026" in page_text(preview)
    assert RoutineVersion.objects.get(id=kept.id).approved_at is None
    done = maria.post(f"{place}approve", {**hidden_fields(preview), "step": "confirm"})
    assert "Klart:" in page_text(done)
    listed = open_page(maria, "/routine/versions/")
    assert "Godkänd, gäller senare" in listed and "Maria, 2 mars 2026" in listed
    assert "från 9 mars 2026" in listed and "2 februari 2026 till 8 mars 2026" in listed
    assert "Godkänn …" not in open_page(maria, place)


def test_d_confirming_twice_proposes_once(town: Town) -> None:
    browser = screen(town, "siri")
    form = {**hidden_fields(propose_file(browser, changed(3))), "step": "confirm"}
    first, again = browser.post("/routine/propose/", form), browser.post("/routine/propose/", form)
    assert first["Location"] == again["Location"]
    assert RoutineVersion.objects.filter(name="2026-03-02").count() == 1


def test_d_file_is_stored_unchanged(town: Town) -> None:
    text = changed(4).replace("\n", "\r\n")
    browser = screen(town, "siri")
    browser.post("/routine/propose/", {**hidden_fields(propose_file(browser, text)), "step": "confirm"})
    assert RoutineVersion.objects.get(name="2026-03-02").text == text


def test_d_errors_of_an_invalid_file(town: Town) -> None:
    wrong = SHIPPED.replace('of = "locksmith"', 'of = "baker"', 1).replace('per = "link"', 'per = "lunch"', 1)
    wrong = wrong.replace('text.en = "Take', 'texten = "Take', 1).replace(
        "working_days = 20", 'working_days = "x"', 1
    )
    before = snapshot()
    response = propose_file(screen(town, "siri"), wrong)
    assert response.status_code == 422 and snapshot() == before
    told = page_text(response)
    for word, where in (("baker", "L1 install of"), ("lunch", "S3 unlink per")):
        line = 1 + wrong[: wrong.index(f'"{word}"')].count("\n")
        assert f"{line} {where} {word} är inget av orden som får stå här." in told
    assert "P1 consent due Här ska stå ett antal dagar." in told
    assert "Texten på engelska saknas." in told
    assert re.search(r"\d fel i 2026-03-02.toml", told)
    assert not hidden_fields(response).get("packed"), "the form carries nothing on"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[header\nx", "1 – Filen går inte att läsa som TOML"),
        (b"\xff\xfe", "Filen är ingen text i UTF-8."),
        (b"#" * 1_000_001, "Filen är större än en megabyte."),
        ("", "Välj en fil först."),
    ],
)
def test_d_not_a_routine_file(town: Town, content: str | bytes, why: str) -> None:
    response = propose_file(screen(town, "siri"), content)
    assert response.status_code == 422
    assert why in page_text(response)


def test_d_refused_file_is_not_stored(town: Town) -> None:
    before = snapshot()
    for text in (SHIPPED, SHIPPED.replace("changed = 2016-11-29", "changed = 2016-11-28")):
        response = propose_file(screen(town, "siri"), text)
        assert response.status_code == 409 and "Inget är sparat." in page_text(response)
    assert snapshot() == before


def test_d_tampered_form(town: Town) -> None:
    browser = screen(town, "siri")
    assert (
        browser.post("/routine/propose/", {"packed": "!", "name": "x", "step": "confirm"}).status_code == 404
    )
    assert browser.post("/routine/propose/", {"step": "confirm"}).status_code == 422


def test_d_a_file_with_another_name_gets_one_that_can_be_kept(town: Town) -> None:
    browser = screen(town, "siri")
    form = hidden_fields(propose_file(browser, changed(3), name="Ny rutin åäö.toml"))
    assert form["name"] == "Ny-rutin-.toml"
    browser.post("/routine/propose/", {**form, "step": "confirm"})
    assert RoutineVersion.objects.filter(name="Ny-rutin-").exists()


# -- approving and withdrawing


def test_d_who_may_approve_is_told_on_the_start_page_that_a_version_waits(town: Town) -> None:
    """The author waits for another, and is not asked; and nobody is once it is approved."""
    waits = "väntar på att någon godkänner den"
    address = propose_version(town)
    for who in ("siri", "maria", "anna"):
        page = screen(town, who).get("/").content.decode()
        assert (waits in page, f'href="{address}"' in page) == (
            (True, True) if who == "maria" else (False, False)
        )
        assert who != "maria" or "Inget att göra" not in page
    version = address.split("/")[-2]
    town.does("maria", "approve_routine", version=version, in_force_from=town.day(1))
    assert waits not in screen(town, "maria").get("/").content.decode()


def test_d_the_author_is_told_that_another_approves_and_is_refused(town: Town) -> None:
    place = propose_version(town, who="siri")
    browser = screen(town, "siri")
    told = open_page(browser, place)
    assert "Du har själv föreslagit versionen. Någon annan godkänner den." in told
    assert "Godkänn …" not in told and "Ta tillbaka …" in told
    for step in ("preview", "confirm"):
        form = {**hidden_fields(browser.get(f"{place}approve")), "in_force_from": "2026-03-02", "step": step}
        response = browser.post(f"{place}approve", form)
        assert response.status_code == 409
        assert "Det gick inte." in page_text(response) and "Någon annan måste godkänna den." in page_text(
            response
        )
    assert not RoutineVersion.objects.filter(name="2026-03-02", approved_at__isnull=False).exists()


def test_d_a_day_that_has_passed_or_is_no_day_is_refused(town: Town) -> None:
    place = propose_version(town)
    browser = screen(town, "maria")
    form = hidden_fields(browser.get(f"{place}approve"))
    for day, status in (("2026-03-01", 409), ("snart", 422), ("", 422)):
        assert browser.post(f"{place}approve", {**form, "in_force_from": day}).status_code == status
    changed_mind = browser.post(f"{place}approve", {**form, "in_force_from": "2026-03-09", "step": "change"})
    assert changed_mind.status_code == 200 and 'value="2026-03-09"' in changed_mind.content.decode()


def test_d_a_proposal_is_withdrawn(town: Town) -> None:
    place = propose_version(town)
    browser = screen(town, "siri")
    form = browser.get(f"{place}withdraw")
    assert "Förslaget 2026-03-02 tas tillbaka" in page_text(form)
    back = browser.post(f"{place}withdraw", {**hidden_fields(form), "step": "change"})
    assert (back.status_code, back["Location"]) == (302, place)
    response = browser.post(f"{place}withdraw", {**hidden_fields(form), "step": "confirm"})
    assert "Klart:" in page_text(response)
    told = open_page(browser, place)
    assert "Tillbakatagen" in told and "Ta tillbaka …" not in told
    assert (
        browser.post(f"{place}approve", {"in_force_from": "2026-03-09", "step": "preview"}).status_code == 409
    )


def test_d_forbidden_roles(town: Town) -> None:
    place = propose_version(town)
    assert "Godkänn" not in open_page(screen(town, "anna"), place)
    for who in ("anna", "olle", "erik"):
        browser = screen(town, who)
        for path in ("/routine/propose/", f"{place}approve", f"{place}withdraw"):
            assert browser.get(path).status_code == 403
        assert browser.post(f"{place}compare").status_code == 403
    assert screen(town, "olle").get(place).status_code == 403


def test_d_a_version_in_force_stands_beside_the_one_it_replaced(town: Town) -> None:
    town.approved(changed(3), begins=town.day(0))
    with town.standing():
        browser = screen(town, "anna")
        new, first = (RoutineVersion.objects.get(name=name).id for name in ("2026-03-02", "2016-11-29"))
        assert "Bredvid version 2016-11-29" in open_page(browser, f"/routine/versions/{new}/")
        assert "Den första versionen" in open_page(browser, f"/routine/versions/{first}/")
        assert "Har gällt" in open_page(browser, "/routine/versions/")


# -- what it would have changed


def test_d_what_a_version_would_have_changed_is_reckoned_when_asked_for_and_then_known(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = town.new_client()
    town.mount(town.order(client), "L1")
    late = town.new_client()
    town.order(late)
    town.days_pass(9)
    place = propose_version(town)
    lived: list[str] = []
    compare = replay.compare

    def counted(municipality: str, *rest: Any) -> Any:
        lived.append(municipality)
        return compare(municipality, *rest)

    monkeypatch.setattr(replay, "compare", counted)
    with town.standing():
        siri, maria = screen(town, "siri"), screen(town, "maria")
        assert "Räkna ut vad den hade ändrat" in open_page(maria, place) and lived == []
        told = page_text(maria.post(f"{place}compare"))
        assert "2 uppgifter hade blivit annorlunda. Av dem hade 1 blivit sena, 1 fler än nu." in told
        assert case_of(town, late) not in told, "a manager sees counts alone"
        told = open_page(siri, place)
        assert case_of(town, late) in told, "the office sees which"
        assert "Montera låsvredet och rapportera det" in told
        assert len(lived) == 1, "it is known until the journal has grown"
    town.new_client()
    with town.standing():
        assert "Räkna ut vad den hade ändrat" in open_page(siri, place)


def test_d_long_journal_is_compared_by_command(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    place = propose_version(town)
    monkeypatch.setattr(versions, "MAX_LINES", 10)
    browser = screen(town, "maria")
    for told in (open_page(browser, place), page_text(browser.post(f"{place}compare"))):
        assert f"troskel routine compare {place.split('/')[3]}" in told


def test_d_version_without_changed_duties(town: Town) -> None:
    place = propose_version(town, SHIPPED + "\n# en tanke\n")
    browser = screen(town, "maria")
    assert "Inget skiljer sig: de säger samma sak." in open_page(browser, place)
    assert "Inget hade blivit annorlunda." in page_text(browser.post(f"{place}compare"))


def test_d_query_count_of_version_pages(town: Town) -> None:
    place = propose_version(town)
    for _ in range(3):
        town.does("siri", "withdraw_proposal", version=place.split("/")[3])
        place = propose_version(town)
    browser = screen(town, "siri")
    browser.post(f"{place}compare")
    for path in ("/routine/versions/", place, "/routine/propose/", f"{place}approve", f"{place}withdraw"):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        assert len(asked) <= MAX_QUERIES, path
