# SPDX-License-Identifier: EUPL-1.2
"""The address in a receipt tag: it opens its client's page, and what the tag signed goes with the visit."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.phone.simulated_phone import Phone
from tests.town import Town
from tests.visits.signed_tag import SignedTag
from troskel.visits.models import TagRead, Visit


def address(tag: SignedTag, number: str | None = None) -> str:
    """As a phone opens it after a tap; `number`: where the address names another, or none."""
    part = tag.serial if number is None else number
    return f"/phone/tag/{part + '/' if part else ''}?{urlencode(tag.taps())}"


def with_client(town: Town, tag: SignedTag) -> str:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag=tag.serial)
    tag.enrols(town)
    return client


def test_a_tap_begins_and_ends_the_visit(town: Town) -> None:
    tag, phone = SignedTag("E1"), Phone(town, "carin")
    client = with_client(town, tag)
    for action in ("arrive", "depart"):
        said = phone.goes(address(tag))
        assert (
            phone.status == 200 and 'value="E1" readonly' in phone.page and "Telefonen har läst den" in said
        )
        phone.sends(client, phone.form(do=action, by="tag") | {"tag": "E1"})
        assert phone.status == 200 and "picc_data" not in phone.page, "it is used"
    visit = Visit.objects.get()
    assert (visit.evidence, visit.departed_evidence) == ("tag", "tag")
    assert list(TagRead.objects.order_by("counter").values_list("counter", "code")) == [(1, ""), (2, "")]


def test_an_address_without_a_number(town: Town) -> None:
    tag, phone = SignedTag("E1"), Phone(town, "carin")
    with_client(town, tag)
    phone.goes(address(tag, ""))
    assert phone.status == 200 and 'value="E1" readonly' in phone.page
    phone.goes("/phone/tag/e1/")
    assert phone.status == 200 and "picc_data" not in phone.page, "a tag that does not sign"


def test_who_has_no_such_client_today_is_told_nothing(town: Town) -> None:
    tag = SignedTag("E1")
    client = with_client(town, tag)
    told = set()
    for who in ("carin", "mikael"):
        phone = Phone(town, who)
        for path in (
            address(tag, "E9"),
            "/phone/tag/",
            "/phone/tag/?picc_data=x&cmac=å",
            f"/phone/tag/{'x' * 300}/",
        ):
            told.add(phone.goes(path))
            assert phone.status == 404
    told.add(Phone(town, "mikael").goes(address(tag)))
    town.end(client)
    town.days_pass(1)
    told.add(Phone(town, "carin").goes(address(tag)))
    assert len({page.replace("Mikael", "").replace("Carin", "") for page in told}) == 1
    assert "Ingen av dagens kunder har knappen" in told.pop()
