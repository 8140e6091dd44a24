# SPDX-License-Identifier: EUPL-1.2
"""S1 and S3: a letter tells the client that a lock turner is mounted or removed; a notice tells the assessor."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest

from tests.town import ELSEWHERE, FIRM, Town
from troskel.ground.refusals import NotFound, Refusal
from troskel.journal.models import Line
from troskel.orders.letter import Language
from troskel.reading import letters


def read_letter(town: Town, order: str, language: Language = "sv") -> pypdf.PdfReader:
    with town.standing():
        return pypdf.PdfReader(io.BytesIO(letters.order_letter(town.actor("siri"), order, language)))


def letter_text(town: Town, order: str, language: Language = "sv") -> str:
    return " ".join(read_letter(town, order, language).pages[0].extract_text().split())


def mount(town: Town, **values: str) -> tuple[str, str]:
    """A client and the order that is done."""
    client = town.new_client(**values)
    order = town.order(client)
    town.mount(order)
    return client, order


def remove_lock(town: Town, client: str) -> str:
    town.end(client)
    town.days_pass(1)
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=ordered, serial="L1")
    return str(ordered)


def test_s1_the_client_is_told_by_letter_within_two_working_days(town: Town) -> None:
    client, order = mount(town)
    assert town.owner("S1.letter", client) == ("administrator", None)
    assert town.the("S1.letter", client).due == date(2026, 3, 4)
    sent = town.does("siri", "send_letter", order=order)
    assert sent.answer == {"order": order, "kind": "installation"}
    assert not town.duties("S1.letter")
    line = Line.objects.get(event="letter.sent")
    assert (line.paragraph, line.detail_hash) == ("S1", "")
    town.is_sound()


def test_s3_the_client_is_told_by_letter_and_the_assessor_by_a_notice(town: Town) -> None:
    client = town.locked()
    order = remove_lock(town, client)
    assert town.owner("S3.tell_assessor", client) == ("assessor", None)
    assert town.the("S3.letter", client).due == date(2026, 3, 5)
    town.does("siri", "send_letter", order=order)
    assert not town.duties("S3.letter")
    assert town.duties("S1.letter"), "the letter about the mounting is another"
    assert Line.objects.get(event="letter.sent").paragraph == "S3"
    town.is_sound()


def test_s1_an_order_that_is_not_done_has_no_letter(town: Town) -> None:
    order = town.order(town.new_client())
    assert town.refused("siri", "send_letter", "S1", order=order).code == "letter.order_not_done"
    with pytest.raises(Refusal, match=r"letter\.order_not_done"):
        read_letter(town, order)
    town.refused("olle", "send_letter", "rule 7", order=order)


def test_s1_s3_the_dead_get_no_letter(town: Town) -> None:
    client, order = mount(town)
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    assert not town.duties("S1.letter", client), "from the moment it is known"
    assert town.refused("siri", "send_letter", "S1", order=order).code == "letter.client_gone"
    with pytest.raises(Refusal, match=r"letter\.client_gone"):
        read_letter(town, order)
    town.is_sound()


def test_s3_no_letter_to_a_client_who_has_moved(town: Town) -> None:
    client = town.locked()
    town.does("siri", "send_letter", order="W-2026-0001")
    address = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn"}
    old = town.door(client)
    town.does("anna", "move_clients", moves=[{"client": client, "address": address, "on": town.day(0)}])
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM, door=old).answer["order"]
    town.does("laban", "report_removal", order=order, serial="L1")
    assert not town.duties("S3.letter")
    assert town.refused("siri", "send_letter", "S3", order=order).code == "letter.client_gone"
    with pytest.raises(Refusal, match=r"letter\.client_gone"):
        read_letter(town, order)


def test_s1_the_letter_says_what_when_where_and_whom_to_contact(town: Town) -> None:
    _, order = mount(town)
    town.days_pass(2)
    letter = letter_text(town, order)
    for part in (
        "Låsvredet är monterat",
        "Den 2 mars 2026 monterade låssmeden ett digitalt låsvred på lägenhetsdörren",
        "Tröskelby 4 mars 2026",
        "Åke Öman1",
        "Ängsvägen 1, lgh 1001",
        "99910 Byn",
        "lasvred@office.example",
        "Hemtjänsten Öst, samordnare@ost.example",
        "2026-0001",
        order,
    ):
        assert part in letter, part


def test_s3_the_letter_about_a_removal_in_english(town: Town) -> None:
    order = remove_lock(town, town.locked())
    letter = letter_text(town, order, "en")
    assert "The lock turner is taken down" in letter
    assert "On 3 March 2026 the locksmith took the digital lock turner down from the apartment door" in letter
    assert read_letter(town, order, "en").root_object["/Lang"] == "en"


def test_s3_a_removal_that_the_office_ordered_itself_names_no_provider(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("siri", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=order, serial="L1")
    letter = letter_text(town, str(order))
    assert "Socialkontoret: Socialkontoret, lasvred@office.example" in letter
    assert "Utföraren:" not in letter


def test_s1_the_day_is_the_day_of_the_work_not_of_the_report(town: Town) -> None:
    order = town.order(town.new_client())
    worked = town.now
    town.days_pass(3)
    town.tries("laban", "report_installation", {"order": order, "serial": "L1"}, occurred=worked)
    assert "Den 2 mars 2026 monterade" in letter_text(town, order)


def test_s1_a_protected_identity_has_no_address_on_the_letter(town: Town) -> None:
    _, order = mount(town, protection="S")
    letter = letter_text(town, order)
    assert "Åke Öman1" in letter
    for hidden in ("Ängsvägen", "99910", "Byn"):
        assert hidden not in letter


def test_s1_the_letter_is_tagged_and_reproducible(town: Town) -> None:
    _, order = mount(town)
    letter = read_letter(town, order)
    root = letter.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert letter.metadata is not None and letter.metadata.title == "Låsvredet är monterat"
    with town.standing():
        made = [letters.order_letter(town.actor("siri"), order, "sv") for _ in range(2)]
    assert made[0] == made[1]


def test_s1_reading_a_letter_is_journaled_without_name_and_address(town: Town) -> None:
    client, order = mount(town)
    read_letter(town, order)
    line = Line.objects.filter(kind="reads").latest("number")
    assert (line.event, line.client) == ("letter.opened", town.the("S1.letter", client).client_id)
    assert "Öman" not in line.body and order in line.body


def test_s1_a_letter_without_an_own_client_is_not_found(town: Town) -> None:
    client, order = mount(town)
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": ELSEWHERE}])
    town.refused("siri", "send_letter", "O1", order=order)
    for number in (order, "W-2026-0099"):
        with pytest.raises(NotFound):
            read_letter(town, number)


def test_s1_the_letter_goes_to_the_orders_client(town: Town) -> None:
    first = town.new_client(address=1)
    second = town.new_client(address=1)
    order = town.order(first)
    town.mount(order)
    assert not town.duties("S1.letter", second)
    town.does("anna", "record_deaths", deaths=[{"client": second, "on": town.day(-1)}])
    town.days_pass(2)
    assert town.duties("S1.letter", first), "another's death takes nobody's letter away"
    assert "Öman1" in letter_text(town, order)


@pytest.mark.parametrize("name", ["李小龍", "Å🧓🏽", "\u0e01\u0e01", "Å\U0010ffff"])
def test_letter_that_the_letters_can_not_write_is_refused_and_says_no_name(
    town: Town, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, order = mount(town)
    town.does("anna", "change_clients", changes=[{"client": client, "first_name": name}])
    with town.standing(), pytest.raises(Refusal) as refused:
        letters.order_letter(town.actor("siri"), order, "sv")
    assert (refused.value.rule, refused.value.code) == ("S1", "document.cannot_be_set")
    chain: BaseException | None = refused.value
    while chain is not None:
        assert name not in f"{chain}{chain.args}"
        chain = chain.__cause__ or chain.__context__
    assert name not in caplog.text
    town.does("siri", "send_letter", order=order)  # written by hand
