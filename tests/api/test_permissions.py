# SPDX-License-Identifier: EUPL-1.2
"""Every operation, as every person of the cast and anonymously; no client outside sight is returned."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from tests.api.cast import PEOPLE, Cast
from tests.api.conftest import ApiClient
from troskel.acts.chapters import REGISTER
from troskel.api import urls  # noqa: F401  (declares the operations)
from troskel.api.operations import OPERATIONS, add_operation
from troskel.duties.models import RoutineVersion
from troskel.people.roles import Role

SEES = {
    "anna": {"K1", "K2", "K3", "K4"},
    "siri": {"K1", "K2", "K3", "K4"},
    "erik": {"K3"},
    "olle": {"K1", "K3", "K4"},
    "carin": {"K1", "K4"},
    "moa": {"K2"},
    "mikael": {"K2"},
    "laban": set(),
    "maria": set(),
    "rut": set(),
}

READERS = {
    "list_clients": "anna siri erik olle carin moa mikael laban",
    "open_client": "anna siri erik olle carin moa mikael laban",
    "list_decisions": "anna siri erik olle moa",
    "list_gaps": "anna siri olle moa",
    "list_ways_in": "siri olle moa",
    "list_orders": "anna siri olle moa laban",
    "list_locks": "anna siri olle moa laban",
    "list_lock_states": "siri olle moa",
    "list_tags": "anna siri olle moa",
    "list_keys": "anna siri olle moa",
    "list_links": "anna siri olle moa",
    "list_visits": "anna siri olle moa",
    "list_phone_events": "siri olle carin moa mikael",
    "list_phones": "siri olle carin moa mikael",
    "list_brief_sights": "siri maria",
    "list_duties": "anna siri maria erik olle carin moa mikael rut laban",
    "list_notices": "anna siri maria erik olle carin moa mikael rut laban",
    "list_phone_clients": "carin mikael rut",
    "ask_door": "carin mikael rut",
    "list_openings": "anna siri olle moa",
    "list_alarms": "olle moa rut",
    "show_outages": "siri olle moa",
    "list_emergency_openings": "siri maria olle moa",
    "count_phone_clients": "anna siri",
    "list_organisations": "anna siri maria erik olle carin moa mikael rut laban",
    "list_journal": "anna siri olle moa",
    "open_detail": "anna siri",
    "show_retention": "siri",
    "show_routine": "anna siri maria erik olle carin moa mikael rut laban",
    "list_versions": "anna siri maria",
    "compare_version": "siri maria",
    "show_conformance": "anna siri maria",
    "list_deputies": "anna siri maria erik olle carin moa mikael rut laban",
    "list_acts": "anna siri maria erik olle carin moa mikael rut laban",
    "list_invoice_rows": "siri erik olle moa",
    "list_basis_forms": "siri erik olle moa",
    "show_basis_form": "siri erik olle moa",
    "show_letter": "siri",
    "list_accounts": "siri olle moa laban",
    "extract_client": "anna siri",
    "list_log_reviews": "maria",
    "show_log_review": "maria",
    "list_tokens": "anna siri maria erik olle carin moa mikael rut laban",
}
"""Who may read what, written out: a change of `who=` must be made here as well."""


WRITERS = {
    "open_door_by_phone": "carin mikael rut",
    "sync_phone_with_plan": "carin mikael",
    "hand_in_alarms": "olle moa rut",
}
"""… and who may do what is no act alone."""


def filled_path(path: str, case: str) -> str:
    """The path with a case number, a lock, a version, a line of the journal, a form or an order put in."""
    version = RoutineVersion.objects.values_list("id", flat=True).first()
    put_in = {"{case}": case, "{version}": str(version), "{number}": "1", "{serial}": "L1"}
    put_in |= {"{month}": "2026-02", "{form}": "U-2026-0001", "{order}": "W-2026-0001"}
    for mark, value in put_in.items():
        path = path.replace(mark, value)
    return path


def expected(name: str, person: str) -> bool:
    """May this person use this operation? For acts: by the act's own roles."""
    if name in READERS | WRITERS:
        return person in (READERS | WRITERS)[name].split()
    return Role(PEOPLE[person][0]) in REGISTER[name].who


