# SPDX-License-Identifier: EUPL-1.2
"""What S1's and S3's e-mails say, and whom they reach, at the moment when they are sent."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from tests.town import EAST, FIRM, Town
from troskel.duties.mailing import compose, subject_about
from troskel.ground.ids import new_id
from troskel.outbox.worker import PermanentFailure


def addresses(town: Town) -> list[str]:
    (mail,) = town.mails("S1")
    return sorted(recipient.address for recipient in compose(mail).to)


@pytest.fixture
def mounted(town: Town) -> Town:
    town.mount(town.order(town.new_client()))
    return town


def test_the_text_tells_case_order_lock_and_paragraph_in_both_languages(mounted: Town) -> None:
    (mail,) = mounted.mails("S1")
    message = compose(mail)
    assert message.subject == "Låsvredet är monterat –\u00a0ärende 2026-0001"
    for part in ("2026-0001", "W-2026-0001", "L1", "S1", "kopplar kunden till låset", "/clients/2026-0001"):
        assert part in message.text
    swedish, _, english = message.text.partition("In English")
    assert (
        "The lock turner is mounted at the apartment door, on 2 March: L1." in english
        and "links the client to the lock" in english
    )
    assert not {"Låsvred", "Ärende", "rutinen"} & set(english.split()) and "Case:" not in swedish
    for secret in ("Åke", "Öman", "Ängsvägen", "99910", "070", "98"):
        assert secret not in message.text + message.subject


def test_a_long_subject_arrives_whole() -> None:
    subject = subject_about("Underlagsblanketten har skickats till socialkontoret", "2026-0001")
    mail = EmailMessage()
    mail["Subject"] = subject
    assert message_from_bytes(mail.as_bytes(policy=SMTP), policy=default)["Subject"] == subject


def test_it_goes_to_the_organisations_own_addresses(mounted: Town) -> None:
    assert addresses(mounted) == ["lasvred@office.example", "samordnare@ost.example"]


def test_an_address_that_is_changed_before_it_is_sent_is_the_one_that_holds(mounted: Town) -> None:
    mounted.does("siri", "change_organisation", organisation=EAST, email="ny@ost.example")
    assert addresses(mounted) == ["lasvred@office.example", "ny@ost.example"]


def test_an_organisation_without_an_address_is_left_out(mounted: Town) -> None:
    mounted.does("siri", "change_organisation", organisation=EAST, email="")
    assert addresses(mounted) == ["lasvred@office.example"]
    mounted.does("siri", "change_organisation", organisation=FIRM, email="x@x.example")
    assert addresses(mounted) == ["lasvred@office.example"]


def test_an_email_about_nobody_is_hopeless(mounted: Town) -> None:
    (mail,) = mounted.mails("S1")
    with pytest.raises(PermanentFailure):
        compose(mail | {"client": str(new_id())})
