# SPDX-License-Identifier: EUPL-1.2
"""Every page, as every person of the cast and as nobody; a page that does not say who may use it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import NOW, PEOPLE, Cast
from tests.web.test_pages import become
from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.web import urls
from troskel.web.declaring import ANYONE, EVERY_ACCOUNT, PAGES, Declared, page

OPEN = {"start", "demo-login", "demo-logout", "language", "accessibility"}
FOR_EVERY_ACCOUNT = {"count", "read", "acts"}
OFFICE = {Role.ASSESSOR, Role.ADMINISTRATOR}
CARE = {*OFFICE, Role.COORDINATOR}
LISTS = {
    "clients": {*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST},
    "visits": CARE,
    "orders": {*CARE, Role.LOCKSMITH},
    "things": {*CARE, Role.LOCKSMITH},
    "links": CARE,
    "accounts": {Role.ADMINISTRATOR},
    "organisations": {Role.ADMINISTRATOR},
    "search": set(Role) - {Role.SYSTEM, Role.MANAGER},
}


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make()
    with clock.standing_at(NOW):
        yield made


def asks(browser: Client, declared: Declared) -> Any:
    path = "/" + declared.path.replace("<uuid:notice>", str(new_id())).replace("<kind>", "lock")
    return browser.get(path) if "GET" in declared.methods else browser.post(path, {"language": "en"})


def expected(declared: Declared) -> frozenset[Role] | str:
    if declared.name in OPEN:
        return ANYONE
    if declared.name in FOR_EVERY_ACCOUNT:
        return EVERY_ACCOUNT
    if declared.name in LISTS:
        return frozenset(LISTS[declared.name])
    return REGISTER[declared.name.removeprefix("act-")].who


def test_every_page_as_everyone_and_nobody(cast: Cast) -> None:
    browsers = {name: become(cast, name) for name in PEOPLE}
    for declared in PAGES:
        who = expected(declared)
        assert declared.who == who, f"{declared.path}: write in this test who may"
        if declared.name in OPEN:
            continue
        nobody = asks(Client(), declared)
        assert (nobody.status_code, nobody["Location"].split("?")[0]) == (302, "/"), declared.path
        for name, browser in browsers.items():
            said = asks(browser, declared)
            allowed = Role(PEOPLE[name][0]) in who
            assert said.status_code == (403 if not allowed else 302 if declared.name == "read" else 200), (
                declared.path,
                name,
            )


def test_every_address_is_declared() -> None:
    assert [pattern.name for pattern in urls.urlpatterns] == [declared.name for declared in PAGES]
    assert len({declared.name for declared in PAGES}) == len(PAGES)


def test_a_page_for_nobody_is_refused() -> None:
    def secret(_: HttpRequest, __: Person) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(ValueError, match="who may use it"):
        page("secret", name="secret", who=())(secret)
    assert all(declared.name != "secret" for declared in PAGES)


def test_what_a_page_shows_is_kept_by_nobody(cast: Cast) -> None:
    browser = become(cast, "anna")
    for declared in PAGES:
        if "GET" in declared.methods:
            said = asks(browser, declared)
            assert said["Cache-Control"] == "no-store", declared.path


def test_another_method_is_refused(cast: Cast) -> None:
    browser = become(cast, "anna")
    assert browser.post("/notices/count").status_code == 405
    assert browser.get("/language").status_code == 405
    assert browser.get(f"/notices/{new_id()}/read").status_code == 405
