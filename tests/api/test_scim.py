# SPDX-License-Identifier: EUPL-1.2
"""SCIM 2.0: staff by a directory. The bodies are those of RFC 7643 (section 8) and RFC 7644 (section 3)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from django.test import Client

from tests.api.cast import EAST, MUNICIPALITY, NOW, OFFICE, Cast
from troskel.api.scim.schemas import ENTERPRISE, ERROR, LIST, PATCH, USER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.people.models import Account
from troskel.people.queries import actor_of_username

BARBARA = {
    "schemas": [USER],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
}
"""RFC 7644, section 3.3, as it stands there."""

FULL = {
    "schemas": [USER, ENTERPRISE],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
    "addresses": [{"type": "work", "locality": "Hollywood", "country": "USA", "primary": True}],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": True,
    "password": "t1meMa$heen",
    "roles": [{"value": "coordinator"}],
    ENTERPRISE: {"employeeNumber": "701984", "organization": EAST, "department": "Tour Operations"},
    "meta": {"resourceType": "User", "version": 'W/"3694e05e9dff591"'},
}
"""RFC 7643, section 8.3, shortened; the role and the organisation are ours."""


class Answer(NamedTuple):
    """What SCIM said."""

    status: int
    body: Any
    headers: Any


class Directory:
    """A directory of staff, with a token of its own account."""

    def __init__(self, cast: Cast, role: str, organisation: str, name: str, scopes: list[str]) -> None:
        values = {"username": name, "name": name, "role": role, "organisation": organisation}
        cast.does("siri", "register_account", of_system=True, **values)
        made = cast.does("siri", "issue_token", username=name, label="scim", scopes=scopes)
        self.token = made.answer["token"]
        self.http = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = headers or {"Authorization": f"Bearer {self.token}"}
        with clock.frozen_at(NOW):
            got = self.http.generic(
                method,
                f"/scim/v2{path}",
                json.dumps(body) if body is not None else "",
                content_type="application/scim+json",
                headers=sent,
            )
        return Answer(got.status_code, json.loads(got.content) if got.content else None, got.headers)

    def patch(self, user: str, *operations: dict[str, Any]) -> Answer:
        return self("PATCH", f"/Users/{user}", {"schemas": [PATCH], "Operations": [*operations]})

    def named(self, text: str) -> list[str]:
        answer = self("GET", f"/Users?filter={text.replace(' ', '%20')}")
        assert answer.status == 200 and answer.body["schemas"] == [LIST]
        assert answer.body["totalResults"] == len(answer.body["Resources"]) == answer.body["itemsPerPage"]
        return [user["userName"] for user in answer.body["Resources"]]


@pytest.fixture
def office(cast: Cast) -> Directory:
    """The municipality's directory."""
    return Directory(cast, "economist", OFFICE, "katalogen", ["staff"])


@pytest.fixture
def east(cast: Cast) -> Directory:
    """A provider's own."""
    return Directory(cast, "coordinator", EAST, "osts-katalog", ["staff"])


def is_error(answer: Answer, status: int, kind: str = "") -> None:
    assert answer.status == status, answer.body
    assert answer.body["schemas"] == [ERROR] and answer.body["status"] == str(status)
    assert answer.body.get("scimType", "") == kind and answer.body["detail"]
    assert answer.headers["Content-Type"] == "application/scim+json"


def test_a_user_is_made_found_changed_and_deleted(office: Directory, cast: Cast) -> None:
    made = office("POST", "/Users", FULL)
    assert made.status == 201, made.body
    user = made.body["id"]
    assert user != FULL["id"] and made.headers["Location"] == made.body["meta"]["location"]
    assert made.headers["Location"].endswith(f"/scim/v2/Users/{user}")
    assert made.headers["Content-Type"] == "application/scim+json"
    assert "password" not in made.body and made.body["active"] is True
    assert made.body["displayName"] == "Babs Jensen" and made.body["roles"][0]["value"] == "coordinator"
    assert made.body[ENTERPRISE] == {"organization": EAST}
    assert office("GET", f"/Users/{user}").body == made.body
    row = Account.objects.get(id=user)
    assert (row.username, row.name, row.role) == (
        f"{MUNICIPALITY}/bjensen@example.com",
        "Babs Jensen",
        "coordinator",
    )
    assert row.login is None and not row.has_usable_password(), "a person signs in by a link, as everybody"
    line = Line.objects.filter(event="account.registered").latest("number")
    assert line.actor_kind == "directory" and line.actor is not None

    # RFC 7644, section 3.4.2.2: attribute names in any case, userName whatever the case
    assert office.named('userName eq "BJensen@example.com"') == ["bjensen@example.com"]
    assert office.named('externalId eq "701984"') == office.named('USERNAME EQ "bjensen@example.com"')
    assert office.named(f'{USER}:userName eq "bjensen@example.com"') == ["bjensen@example.com"]
    assert office.named('externalId eq "7019"') == [] == office.named(f'id eq "{new_id()}"')

    # section 3.5.1: PUT. An id in the body is not the server's
    put = office("PUT", f"/Users/{user}", {**FULL, "displayName": "Barbara Jensen", "active": False})
    assert put.status == 200 and put.body["displayName"] == "Barbara Jensen" and put.body["active"] is False
    assert actor_of_username(f"{MUNICIPALITY}/bjensen@example.com") is None
    without = {name: value for name, value in FULL.items() if name not in ("externalId", "active")}
    put = office("PUT", f"/Users/{user}", without)
    assert "externalId" not in put.body and put.body["active"] is False, (
        "what is left out stays; that is cleared"
    )

    # section 3.6: DELETE
    gone = office("DELETE", f"/Users/{user}")
    assert (gone.status, gone.body) == (204, None)
    for method in ("GET", "PUT", "DELETE"):
        is_error(office(method, f"/Users/{user}", FULL if method == "PUT" else None), 404)
    assert office.named('userName eq "bjensen@example.com"') == []
    again = office("POST", "/Users", FULL)
    assert again.status == 201 and again.body["id"] != user, "somebody else may have the name now"
    row.refresh_from_db()
    assert row.closed is not None and row.username.endswith("bjensen@example.com.1")


