# SPDX-License-Identifier: EUPL-1.2
"""Case 14: what is written about a protected client goes out as the client's name and address do, wherever it goes out.

A word of its own is planted in every text that can be written about a client: for one marked as secret (S), one whose
address the population register protects (F), and one without protection. Then everybody looks at everything.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from msgspec import inspect

from tests.town import ALARM, EAST, PEOPLE, Town
from tests.web.test_act_forms import screen
from troskel.acts.chapters import REGISTER
from troskel.api.operations import OPERATIONS
from troskel.journal.models import Detail
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client as ClientRow
from troskel.people.roles import MUNICIPAL_ROLES
from troskel.reading.client_record import record
from troskel.reading.discretion import TAKEN_OUT, Words, _pattern
from troskel.runner.fields import fields_of

NAMES = ("first_name", "last_name", "phone", "representative")
PLACES = ("street", "label", "note")
"""What bears the address. The reasons and remarks of `DETAILS` name both."""
DETAILS = ("refused", "way", "fault", "failed", "ended")
ABOUT_A_CLIENT = {
    *("order_installation reason", "report_failure text", "correct_report text", "correct_information text"),
    *("correct_holder text", "correct_visit text", "note_no_answer text", "end_decisions endings.reason"),
    *("end_allocations endings.reason", "end_care reason", "record_refusal text", "decide_way_in text"),
    *("report_lost text", "tell_fault text", "order_repair text", "judge_reads text"),
    *("contest_event text", "settle_event text", "review_brief_sight text", "attest text"),
}
"""Free texts that only a detail of the journal holds, which `reading.retention.detail` alone gives out."""
SHOWN_AS_THE_CLIENT_IS = {
    *("add_door label", "record_consent owner", "name_representative name", "name_representative phone"),
    *("write_access_note text", "receive_key key", "take_over_locks locks.door", "take_over_keys keys.door"),
}
NO_CLIENTS = re.compile(
    r"(issue_token|propose_routine|approve_routine|note_\w+|place_in_unit|\w*sessions?|refuse_sign_in|enrol_\w+|"
    r"add_passkey|follow_claims|register_organisations|change_organisation|register_account|change_account|"
    r"update_staff|\w+_from_directory|\w+_municipality|blank_details|finish_take_over) "
)
IDENTIFIES = re.compile(
    r"(reference|references|numbers?|serial|tag|order|form|investigation|identity|client|holder|carer|reason|"
    r"replaced_by|other|boot|sealed|picc_data|cmac)$"
)
"""What a number or a reference of something is. `reason`: a code of a visit; `sealed`: what only the server reads;
`picc_data`, `cmac`: what a tag has signed."""
PERSON = re.compile(r"(first_name|last_name|phone|street|postcode|town|apartment)$")
FORMS_OF_DOORS = (
    "order_installation",
    "order_removal",
    "receive_key",
    "return_key",
    "link_lock",
    "record_consent",
)


class Planted(NamedTuple):
    """A client and the words planted about it, by what they are."""

    case: str
    words: dict[str, str]


def word(mark: str, what: str) -> str:
    """A word that is nowhere else: as `Sqlabelq`."""
    return f"{mark}q{what.replace('_', '')}q"


def plant(town: Town, mark: str, protection: str, serial: str) -> Planted:
    words = {what: word(mark, what) for what in (*NAMES, *PLACES, *DETAILS)}
    address = {"street": words["street"], "postcode": "99910", "town": "Byn", "apartment": "1001"}
    person = {name: words[name] for name in ("first_name", "last_name", "phone")}
    client = town.new_client(protection=protection, **person)
    town.does("anna", "correct_addresses", clients=[{"client": client, "address": address}])
    town.grant(client, ALARM, "safety_alarm")
    with town.standing():
        case = ClientRow.objects.get(reference=client).case_number
    named = {"kind": "guardian", "name": words["representative"], "phone": "070-99 99 999"}
    town.does("anna", "name_representative", client=client, **named)
    town.does("anna", "write_access_note", client=client, text=words["note"])
    door = town.does("anna", "add_door", client=client, kind="entrance", label=words["label"]).answer["door"]
    town.consent(client, str(door))
    own = town.door(client)
    town.does("anna", "record_refusal", client=client, reason="does_not_want", text=words["refused"])
    town.does("anna", "decide_way_in", client=client, way="key", text=words["way"])
    town.inform(client)
    town.mount(town.order(client, door=str(door)), serial)
    town.link(client, serial)
    order = town.order(client, door=own)
    town.does("laban", "report_failure", order=order, code="nobody_home", text=words["failed"])
    town.does("olle", "tell_fault", client=client, serial=serial, code="loose", text=words["fault"])
    town.does("carin", "receive_key", client=client, key=f"{mark}1", door=str(door), signed="client")
    reference = town.grant(client, EAST, begins=town.day(40))
    ending = {"reference": reference, "valid_through": town.day(60), "reason": words["ended"]}
    town.does("anna", "end_decisions", endings=[ending])
    alarm = town.does("lars", "raise_alarm", client=client).answer["alarm"]
    town.does("rut", "accept_alarm", alarm=alarm)
    return Planted(case, words)


def links_of(path: str, page: str) -> list[str]:
    found = (html.unescape(link) for link in re.findall(r'href="([^"#]*)', page))
    return [path.split("?")[0] + link if link.startswith("?") else link for link in found]


def pages(browser: Client, cases: list[str], forms: Collection[str]) -> dict[str, str]:
    """Everything that somebody finds by links from the start page, and by a search for each client."""
    waiting = ["/", "/phone/", "/search", *(f"/clients/{case}" for case in cases)]
    shown, visits, known = {}, Counter[str](), set(waiting)
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(path.split("?")[0]).url_name or ""
        except Resolver404:
            continue
        of_client = next((case for case in cases if case in path), "")
        kind = f"{name} {of_client} {'csv' in path} {'time=all' in path}"
        if visits[kind] or (name.startswith("act-") and name[4:] not in forms):
            continue
        visits[kind] += 1
        answer: Any = browser.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown[path] = html.unescape(body.decode(errors="replace"))
        for link in links_of(path, shown[path]) if answer["Content-Type"].startswith("text/html") else ():
            if (
                link.startswith("/")
                and not link.startswith(("/static", "/api", "/sign-out"))
                and link not in known
            ):
                known.add(link)
                waiting.append(link)
    return shown


def operations(town: Town, who: str, cases: list[str], details: list[int]) -> dict[str, str]:
    """Everything that the API gives somebody."""
    token = town.does(who, "issue_token", label="look").answer["token"]
    client, shown = Client(headers={"Authorization": f"Bearer {token}"}), {}
    with town.standing():
        for declared in OPERATIONS:
            if declared.method != "GET" or "/pdf" in declared.path or "/versions/" in declared.path:
                continue
            fillings = {"{case}": cases, "{number}": details, "{serial}": ["L1", "L2", "L3"]}
            for mark, values in fillings.items():
                if mark in declared.path:
                    paths = [declared.path.replace(mark, str(value)) for value in values]
                    break
            else:
                paths = [declared.path]
            for path in paths:
                shown[f"/api/v1{path}"] = client.get(f"/api/v1{path}").content.decode()
    return shown


def told(shown: dict[str, str], words: dict[str, str]) -> set[tuple[str, str]]:
    """What of the words stands where: in any case and without accents of an encoding, as a file may have it."""
    return {
        (what, path)
        for path, text in shown.items()
        for what, w in words.items()
        if w.casefold() in text.casefold()
    }


@pytest.mark.once
@pytest.mark.long
def test_words_about_protected_clients_are_shown_as_their_names_are(town: Town, settings: Any) -> None:
    settings.DEMO = True
    look(town, [name for name, _, _ in PEOPLE], REGISTER.keys())


@pytest.mark.once
@pytest.mark.thorough
def test_the_same_for_a_carer_and_the_office(town: Town, settings: Any) -> None:
    settings.DEMO = True
    look(town, ["carin", "siri", "laban"], FORMS_OF_DOORS)


def look(town: Town, everybody: list[str], forms: Collection[str]) -> None:
    """Plant, and look as each of them."""
    plain, secret, located = (
        plant(town, "Plain", "", "L1"),
        plant(town, "Secret", "S", "L2"),
        plant(town, "Fold", "F", "L3"),
    )
    # what is written about one names another
    naming = f"{secret.words['first_name']} {secret.words['last_name']}s granne, {located.words['street']}. Kod 4711"
    town.does("anna", "write_access_note", client="K1", text=f"{plain.words['note']} {naming}")
    cases = [plain.case, secret.case, located.case]
    details = list(Detail.objects.values_list("line__number", flat=True))
    seen: Counter[str] = Counter()
    for who in everybody:
        role = town.actor(who).role
        shown = operations(town, who, cases, details)
        with town.standing():
            shown |= pages(screen(town, who), cases, forms)
        for what, _path in told(shown, plain.words):
            seen[what] += 1
        if role not in MUNICIPAL_ROLES:
            assert told(shown, secret.words) == told(shown, located.words) == set(), who
        else:
            assert told(shown, {what: located.words[what] for what in PLACES}) == set(), who
        if who == "siri":
            assert {what for what, _ in told(shown, secret.words)} >= {
                "first_name",
                "label",
                "note",
                "refused",
            }
        if who == "carin":
            assert f"{plain.words['note']} {TAKEN_OUT} granne, {TAKEN_OUT}. Kod 4711" in "".join(
                shown.values()
            )
        assert not {path: text for path, text in shown.items() if "Traceback" in text}
    assert set(plain.words) == set(seen), "each word is shown to somebody where nothing hides it"
    mails = {str(mail.id): mail.payload for mail in OutboxMessage.objects.all()}
    assert mails and not any(told(mails, planted.words) for planted in (plain, secret, located))


def test_an_entrusted_person_is_shown_them(town: Town) -> None:
    planted = plant(town, "Fold", "F", "L1")
    with town.standing():
        before = record(town.actor("olle"), planted.case)
    town.does("siri", "entrust_client", client="K1", username="olle")
    with town.standing():
        after = record(town.actor("olle"), planted.case)
    assert {door.label for door in before.doors} == {""} and before.person is None
    assert planted.words["label"] in {door.label for door in after.doors}
    assert after.person is not None and after.person.street == planted.words["street"]


def test_every_text_that_an_act_takes_is_of_a_known_kind() -> None:
    """A new text is planted above, or said here to be about no client, or an identifier."""
    unknown = set()
    for act in REGISTER.values():
        for spec in fields_of(act.values):
            kind = spec.type.item_type if isinstance(spec.type, inspect.ListType) else spec.type
            facts, path = spec.facts, f"{act.name} {spec.path}"
            is_text = isinstance(kind, inspect.StrType) and not kind.pattern
            if not is_text or facts.choices or facts.names or facts.organisations:
                continue
            known = path in ABOUT_A_CLIENT | SHOWN_AS_THE_CLIENT_IS or NO_CLIENTS.match(path)
            if not known and not IDENTIFIES.search(path.split(".")[-1]) and not PERSON.search(path):
                unknown.add(path)
    assert unknown == set()


def test_a_name_is_found_in_any_spelling_and_only_whole() -> None:
    found = _pattern({"Anna Öman", "Öman", "Storgatan  12", ""})
    assert found is not None
    assert found.sub("-", "ÖMANS dörr; anna  öman; Storgatan 12, Storgatan 123, Ömanson") == (
        "- dörr; -; -, Storgatan 123, Ömanson"
    )
    assert _pattern([]) is None and _pattern({" "}) is None


def test_a_protected_clients_key_says_neither_whose_it_is_nor_where_it_fits(town: Town) -> None:
    client = town.new_client(first_name="Åke", last_name="Ek", protection="S")
    town.does("siri", "entrust_client", client=client, username="carin")
    for label in ("ÅKE-1", "EK/2", "nyckel ängsvägen 1", "Ek Åke 3"):
        town.refused("carin", "receive_key", "rule 8", client=client, key=label, signed="client")
    received = {"client": client, "signed": "client", "done_though": ["key.label_tells"]}
    town.does("carin", "receive_key", key="EK-3", **received)
    town.does("carin", "receive_key", client=client, key="EKEN-7", signed="client")
    town.does("carin", "receive_key", client=town.new_client(last_name="Ek"), key="EK-4", signed="client")


def test_no_other_reading_takes_texts_from_the_tables() -> None:
    """Labels, notes and details are read in one place; another reading asks `Words` for them."""
    from pathlib import Path

    import troskel

    rooms = ("reading", "web", "phone", "api", "offers", "orders")
    root, taken = Path(troskel.__file__).parent, {}
    for path in (path for room in rooms for path in (root / room).rglob("*.py")):
        text = path.read_text()
        if (
            re.search(
                r"door__label|row\.door\.label|order\.door\.label|access_note\.text|detail_row\.text", text
            )
            and "Words(" not in text
            and "def label(" not in text
        ):
            taken[str(path.relative_to(root))] = text.count("label")
    assert set(taken) <= {"orders/letter.py", "web/client/extract.py"}, (
        "the letter goes to the client, without address where it is protected; the extract's page only heads columns"
    )
    assert Words.__doc__
