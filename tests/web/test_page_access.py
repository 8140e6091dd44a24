# SPDX-License-Identifier: EUPL-1.2
"""Every page, as every person of the cast and as nobody; a page that does not say who may use it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import NOW, PEOPLE, Cast
from tests.web.test_pages import become
from troskel.acts.chapters import REGISTER
from troskel.duties.models import RoutineVersion
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people.queries import Person
from troskel.people.roles import EVERY_ROLE, STAFF_ROLES, Role
from troskel.reading import imports
from troskel.screens.pages import ANYONE, PAGES, PageSpec, page
from troskel.web import urls

OPEN = {"live", "ready", "metrics", "start", "demo-login", "demo-logout", "language", "accessibility"}
OPEN |= {"sign-in", "sign-in-again", "sign-in-start", "sign-in-back", "choose-account", "sign-out"}
OPEN |= {"calendar-feed"}
OPEN |= {"ended-at-provider", "passkey-ask", "passkey-answer", "enrol", "enrol-ask", "enrol-passkey"}
FOR_EVERY_ACCOUNT = {"count", "standing", "read", "read-several", "acts", "notices", "routine", "paragraph"}
FOR_EVERY_ACCOUNT |= {"me", "me-passkey", "me-passkey-ask", "guide"}
OFFICE_AND_MANAGER = frozenset({Role.ASSESSOR, Role.ADMINISTRATOR, Role.MANAGER})
SEE_VERSIONS = {"routine-versions", "routine-version"}
DECIDE_ON_VERSIONS = {
    "routine-compare",
    "routine-prove",
    "routine-propose",
    "routine-approve",
    "routine-withdraw",
}
CASE = "2026-0001"
IN_SIGHT_OF = {"anna", "siri", "olle", "carin"}
"""Who of the cast may know of the client with that case number; to others there is no such page (rule 7)."""
OF_A_ROLE = {
    "calendar": {Role.LOCKSMITH, Role.COORDINATOR},
    "foreign-visits": {Role.COORDINATOR},
    "papers": {Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR},
    "receipt": {Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR},
    "letter": {Role.ADMINISTRATOR},
    "work-order": {Role.LOCKSMITH, Role.COORDINATOR, Role.ADMINISTRATOR},
    "labels": {Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH},
    "bookings": {Role.LOCKSMITH, Role.COORDINATOR},
    "booking-who": {Role.COORDINATOR},
    "alarms": {Role.RESPONDER, Role.COORDINATOR},
    "accept-alarm": {Role.RESPONDER},
    "find-alarm-client": {Role.RESPONDER, Role.COORDINATOR},
    "raise-alarm": {Role.RESPONDER, Role.COORDINATOR},
    "rank-alarm": {Role.RESPONDER, Role.COORDINATOR},
    "close-alarm": {Role.RESPONDER, Role.COORDINATOR},
    "billing": {Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR},
    "billing-exceptions": {Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR},
    "basis-form": {Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR},
    "client": EVERY_ROLE - {Role.MANAGER},
    "late": {Role.ADMINISTRATOR},
    "client-extract": {Role.ASSESSOR, Role.ADMINISTRATOR},
    "log-reviews": {Role.MANAGER},
    "log-review": {Role.MANAGER},
    "draw-log-review": {Role.MANAGER},
    "emails": {Role.ADMINISTRATOR},
    "email-again": {Role.ADMINISTRATOR},
    "imports": {Role.ADMINISTRATOR},
    "answer-night": {Role.ADMINISTRATOR},
    "account-sign-in": set(STAFF_ROLES),
    "staff-file": set(STAFF_ROLES),
    "brief-sights": {Role.MANAGER, Role.ADMINISTRATOR},
    "outages": {Role.ADMINISTRATOR, Role.COORDINATOR},
    "emergency-openings": {Role.MANAGER, Role.ADMINISTRATOR, Role.COORDINATOR},
    "review-brief-sight": {Role.MANAGER, Role.ADMINISTRATOR},
    "things-file": {Role.ADMINISTRATOR},
}
ABOUT_SOMETHING = {
    "account-sign-in": 404,
    "me-passkey": 400,
    "me-passkey-ask": 409,
    "accept-alarm": 404,
    "raise-alarm": 409,
    "rank-alarm": 409,
    "log-review": 404,
    "draw-log-review": 404,
    "review-brief-sight": 422,
    "receipt": 404,
    "letter": 404,
    "work-order": 404,
    "labels": 404,
    "email-again": 404,
    "answer-night": 404,
    "basis-form": 404,
    "close-alarm": 422,
    "booking-who": 409,
}
"""What those get who ask about a thing that is not there."""
OFFICE = {Role.ASSESSOR, Role.ADMINISTRATOR}
CARE = {*OFFICE, Role.COORDINATOR}
LISTS = {
    "clients": {*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST},
    "visits": CARE,
    "unanswered-doors": CARE,
    "orders": {*CARE, Role.LOCKSMITH},
    "things": {*CARE, Role.LOCKSMITH},
    "links": CARE,
    "lock-states": {Role.ADMINISTRATOR, Role.COORDINATOR},
    "accounts": set(STAFF_ROLES),
    "organisations": {Role.ADMINISTRATOR},
    "search": set(Role) - {Role.SYSTEM, Role.MANAGER},
    "number": set(Role) - {Role.SYSTEM, Role.MANAGER},
}


def _who_may() -> dict[str, frozenset[Role]]:
    """Who may see a page, as the page's own test module says in its constant `WHO_MAY`."""
    found: dict[str, frozenset[Role]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if "\nWHO_MAY = {" in path.read_text("utf-8"):
            found |= import_module(f"tests.web.{path.stem}").WHO_MAY
    return found


WHO_MAY = _who_may()


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make_cast()
    with clock.frozen_at(NOW):
        yield made


def pages() -> list[PageSpec]:
    return [declared for declared in PAGES if declared.package == "troskel.web"]


def request_page(browser: Client, declared: PageSpec) -> Any:
    named = (
        declared.path.replace("<str:case>", CASE).replace("<str:paragraph>", "P1").replace("<kind>", "lock")
    )
    if "<uuid:version>" in named:
        named = named.replace("<uuid:version>", str(RoutineVersion.objects.get().id))
    path = "/" + re.sub("<[^>]+>", str(new_id()), named)
    return (
        browser.get(path)
        if "GET" in declared.methods
        else browser.post(path, {"language": "en", "key": str(new_id())})
    )


def expected_status(declared: PageSpec) -> frozenset[Role] | str:
    if declared.name in OPEN:
        return ANYONE
    if declared.name in FOR_EVERY_ACCOUNT:
        return EVERY_ROLE
    if declared.name in OF_A_ROLE:
        return frozenset(OF_A_ROLE[declared.name])
    if declared.name in SEE_VERSIONS:
        return OFFICE_AND_MANAGER
    if declared.name in DECIDE_ON_VERSIONS:
        return REGISTER["approve_routine"].who
    if declared.name in LISTS:
        return frozenset(LISTS[declared.name])
    if declared.name in WHO_MAY:
        return WHO_MAY[declared.name]
    return REGISTER[declared.name.removeprefix("act-")].who


@pytest.mark.thorough
@pytest.mark.once
def test_access_to_every_page(cast: Cast) -> None:
    browsers = {name: become(cast, name) for name in PEOPLE}
    for declared in pages():
        who = expected_status(declared)
        assert declared.who == who, f"{declared.path}: write in its test who may"
        if declared.name in OPEN:
            continue
        nobody = request_page(Client(), declared)
        assert (nobody.status_code, nobody["Location"].split("?")[0]) == (302, "/"), declared.path
        for name, browser in browsers.items():
            response = request_page(browser, declared)
            allowed = Role(PEOPLE[name][0]) in who
            there = {"read": 302, "read-several": 302, **ABOUT_SOMETHING}.get(declared.name, 200)
            if declared.name in {"client", "papers"} and name not in IN_SIGHT_OF:
                there = 404
            if declared.name == "labels" and name == "laban":
                there = 200  # the locks of the firm's stock
            assert response.status_code == (there if allowed else 403), (
                declared.path,
                name,
            )


def test_every_url_is_declared() -> None:
    assert [pattern.name for pattern in urls.urlpatterns] == [declared.name for declared in pages()]
    assert len({declared.name for declared in PAGES}) == len(PAGES)


def test_page_without_roles_is_refused() -> None:
    def secret(_: HttpRequest, __: Person) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(ValueError, match="who may use it"):
        page("secret", name="secret", who=())(secret)
    assert all(declared.name != "secret" for declared in PAGES)


def test_a_reading_that_is_for_fewer_than_its_page_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    siri = become(cast, "siri")
    assert siri.get("/imports/").status_code == 200
    monkeypatch.setattr(imports.nights, "who", frozenset({Role.MANAGER}))
    refused = siri.get("/imports/")
    assert refused.status_code == 403
    assert "Den används av: chef" in " ".join(refused.content.decode().split())


def test_pages_are_not_cached(cast: Cast) -> None:
    browser = become(cast, "anna")
    for declared in pages():
        if "GET" in declared.methods:
            response = request_page(browser, declared)
            assert response["Cache-Control"] == "no-store", declared.path


def test_other_method_is_405(cast: Cast) -> None:
    browser = become(cast, "anna")
    assert browser.post("/notices/count").status_code == 405
    assert browser.get("/language").status_code == 405
    assert browser.get(f"/notices/{new_id()}/read").status_code == 405