def test_patch_makes_inactive_and_active_as_directories_do(office: Directory) -> None:
    user = office("POST", "/Users", FULL).body["id"]
    for operation, active in (
        ({"op": "replace", "path": "active", "value": False}, False),
        ({"op": "Replace", "path": "active", "value": "True"}, True),
        ({"op": "replace", "value": {"active": False}}, False),
        ({"op": "add", "value": {"active": True, "nickName": "Bab"}}, True),
    ):
        answer = office.patch(user, operation)
        assert answer.status == 200 and answer.body["active"] is active, operation
    answer = office.patch(
        user,
        {"op": "replace", "path": "name.formatted", "value": "Barbara Ek"},
        {"op": "replace", "path": 'roles[primary eq "True"].value', "value": "carer"},
        {"op": "remove", "path": "externalId"},
    )
    assert answer.body["name"] == {"formatted": "Barbara Ek"} and "externalId" not in answer.body
    assert answer.body["roles"] == [{"value": "carer", "primary": True}]
    assert office.patch(user, {"op": "remove", "path": "nickName"}).status == 200, "not kept, and no error"


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "destroy", "path": "active"}, "invalidSyntax"),
        ({"op": "replace", "path": "shoes", "value": "red"}, "invalidPath"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "replace", "path": "userName", "value": "another"}, "mutability"),
        ({"op": "replace", "path": f"{ENTERPRISE}:organization", "value": OFFICE}, "mutability"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
        ({"op": "replace", "value": 3}, "invalidValue"),
        ({"op": "replace", "path": "roles", "value": [{"value": "king"}]}, "invalidValue"),
        (
            {"op": "replace", "path": "roles", "value": [{"value": "carer"}, {"value": "coordinator"}]},
            "invalidValue",
        ),
    ],
    ids=str,
)
def test_a_patch_that_can_not_be_is_told_as_the_rfc_has_it(
    office: Directory, operation: dict[str, Any], kind: str
) -> None:
    made = office("POST", "/Users", FULL).body
    is_error(
        office.patch(made["id"], {"op": "replace", "path": "displayName", "value": "New"}, operation),
        400,
        kind,
    )
    assert office("GET", f"/Users/{made['id']}").body == made, "all operations or none (3.5.2)"


def test_the_rfc_s_smallest_user_gets_the_role_of_least_sight(office: Directory, east: Directory) -> None:
    """RFC 7644, section 3.3. In the office there is no such role: somebody must say it."""
    is_error(office("POST", "/Users", BARBARA), 400, "invalidValue")
    made = east("POST", "/Users", BARBARA)
    assert made.status == 201 and made.body["roles"][0]["value"] == "carer"
    assert (
        made.body["name"]["formatted"] == "Ms. Barbara J Jensen III" and made.body["externalId"] == "bjensen"
    )
    is_error(east("POST", "/Users", BARBARA), 409, "uniqueness")
    is_error(east("POST", "/Users", {**BARBARA, "userName": "other"}), 409, "uniqueness")


