# SPDX-License-Identifier: EUPL-1.2
"""A session's cookie, its limits in time and in tries, one's own sessions, the proxy in front, links to begin by."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.acts.test_signing_in import account, lines, link_for, passkey_values, signed_up
from tests.town import EAST, Town
from troskel.people import sign_in_settings
from troskel.people.login_models import Session
from troskel.people.sign_in_settings import BadSignInFile, Proxy, SignIn
from troskel.screens import session_cookie, tries

PROXY = SignIn(
    proxy=Proxy(addresses=["127.0.0.1"], header="X-Remote-User"),
    acr={"default": ["proxy", "passkey"]},
)


def signed_in(town: Town, *names: str, browser: Client | None = None) -> Client:
    """A browser in which somebody has signed in, with one or more accounts."""
    login = account(names[0]).login_id or signed_up(town, names[0])
    for name in names[1:]:
        town.does("demo", "enrol_login", link=link_for(town, name), login=login)
    chosen = {"account": account(names[0]).id} if len(names) == 1 else {}
    begun = town.does(
        "demo",
        "begin_session",
        login=login,
        method="passkey",
        acr="passkey",
        browser="Firefox, Linux",
        **chosen,
    ).answer
    answer, browser = HttpResponse(), browser or Client()
    with town.standing():
        session_cookie.keep(answer, begun["secret"], datetime.fromisoformat(begun["expires"]))
    browser.cookies[session_cookie.SESSION] = answer.cookies[session_cookie.SESSION].value
    return browser


def get(town: Town, browser: Client, path: str = "/", **how: Any) -> Any:
    with town.standing():
        return browser.get(path, **how)


def post(town: Town, browser: Client, path: str, values: Any = None, **how: Any) -> Any:
    with town.standing():
        return browser.post(path, values or {}, **how)


def is_in(town: Town, browser: Client) -> bool:
    return "Logga ut" in get(town, browser, "/").content.decode()


def test_sign_out_ends_the_cookie_on_the_server(town: Town) -> None:
    browser = signed_in(town, "olle")
    copy = browser.cookies[session_cookie.SESSION].value
    assert is_in(town, browser)
    assert "Du är utloggad" in post(town, browser, "/sign-out").content.decode()
    browser.cookies[session_cookie.SESSION] = copy
    assert not is_in(town, browser)
    assert lines("session.ended")[-1]["why"] == "signed_out"


@pytest.mark.parametrize(("unsent", "sent"), [("0", '"storage"'), ("2", None), ("", None)])
def test_signing_out_empties_the_browser_once_nothing_is_unsent(
    town: Town, unsent: str, sent: str | None
) -> None:
    """What a phone has noted and not sent is never taken along."""
    browser = signed_in(town, "olle")
    answer = post(town, browser, "/sign-out", {"unsent": unsent})
    assert answer.headers.get("Clear-Site-Data") == sent
    assert "Du är utloggad" in answer.content.decode()


def test_demo_cookie_is_honoured_in_the_demo_alone(town: Town, settings: Any) -> None:
    settings.DEMO = True
    browser = Client()
    post(town, browser, "/demo/login", {"account": str(account("olle").id)})
    assert "Byt person" in get(town, browser).content.decode()
    settings.DEMO = False
    page = get(town, browser).content.decode()
    assert "Byt person" not in page and "Logga in med passnyckel" in page
    assert get(town, browser, "/clients/")["Location"] == "/?next=%2Fclients%2F"


@pytest.mark.parametrize("known_key", [True, False])
def test_a_cookie_can_t_be_forged(town: Town, settings: Any, known_key: bool) -> None:
    """Not even by somebody who knows the key that signs: the secret of a session is random, and on the server."""
    browser = signed_in(town, "olle")
    sessions = Session.objects.values_list("id", "digest", "account_id").get()
    if not known_key:
        settings.SECRET_KEY = "another key than the server's"
    answer = HttpResponse()
    for guess in map(str, sessions):
        with town.standing():
            session_cookie.keep(answer, guess, town.now + timedelta(hours=1))
        browser.cookies[session_cookie.SESSION] = answer.cookies[session_cookie.SESSION].value
        assert not is_in(town, browser)


def test_an_idle_session_ends_after_an_hour(town: Town) -> None:
    browser = signed_in(town, "olle")
    for minutes, still_in in ((59, True), (59, True), (61, False), (0, False)):
        town.now += timedelta(minutes=minutes)
        assert is_in(town, browser) is still_in, minutes


def test_a_page_that_polls_does_not_keep_a_session(town: Town) -> None:
    browser = signed_in(town, "olle")
    for _ in range(13):
        town.now += timedelta(minutes=5)
        get(town, browser, "/notices/count", headers={"HX-Request": "true"})
    assert not is_in(town, browser)


@pytest.mark.parametrize(("name", "hours"), [("olle", 12), ("carin", 14)])
def test_a_session_in_use_ends_at_last(town: Town, name: str, hours: int) -> None:
    browser = signed_in(town, name)
    begun = town.now
    while town.now < begun + timedelta(hours=hours) - timedelta(minutes=31):
        town.now += timedelta(minutes=30)
        assert is_in(town, browser), town.now - begun
    town.now += timedelta(minutes=40)
    assert not is_in(town, browser)


def test_a_carer_s_phone_may_lie_between_two_visits(town: Town) -> None:
    browser = signed_in(town, "carin")
    town.now += timedelta(hours=3)
    assert get(town, browser, "/phone/").status_code == 200


def test_own_sessions_are_listed_and_ended(town: Town) -> None:
    here, there = signed_in(town, "olle"), signed_in(town, "olle")
    other = signed_in(town, "moa")
    page = get(town, here, "/me/").content.decode()
    assert page.count("Firefox, Linux</strong>") == 2
    (lost,) = re.findall(r'name="session" value="([^"]+)"', page)
    assert post(town, other, "/me/", {"session": lost}).status_code == 409
    assert is_in(town, there)
    assert post(town, here, "/me/", {"session": lost})["Location"] == "/me/"
    assert is_in(town, here) and not is_in(town, there)
    assert lines("session.ended")[-1]["why"] == "by_person"


def test_a_changed_passkey_offers_to_end_the_other_sessions(town: Town) -> None:
    here, there = signed_in(town, "olle"), signed_in(town, "olle")
    stranger = signed_in(town, "moa")
    added = town.does("demo", "add_passkey", account=account("olle").id, **passkey_values(7)).answer
    gone = post(town, here, "/me/", {"passkey": added["passkey"]})
    assert gone["Location"] == "/me/?changed=1"
    page = get(town, here, gone["Location"]).content.decode()
    assert "Dina passnycklar är ändrade." in page and "Logga ut på alla andra ställen" in page
    assert post(town, here, "/me/", {"others": "1"})["Location"] == "/me/"
    assert [is_in(town, browser) for browser in (here, there, stranger)] == [True, False, True]
    alone = get(town, here, "/me/?changed=1").content.decode()
    assert "alla andra ställen" not in alone


def test_administrator_ends_everything_of_a_stolen_phone(town: Town) -> None:
    phone, siri = signed_in(town, "carin"), signed_in(town, "siri")
    path = f"/accounts/{account('carin').id}/sign-in"
    assert "Är inloggad på 1 ställe" in get(town, siri, path).content.decode()
    assert "utloggad överallt" in post(town, siri, path, {"end": "1"}).content.decode()
    assert get(town, phone, "/phone/").status_code == 302


def test_whoever_has_several_accounts_chooses(town: Town) -> None:
    browser = signed_in(town, "olle", "erik")
    assert get(town, browser)["Location"] == "/sign-in/account"
    page = get(town, browser, "/sign-in/account").content.decode()
    assert "Samordnare" in page and "Ekonom" in page
    for name, role in (("erik", "Ekonom"), ("olle", "Samordnare")):
        assert post(town, browser, "/sign-in/account", {"account": account(name).id})["Location"] == "/"
        assert role in get(town, browser).content.decode()
    post(town, browser, "/sign-in/account", {"account": account("siri").id})
    assert "Samordnare" in get(town, browser).content.decode()


def test_where_a_link_led_is_kept_while_an_account_is_chosen(town: Town) -> None:
    browser = signed_in(town, "olle", "erik")
    sent = get(town, browser, "/clients/")["Location"]
    choice = get(town, browser, sent)["Location"]
    assert choice == "/sign-in/account?next=%2Fclients%2F"
    page = get(town, browser, choice).content.decode()
    assert page.count('name="next" value="/clients/"') == 2
    nobody = post(town, browser, "/sign-in/account", {"account": account("siri").id, "next": "/clients/"})
    assert nobody.content.decode().count('name="next" value="/clients/"') == 2
    chosen = {"account": account("olle").id, "next": "/clients/"}
    assert post(town, browser, "/sign-in/account", chosen)["Location"] == "/clients/"


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"]
)
def test_the_choice_of_account_leads_nowhere_else(town: Town, away: str) -> None:
    browser = signed_in(town, "olle", "erik")
    assert (
        "elsewhere"
        not in get(town, browser, f"/sign-in/account?{urlencode({'next': away})}").content.decode()
    )
    chosen = {"account": account("olle").id, "next": away}
    assert post(town, browser, "/sign-in/account", chosen)["Location"] == "/"


def test_entering_keeps_where_a_link_led(town: Town, settings: Any) -> None:
    settings.TROSKEL_SIGN_IN = PROXY
    through = Client(headers={"X-Remote-User": "olle@kommun.example"})
    link = town.does("siri", "issue_enrolment_link", username="olle").answer["link"]
    get(town, through, f"/sign-in/start?enrol={link}")
    town.does("demo", "enrol_login", link=link_for(town, "erik"), login=account("olle").login_id)
    came = get(town, through, "/sign-in/start?next=/duties/")
    assert came["Location"] == "/sign-in/account?next=%2Fduties%2F"


def test_a_person_is_signed_in_in_so_many_browsers_and_the_oldest_ends(
    town: Town, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TROSKEL_SIGN_IN, settings.TROSKEL_SESSIONS = PROXY, 2
    link = town.does("siri", "issue_enrolment_link", username="olle").answer["link"]
    browsers = []
    for number in range(4):
        town.now += timedelta(minutes=1)
        browsers.append(Client(headers={"X-Remote-User": "olle@kommun.example"}))
        with caplog.at_level(logging.WARNING, "troskel.security"):
            get(town, browsers[-1], f"/sign-in/start?enrol={link if not number else ''}")
        assert "limit met" in caplog.text or number < 2
    assert [is_in(town, browser) for browser in browsers] == [False, False, True, True]
    assert [line["why"] for line in lines("session.ended")] == ["limit", "limit"]
    assert "Högst 2 samtidigt" in get(town, browsers[-1], "/me/").content.decode()
    other = signed_in(town, "moa")  # another person's sessions are their own
    assert is_in(town, other) and is_in(town, browsers[2])


def test_a_weak_sign_in_may_take_no_role_that_asks_for_more(town: Town, settings: Any) -> None:
    settings.TROSKEL_SIGN_IN = SignIn(acr={"default": ["passkey"], "economist": ["loa3"]})
    browser = signed_in(town, "olle", "erik")
    refused = post(town, browser, "/sign-in/account", {"account": account("erik").id})
    assert refused.status_code == 403
    assert "säkrare inloggning" in refused.content.decode()
    assert lines("sign_in.refused")[-1]["reason"] == "session.too_weak"


def test_dangerous_act_asks_who_it_is_and_goes_on(town: Town) -> None:
    siri = signed_in(town, "siri")
    assert get(town, siri, "/do/register_account").status_code == 200
    town.now += timedelta(minutes=11)
    asked = get(town, siri, "/do/register_account")
    assert asked["Location"] == "/sign-in/again?next=%2Fdo%2Fregister_account"
    assert "Visa att det är du" in get(town, siri, asked["Location"]).content.decode()
    path = f"/accounts/{account('olle').id}/sign-in"
    assert post(town, siri, path, {"link": "1"})["Location"].startswith("/sign-in/again")
    assert get(town, siri, "/do/change_organisation").status_code == 200


def test_a_link_is_shown_once_and_opening_it_does_not_use_it(town: Town) -> None:
    siri = signed_in(town, "siri")
    path = f"/accounts/{account('olle').id}/sign-in"
    made = post(town, siri, path, {"link": "1"}).content.decode()
    (link,) = re.findall(r"http://testserver(/enrol/[\w-]{43})", made)
    assert link not in get(town, siri, path).content.decode()
    for _ in range(3):  # as a mail scanner does
        assert "Skapa en passnyckel" in get(town, Client(), link).content.decode()
    olle = signed_in(town, "moa")
    assert post(town, olle, link)["Location"] == "/sign-in/account"
    assert get(town, Client(), link).status_code == 404


def test_nobody_gives_a_link_to_themselves(town: Town) -> None:
    siri = signed_in(town, "siri")
    refused = post(town, siri, f"/accounts/{account('siri').id}/sign-in", {"link": "1"})
    assert (refused.status_code, "Be en kollega" in refused.content.decode()) == (409, True)


def test_guessing_stops_at_an_address_but_not_those_who_have_been_in_there(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    known = Client()
    town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values())
    with town.standing():
        login = str(account("olle").login_id)
        answer = HttpResponse()
        tries.succeeded(get(town, known).wsgi_request, answer, login, "passkey")
        known.cookies[tries.KNOWN_BROWSER] = answer.cookies[tries.KNOWN_BROWSER].value
    with caplog.at_level(logging.WARNING, "troskel.security"):
        codes = [get(town, Client(), f"/enrol/guess-{n}").status_code for n in range(25)]
    assert codes == [404] * 20 + [429] * 5
    said = [record.getMessage() for record in caplog.records if record.name == "troskel.security"]
    assert (said.count("sign-in refused:"), said.count("limit met")) == (20, 5)
    assert "127.0.0.1" not in caplog.text
    elsewhere = get(town, Client(REMOTE_ADDR="198.51.100.7"), "/enrol/guess")
    assert (get(town, known, "/enrol/guess").status_code, elsewhere.status_code) == (404, 404)
    assert post(town, known, "/sign-in/passkey/ask").status_code == 200
    assert post(town, Client(), "/sign-in/passkey/ask").status_code == 429
    town.now += timedelta(minutes=16)
    assert get(town, Client(), "/enrol/guess").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"credential": 1}',
        b'{"credential": {"id": "x", "rawId": "x"}}',
        b"[" * 30_000,
        b"\xff",
    ],
)
def test_nonsense_for_a_passkey_is_refused(town: Town, body: bytes) -> None:
    for path in ("/sign-in/passkey", f"/enrol/{'x' * 43}/passkey"):
        answer = post(town, Client(), path, body, content_type="application/json")
        assert answer.status_code in (400, 403, 404), path
        assert answer.json()["message"]


def test_the_proxy_names_who_it_is(town: Town, settings: Any) -> None:
    settings.TROSKEL_SIGN_IN = PROXY
    link = town.does("siri", "issue_enrolment_link", username="olle").answer["link"]
    through = Client(headers={"X-Remote-User": "olle@kommun.example"})
    assert "inget konto" in get(town, through, "/sign-in/start").content.decode()
    assert get(town, through, f"/sign-in/start?enrol={link}")["Location"] == "/"
    assert is_in(town, through)
    assert Session.objects.get().method == "proxy"


def test_whoever_calls_past_the_proxy_is_nobody(town: Town, settings: Any) -> None:
    settings.TROSKEL_SIGN_IN = PROXY
    link = town.does("siri", "issue_enrolment_link", username="olle").answer["link"]
    get(town, Client(headers={"X-Remote-User": "olle@kommun.example"}), f"/sign-in/start?enrol={link}")
    past = Client(headers={"X-Remote-User": "olle@kommun.example"}, REMOTE_ADDR="198.51.100.7")
    assert get(town, past, "/sign-in/start").status_code == 403
    assert not is_in(town, past)


GOOD = """
[provider]
issuer = "https://provider.example"
client_id = "troskel"
[acr]
default = ["http://id.sambi.se/loa/loa3"]
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("https", "http", 1), "provider.issuer is to begin with https"),
        (GOOD.replace("client_id", "client"), "client"),
        (GOOD.replace("default", "carer"), "acr.default is missing"),
        (GOOD.replace('["http://id.sambi.se/loa/loa3"]', "[]"), "acr.default is empty"),
        (GOOD.replace("http://id.sambi.se/loa/loa3", "passkey"), "acr names no level of the provider"),
        (GOOD + 'boss = ["x"]', "acr.boss is no role"),
        ('[proxy]\nheader = "X-Remote-User"', "proxy.addresses"),
        ('[proxy]\nheader = "X-Remote-User"\naddresses = ["0.0.0.0/0"]', "is everybody"),
        ('[proxy]\nheader = "X-Remote-User"\naddresses = ["nginx"]', "is no address"),
        ('address = "ftp://x"', "address is to begin with https"),
        ("address = ", "is no TOML"),
    ],
)
def test_a_bad_sign_in_file_is_refused_at_the_start(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "sign-in.toml"
    file.write_text(text)
    with pytest.raises(BadSignInFile, match=re.escape(told)):
        sign_in_settings.read(str(file), "")


def test_the_provider_s_secret_may_lie_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "sign-in.toml"
    file.write_text(GOOD)
    found = sign_in_settings.read(str(file), "secret")
    assert found.provider is not None and found.provider.client_secret == "secret"


def test_a_session_of_nobody_left_has_a_page_to_leave_by(town: Town) -> None:
    browser = signed_in(town, "olle")
    Session.objects.update(account=None)
    type(account("olle")).objects.filter(id=account("olle").id).update(login=None)
    page = get(town, browser, "/sign-in/account").content.decode()
    assert "inget aktivt konto" in page and "Logga ut" in page


def test_own_tokens_are_made_shown_once_and_ended(town: Town) -> None:
    olle = signed_in(town, "olle")
    made = post(town, olle, "/me/", {"label": "Schema", "scope": "visits"}).content.decode()
    assert re.search(r"<code>troskel_[\w-]{43}</code>", made)
    page = get(town, olle, "/me/").content.decode()
    assert "<strong>Schema</strong> · Besök" in page and "troskel_" not in page.replace("troskel_session", "")
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    post(town, olle, "/me/", {"token": token})
    assert "Schema" not in get(town, olle, "/me/").content.decode()


def test_a_system_s_tokens_are_made_on_its_account_s_page(town: Town) -> None:
    values = {"username": "larm", "name": "Larm", "role": "coordinator", "organisation": EAST}
    town.does("siri", "register_account", of_system=True, **values)
    siri = signed_in(town, "siri")
    path = f"/accounts/{account('larm').id}/sign-in"
    assert "engångslänk" not in get(town, siri, path).content.decode()
    assert "<code>troskel_" in post(town, siri, path, {"label": "x", "scope": "alarms"}).content.decode()
    town.now += timedelta(minutes=11)
    assert post(town, siri, path, {"label": "x"})["Location"].startswith("/sign-in/again")


def test_staff_from_a_file_is_shown_before_it_is_done(town: Town) -> None:
    olle = signed_in(town, "olle")
    text = f"kontonamn;namn;roll;organisation\nny;Ny Ek;carer;{EAST}\nolle;Olle;Samordnare;{EAST}\n"
    chosen = SimpleUploadedFile("personal.csv", text.encode())
    page = post(town, olle, "/accounts/file", {"file": chosen, "complete": "on"}).content.decode()
    assert "Nya (1)" in page and "Stängs (1)" in page and "Kommer inte med (1)" in page
    assert "Rad 3:" in page
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    told = {"text": text, "complete": "on", "key": key, "step": "confirm"}
    assert "Det är gjort" in post(town, olle, "/accounts/file", told).content.decode()
    assert account("ny").closed is None and account("carin").closed is not None
    assert post(town, olle, "/accounts/file", {"text": "x"}).status_code == 422