def test_every_operation_as_every_role_and_anonymously(api: ApiClient) -> None:
    walked = 0
    for declared in OPERATIONS:
        for person in (*PEOPLE, None):
            if declared.method == "GET":
                response = api.get(person, filled_path(declared.path, api.cast.cases["K1"]))
            else:
                response = api.post(person, declared.path, {})
            walked += 1
            context = f"{declared.operation_id} as {person}: {response.status} {response.body}"
            if person is None:
                assert response.status == 401, context
                assert response.headers["WWW-Authenticate"] == "Bearer"
            elif not expected(declared.operation_id, person):
                assert response.status == 403, context
                assert response.body["rule"] == "rule 7"
            elif declared.operation_id == "open_client":
                assert response.status == (200 if "K1" in SEES[person] else 404), context
            elif declared.operation_id == "end_cover":  # it takes nothing, and there is none to end
                assert response.status == 409, context
            elif declared.operation_id in ("ask_door", "show_log_review"):
                assert response.status == 404, context
            elif declared.path.endswith("/pdf"):
                assert response.status == 404, (
                    context
                )  # nothing is billed or mounted yet: tests/api/test_documents.py
            else:
                assert response.status == (200 if declared.method == "GET" else 422), context
    assert walked == len(OPERATIONS) * (len(PEOPLE) + 1)


def test_tables_list_every_operation_that_is_no_act() -> None:
    assert {declared.operation_id for declared in OPERATIONS if declared.method == "GET"} == set(READERS)
    others = {declared.operation_id for declared in OPERATIONS if declared.method != "GET"}
    assert others - REGISTER.keys() == set(WRITERS)


def test_system_acts_are_not_exposed(api: ApiClient) -> None:
    alone = [act.name for act in REGISTER.values() if not act.who]
    assert {"found_municipality", "turn_the_day"} <= set(alone)
    for name in alone:
        assert api.act("siri", name, {}).status == 404


def test_operation_without_roles_is_refused() -> None:
    def everything(_: HttpRequest) -> HttpResponse:
        return HttpResponse()

    more: dict[str, Any] = {"name": "all", "summary": "", "answers": dict, "faults": (), "tag": ""}
    with pytest.raises(ValueError, match="who may use it"):
        add_operation("GET", "/all", everything, who=(), **more)


def test_clients_outside_sight_are_never_returned(api: ApiClient) -> None:
    """No response contains a case number, reference or id of a client outside the reader's sight."""
    marks = _identifying_texts(api.cast)
    for declared in OPERATIONS:
        if declared.method != "GET":
            continue
        for person in PEOPLE:
            for reference, case in api.cast.cases.items():
                response = api.get(person, filled_path(declared.path, case))
                if person == "siri" and declared.operation_id == "list_journal":
                    continue
                for hidden in set(marks) - SEES[person]:
                    for mark in marks[hidden]:
                        assert mark not in json.dumps(response.body), (
                            declared.operation_id,
                            person,
                            hidden,
                            reference,
                        )
                if "{case}" not in declared.path:
                    break


def test_clients_that_each_role_sees(api: ApiClient) -> None:
    for person in READERS["list_clients"].split():
        response = api.get(person, "/clients")
        assert {item["reference"] for item in response.body["items"]} == SEES[person], person


def test_protected_client_is_shown_without_name_and_address(api: ApiClient) -> None:
    case = api.cast.cases["K4"]
    assert api.get("anna", f"/clients/{case}").body["person"]["last_name"] == "Ek"
    for person in ("olle", "carin"):
        response = api.get(person, f"/clients/{case}")
        assert response.status == 200
        assert response.body["protected"]
        assert response.body["person"] is None
        assert "Ekvägen" not in json.dumps(response.body, ensure_ascii=False)
    on_phone = {item["case"]: item for item in api.get("carin", "/phone/clients").body}
    assert on_phone[case]["person"] is None
    assert on_phone[api.cast.cases["K1"]]["person"]["street"] == "Ekvägen 1"


def test_lists_show_no_names(api: ApiClient) -> None:
    for declared in OPERATIONS:
        if declared.method == "GET" and declared.operation_id not in ("open_client", "list_phone_clients"):
            response = json.dumps(api.get("anna", filled_path(declared.path, "")).body, ensure_ascii=False)
            assert "Astrid" not in response, declared.operation_id
            assert "Ekvägen" not in response, declared.operation_id


def _identifying_texts(cast: Cast) -> dict[str, list[str]]:
    from troskel.people.models import Client

    rows: Any = Client.objects.values_list("reference", "id")
    return {
        reference: [cast.cases[reference], f'"{reference}"', str(identifier)]
        for reference, identifier in rows
    }
