# SPDX-License-Identifier: EUPL-1.2
"""Acts over HTTP: idempotency keys, previews, and errors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.api.cast import FIRM, NOW
from tests.api.conftest import ROOT, ApiClient
from troskel.ground import clock
from troskel.ground.models import Answer

INFORM = {"client": "K1", "way": "oral"}
ORDER = {"client": "K1", "locksmith": FIRM, "reason": "urgent"}


def rows_of_all_tables() -> dict[str, int]:
    """How many rows each table holds."""
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}


def test_act_is_done(api: ApiClient) -> None:
    response = api.act("olle", "order_installation", ORDER)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.body["answer"]["order"].startswith("W-2026-")
    assert response.body["preview"] is False
    closed = response.body["closed"]
    assert [duty["paragraph"] for duty in closed if duty["state"] == "done"] == ["P1"]
    assert [duty["paragraph"] for duty in closed if duty["state"] == "moot"] == ["A4"], "the notice to order"


def test_same_key_returns_same_answer_once(api: ApiClient) -> None:
    first = api.act("olle", "order_installation", ORDER, key="k")
    after_first = rows_of_all_tables()
    assert api.act("olle", "order_installation", ORDER, key="k").body == first.body
    assert rows_of_all_tables() == after_first


def test_same_key_other_content_is_422(api: ApiClient) -> None:
    assert api.act("anna", "inform_client", INFORM, key="k").status == 200
    after_first = rows_of_all_tables()
    response = api.act("anna", "inform_client", INFORM | {"way": "written"}, key="k")
    assert (response.status, response.body["field"]) == (422, "Idempotency-Key")
    assert rows_of_all_tables() == after_first


def test_key_belongs_to_one_account(api: ApiClient) -> None:
    assert api.act("anna", "inform_client", INFORM, key="k").status == 200
    assert api.act("olle", "order_installation", ORDER, key="k").status == 200


def test_refusal_is_not_stored(api: ApiClient) -> None:
    untold = {"client": "K1", "locksmith": FIRM}
    response = api.act("olle", "order_installation", untold, key="k")
    assert (response.status, response.body["rule"]) == (409, "A1")
    assert not Answer.objects.exists()
    for act, values in (
        ("inform_client", INFORM),
        ("inform_client", INFORM | {"way": "written"}),
        ("tell_about_keys", {"client": "K1"}),
        ("confirm_understanding", {"client": "K1"}),
    ):
        assert api.act("anna", act, values).status == 200
    assert api.act("olle", "order_installation", untold, key="k").status == 200


def test_preview_changes_nothing_and_matches_the_act(api: ApiClient) -> None:
    before = rows_of_all_tables()
    tried = api.act("olle", "order_installation", ORDER, query="?preview=1", key="k").body
    assert rows_of_all_tables() == before
    done = api.act("olle", "order_installation", ORDER, key="k").body
    assert tried["preview"]
    assert not done["preview"]
    for field in ("act", "lines", "answer", "opened", "closed", "mailed", "refused"):
        assert tried[field] == done[field], field


def test_preview_is_refused_like_the_act(api: ApiClient) -> None:
    response = api.act(
        "olle", "order_installation", {"client": "K3", "locksmith": FIRM, "reason": "x"}, query="?preview=1"
    )
    assert (response.status, response.body["rule"]) == (409, "O1")


@pytest.mark.parametrize(
    ("accept_language", "language", "text"),
    [
        ("", "en", "The client has refused"),
        ("en, sv;q=0.5", "en", "The client has refused"),
        ("fi, en;q=0.5", "en", "The client has refused"),
        ("sv-SE, sv;q=0.9, en;q=0.8", "sv", "Kunden har sagt nej till låsvred."),
        ("fi, sv;q=0.5", "sv", "Kunden har sagt nej till låsvred."),
    ],
)
def test_refusal_follows_accept_language(
    api: ApiClient, accept_language: str, language: str, text: str
) -> None:
    refused = {"client": "K1", "reason": "does_not_want"}
    assert api.act("anna", "record_refusal", refused).status == 200
    api.http.defaults["HTTP_ACCEPT_LANGUAGE"] = accept_language
    response = api.act("olle", "order_installation", ORDER)
    assert (response.status, response.headers["Content-Language"], response.headers["Vary"]) == (
        409,
        language,
        "Accept-Language",
    )
    assert text in response.body["detail"]


def test_every_problem_has_swedish_text(api: ApiClient) -> None:
    api.http.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    assert api.act("anna", "inform_client", INFORM, key="k").status == 200
    for who, key, values, detail in (
        ("olle", None, INFORM, "”inform_client” är till för biståndshandläggaren, inte för samordnaren."),
        ("anna", None, {"client": "K1"}, "Uppgiften saknas. Fyll i den."),
        ("anna", None, INFORM | {"client": "K9"}, "Det finns inget ärende som du får se"),
        ("anna", "k", INFORM | {"way": "written"}, "Nyckeln har redan använts"),
    ):
        response = api.act(who, "inform_client", values, key=key)
        assert response.headers["Content-Language"] == "sv"
        assert detail in response.body["detail"], response.body


def test_occurred_may_be_past_but_not_future(api: ApiClient) -> None:
    assert api.act("anna", "inform_client", INFORM, query="?occurred=2026-03-01T08:00:00Z").status == 200
    response = api.act("anna", "inform_client", INFORM, query="?occurred=2027-03-01T08:00:00Z")
    assert (response.status, response.body["field"]) == (422, "occurred")
    response = api.act("anna", "inform_client", INFORM, query="?occurred=2026-03-01T08:00:00")
    assert (response.status, response.body["field"]) == (422, "occurred")


@pytest.mark.parametrize(
    ("values", "status", "more"),
    [
        (b"{", 400, {}),
        (b"[]", 400, {}),
        (b"\xff", 400, {}),
        ({"client": "K1"}, 422, {"field": "way", "code": "value.missing"}),
        ({"client": "K1", "way": "song"}, 422, {"field": "way", "code": "value.not_a_choice"}),
        (
            {"client": "K1", "way": "oral", "loudly": True},
            422,
            {"field": "loudly", "code": "value.unknown_field"},
        ),
        ({"client": "a\0b", "way": "oral"}, 422, {"field": "client"}),
        (b'{"client": "\\ud800", "way": "oral"}', None, {}),
        ({"client": "K9", "way": "oral"}, 404, {"field": "client", "code": "client.not_found"}),
        ({"client": "K3", "way": "oral"}, 409, {"rule": "O1", "code": "client.gets_no_lock_to_be_told_of"}),
        (json.dumps({"client": "K" * 1_000_001, "way": "oral"}).encode(), 413, {}),
    ],
)
def test_errors_are_problems(api: ApiClient, values: Any, status: int | None, more: dict[str, str]) -> None:
    response = api.act("anna", "inform_client", values)
    assert response.status == status or (status is None and response.status in (400, 422))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(response.body)
    assert response.body["status"] == response.status
    assert more.items() <= response.body.items()


def test_unknown_paths_methods_and_types_are_problems(api: ApiClient) -> None:
    token = {"Authorization": f"Bearer {api.cast.tokens['anna']}"}
    for answer, status in (
        (api.http.get(ROOT + "/nothing"), 404),
        (api.http.get(ROOT + "/acts/inform_client", headers=token), 405),
        (api.http.delete(ROOT + "/clients", headers=token), 405),
        (api.http.post(ROOT + "/acts/inform_client", INFORM, headers=token), 415),
        (api.http.get(ROOT + "/clients?limit=201", headers=token), 422),
        (api.http.get(ROOT + "/clients?after=zz", headers=token), 422),
        (api.http.get(ROOT + "/gaps?on=0001-01-01", headers=token), 422),
        (api.http.get(ROOT + "/clients", headers={"Authorization": "Bearer wrong"}), 401),
        (api.http.get(ROOT + "/clients", headers={"Authorization": "Basic wrong"}), 401),
    ):
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["status"] == status
        assert status != 405 or answer["Allow"]


def test_token_is_shown_once_and_only_its_digest_is_stored(api: ApiClient) -> None:
    issued = api.cast.town.does("maria", "issue_token", label="second").answer
    secret = issued["token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM people_token WHERE label = 'second'")
        assert secret not in str(cursor.fetchall())
    api.cast.tokens["maria again"] = secret
    assert api.get("maria again", "/acts").status == 200
    assert api.act("siri", "revoke_token", {"token": issued.body["answer"]["id"]}).status == 200
    assert api.get("maria again", "/acts").status == 401


def test_token_is_not_stored_in_idempotent_answers(api: ApiClient) -> None:
    response = api.act("maria", "issue_token", {"label": "x"}, key="k")
    assert (response.status, response.body["field"]) == (422, "key")
    assert not Answer.objects.exists()


def test_token_expires(api: ApiClient) -> None:
    values = {"label": "x", "expires": "2026-03-02T09:00:01+01:00"}
    api.cast.tokens["brief"] = api.act("maria", "issue_token", values).body["answer"]["token"]
    assert api.get("brief", "/acts").status == 200
    with clock.frozen_at(datetime.fromisoformat("2026-03-02T09:00:02+01:00")):
        assert api.get("brief", "/acts").status == 401


@pytest.mark.parametrize(
    ("scope", "path", "act", "status"),
    [
        ("read", "/phone/clients", "", 200),
        ("read", "", "raise_alarm", 403),
        ("alarms", "/alarms", "", 200),
        ("alarms", "/phone/clients", "", 403),
        ("alarms", "", "raise_alarm", 422),
        ("visits", "", "raise_alarm", 403),
        ("visits", "/visits", "", 403),
        ("doors", "", "open_door", 422),
    ],
)
def test_a_token_is_for_what_its_scopes_say(
    api: ApiClient, scope: str, path: str, act: str, status: int
) -> None:
    """It narrows: what the role may not do (a responder lists no visits) no scope lets it."""
    made = api.act("rut", "issue_token", {"label": "x", "scopes": [scope]}).body["answer"]["token"]
    api.cast.tokens["narrow"] = made
    answer = api.get("narrow", path) if path else api.act("narrow", act, {})
    assert answer.status == status


def test_the_list_of_tokens_says_when_each_was_used(api: ApiClient) -> None:
    made = api.act("maria", "issue_token", {"label": "report"}).body["answer"]
    api.cast.tokens["report"] = made["token"]

    def used() -> str | None:
        tokens = api.get("maria", "/tokens").body
        return next(token["used"] for token in tokens if token["label"] == "report")

    assert used() is None
    api.get("report", "/acts")
    first = used()
    assert first is not None
    with clock.frozen_at(NOW + timedelta(minutes=59)):
        api.get("report", "/acts")
        assert used() == first
    with clock.frozen_at(NOW + timedelta(hours=1)):
        api.get("report", "/acts")
        assert used() != first
