# SPDX-License-Identifier: EUPL-1.2
"""A phone gets today's grants beside the answer to what it has noted, and that answer whatever becomes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.acts.door_street import Handset, mounted
from tests.phone.simulated_phone import Phone
from tests.town import Town
from tests.visits.carers_phone import CarersPhone, Told
from troskel.access import issuing
from troskel.access.models import IssuedGrant, LockKey, PhoneKey
from troskel.acts.syncing import sync_and_take
from troskel.ground.refusals import BadValue
from troskel.journal.models import Line
from troskel.visits.models import PhoneEvent, Visit

HAND = {"by": "hand", "reason": "phone_failed"}


def syncs(town: Town, phone: CarersPhone, batch: list[Told], key: Any = None) -> dict[str, Any]:
    """One request with these events, and the key."""
    request = json.loads(json.dumps(phone.request(batch), default=str))
    with town.standing():
        answer = sync_and_take(town.actor(phone.who), request if key is None else request | {"key": key})
    phone.takes(answer)
    return answer


def of_locks(town: Town, count: int) -> list[str]:
    """Clients, each behind a door whose lock has a key of its own."""
    clients = []
    for n in range(1, count + 1):
        clients.append(town.locked(serial=f"L{n}"))
        mounted(town, f"L{n}")
    return clients


def test_one_request_tells_what_was_noted_and_brings_todays_grants(town: Town) -> None:
    (client,) = of_locks(town, 1)
    phone, hand = CarersPhone(town, "carin"), Handset(town)
    told = phone.notes("arrive", client=client, **HAND)
    answer = syncs(town, phone, [told], hand.point)
    assert told.state == "acknowledged"
    assert [(one["case"], one["serial"]) for one in answer["grants"]] == [("2026-0001", "L1")]
    assert answer["grants_code"] == "" and PhoneKey.objects.get().point == hand.point
    assert hand.takes() == answer["grants"], "the same that the act gives"


def test_a_phone_that_does_not_ask_gets_none(town: Town) -> None:
    of_locks(town, 1)
    answer = syncs(town, CarersPhone(town, "carin"), [])
    assert (answer["grants"], answer["grants_code"]) == (None, "")
    assert not IssuedGrant.objects.exists() and not PhoneKey.objects.exists()


def test_what_was_noted_is_acknowledged_though_no_grant_can_be_issued(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    (client,) = of_locks(town, 1)
    phone, hand = CarersPhone(town, "carin"), Handset(town)

    def down(_: str) -> Any:
        raise OSError("the key's hardware does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(issuing, "issuer_of", down)
        told = phone.notes("arrive", client=client, **HAND)
        answer = syncs(town, phone, [told], hand.point)
    assert told.state == "acknowledged" and Visit.objects.count() == 1
    assert (answer["grants"], answer["grants_code"]) == (None, "grants.unknown")
    assert not IssuedGrant.objects.exists() and not Line.objects.filter(event="grants.issued").exists()
    assert len(syncs(town, phone, [], hand.point)["grants"]) == 1, "the next batch brings them"


def test_a_lost_phone_tells_what_it_noted_and_gets_no_grant(town: Town) -> None:
    (client,) = of_locks(town, 1)
    phone, hand = CarersPhone(town, "carin"), Handset(town)
    syncs(town, phone, [], hand.point)
    town.does("olle", "report_lost_phone", username="carin")
    told = phone.notes("arrive", client=client, **HAND)
    answer = syncs(town, phone, [told], hand.point)
    assert told.state == "acknowledged"
    assert (answer["grants"], answer["grants_code"]) == ([], "phone.key_known")


def test_a_key_of_no_form_is_refused_before_anything_is_settled(town: Town) -> None:
    (client,) = of_locks(town, 1)
    phone = CarersPhone(town, "carin")
    told = phone.notes("arrive", client=client, **HAND)
    for key in ("", "04" + "0" * 64, 5, [Handset(town).point]):
        with pytest.raises(BadValue) as refused:
            syncs(town, phone, [told], key)
        assert refused.value.field == "key"
    assert not PhoneEvent.objects.exists()
    answer = syncs(town, phone, [told], "02" + "f" * 64)
    assert told.state == "acknowledged", "of the form, and not on the curve"
    assert (answer["grants"], answer["grants_code"]) == ([], "key.not_on_curve")


def test_a_batch_with_grants_costs_the_same_whatever_the_number_of_doors(town: Town) -> None:
    clients = of_locks(town, 6)
    hand = Handset(town)

    def cost(count: int) -> int:
        serials = [f"L{n}" for n in range(1, count + 1)]
        LockKey.objects.update(ended=town.now)
        LockKey.objects.filter(lock__number__in=serials).update(ended=None)
        IssuedGrant.objects.all().delete()
        phone = CarersPhone(town, "carin")
        for client in clients[:count]:
            phone.notes("arrive", client=client, by="hand", reason="declined")
        with CaptureQueriesContext(connection) as queries:
            answer = syncs(town, phone, phone.events, hand.point)
        assert len(answer["grants"]) == len(phone.events) == count
        assert {told.state for told in phone.events} == {"acknowledged"}
        return len(queries)

    cost(1)
    assert cost(2) == cost(6)


def test_the_page_and_the_api_answer_alike(town: Town, settings: Any) -> None:
    settings.DEMO = True
    of_locks(town, 1)
    hand, page = Handset(town), Phone(town, "carin")
    request = CarersPhone(town, "carin").request([]) | {"key": hand.point}
    body = json.dumps(request, default=str)
    token = town.does("carin", "issue_token", label="x").answer["token"]
    narrow = town.does("carin", "issue_token", label="y", scopes=["visits"]).answer["token"]
    both = town.does("carin", "issue_token", label="z", scopes=["visits", "doors"]).answer["token"]
    json_body: Any = {"content_type": "application/json"}
    with town.standing():
        of_page = page.browser.post("/phone/sync", body, **json_body)
        of_api = {
            bearer: Client().post(
                "/api/v1/phone/sync", body, headers={"Authorization": f"Bearer {bearer}"}, **json_body
            )
            for bearer in (token, narrow, both)
        }
    assert of_page.status_code == of_api[token].status_code == of_api[both].status_code == 200
    grants = of_page.json()["grants"]
    assert len(grants) == 1 and grants == of_api[token].json()["grants"] == of_api[both].json()["grants"]
    assert len(of_api[token].json()["plan"]) == 1
    assert of_api[narrow].status_code == 403, "a token that is for visits alone opens no door"
    assert of_api[narrow].json()["code"] == "token.out_of_scope"