def test_a_provider_s_directory_reaches_its_own_staff_alone_and_nobody_s_administrators(
    office: Directory, east: Directory
) -> None:
    in_office = {ENTERPRISE: {"organization": OFFICE}, "roles": [{"value": "assessor"}]}
    is_error(east("POST", "/Users", {**BARBARA, **in_office}), 400, "invalidValue")
    anna, siri = (str(Account.objects.get(username=f"{MUNICIPALITY}/{name}").id) for name in ("anna", "siri"))
    is_error(east("GET", f"/Users/{anna}"), 404)
    is_error(east.patch(anna, {"op": "replace", "path": "active", "value": False}), 404)
    assert office("GET", f"/Users/{anna}").status == 200
    is_error(office("GET", f"/Users/{siri}"), 404)
    is_error(office("POST", "/Users", {**BARBARA, "roles": ["administrator"]}), 409)
    is_error(office.patch(anna, {"op": "replace", "path": "roles", "value": "administrator"}), 409)
    known = set(office.named('userName eq "olle"')) | set(office.named('userName eq "katalogen"'))
    assert known == {"olle"}, "other systems' accounts are none of its business"


def test_lists_are_paged_from_one(office: Directory) -> None:
    """Section 3.4.2.4: startIndex begins with 1, a count of 0 tells the total alone."""
    everybody = office("GET", "/Users").body
    total = everybody["totalResults"]
    assert len(everybody["Resources"]) == total > 3 and everybody["startIndex"] == 1
    part = office("GET", "/Users?startIndex=3&count=2").body
    assert (part["startIndex"], part["itemsPerPage"], part["totalResults"]) == (3, 2, total)
    assert part["Resources"] == everybody["Resources"][2:4]
    assert office("GET", "/Users?count=0").body["Resources"] == []
    assert office("GET", "/Users?startIndex=-5&count=1").body["startIndex"] == 1
    chosen = office("GET", "/Users?attributes=userName&count=1").body["Resources"][0]
    assert set(chosen) == {"schemas", "id", "userName"}
    assert "meta" not in office("GET", "/Users?excludedAttributes=meta&count=1").body["Resources"][0]


@pytest.mark.parametrize(
    "text", ["userName", 'userName sw "b"', 'title eq "x"', "userName eq b", "active eq true", ""]
)
def test_other_filters_are_invalid(office: Directory, text: str) -> None:
    is_error(office("GET", f"/Users?filter={text.replace(' ', '%20')}"), 400, "invalidFilter")


def test_the_service_tells_what_it_is(office: Directory) -> None:
    """RFC 7643, sections 5 to 7; RFC 7644, section 4."""
    config = office("GET", "/ServiceProviderConfig").body
    assert config["patch"] == {"supported": True} and config["filter"] == {
        "supported": True,
        "maxResults": 200,
    }
    assert not any(config[name]["supported"] for name in ("bulk", "changePassword", "sort", "etag"))
    assert config["authenticationSchemes"][0]["type"] == "oauthbearertoken"
    (kind,) = office("GET", "/ResourceTypes").body["Resources"]
    assert (kind["id"], kind["endpoint"], kind["schema"]) == ("User", "/Users", USER)
    assert office("GET", "/ResourceTypes/User").body == kind
    assert {one["id"] for one in office("GET", "/Schemas").body["Resources"]} == {USER, ENTERPRISE}
    attributes = {one["name"]: one for one in office("GET", f"/Schemas/{USER}").body["attributes"]}
    assert attributes["userName"]["uniqueness"] == "server" and attributes["userName"]["required"]
    assert "administrator" not in attributes["roles"]["subAttributes"][0]["canonicalValues"]
    is_error(office("GET", "/Schemas?filter=x"), 403)
    is_error(office("GET", "/Schemas/urn:x"), 404)
    is_error(office("GET", "/Groups"), 404)
    is_error(office("GET", "/Me"), 501)
    is_error(office("PATCH", "/Users", {}), 405)


def test_only_a_system_s_token_for_staff_is_let_in(cast: Cast, office: Directory) -> None:
    wide = Directory(cast, "economist", OFFICE, "utan-omfang", [])
    is_error(wide("GET", "/Users"), 403)
    is_error(Directory(cast, "economist", OFFICE, "laser", ["read"])("GET", "/Users"), 403)
    own = cast.does("siri", "issue_token", label="x", scopes=["staff"]).answer["token"]
    is_error(office("GET", "/Users", Authorization=f"Bearer {own}"), 403)
    nobody = office("GET", "/Users", Authorization="Bearer wrong")
    is_error(nobody, 401)
    assert nobody.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({**BARBARA, "schemas": ["urn:x"]}, "invalidSyntax"),
        ({**BARBARA, "userName": ""}, "invalidValue"),
        ({**BARBARA, "userName": "19121212-1212"}, "invalidValue"),
        ({**BARBARA, "userName": "Åsa Ek"}, "invalidValue"),
        ({**BARBARA, "name": "Barbara"}, "invalidValue"),
        ({"schemas": [USER], "userName": "x"}, "invalidValue"),
    ],
)
def test_a_user_that_can_not_be_is_not_made(east: Directory, body: dict[str, Any], kind: str) -> None:
    before = Account.objects.count()
    is_error(east("POST", "/Users", body), 400, kind)
    assert Account.objects.count() == before
