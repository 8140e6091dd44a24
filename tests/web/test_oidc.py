# SPDX-License-Identifier: EUPL-1.2
"""Signing in by a real OpenID Connect provider on this machine; and what it has not signed, or signed for others."""

from __future__ import annotations

import dataclasses
import html
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec
import pytest
import requests
from django.core import signing
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.acts.test_signing_in import account, lines
from tests.town import EAST, OFFICE, Town
from tools import oidc_server
from tools.oidc_server import CLIENT_SECRET, LOA2, LOA3
from troskel.exchange import oidc
from troskel.ground import clock
from troskel.people.login_models import Session
from troskel.people.models import Account
from troskel.people.roles import Actor, ActorKind, Role
from troskel.people.sign_in_settings import Accounts, Given, Provider, SignIn
from troskel.runner.register import REGISTER
from troskel.web.signing_in.sign_in import PENDING

HERE = "http://localhost:8000"
PEOPLE = (
    *oidc_server.PEOPLE,
    {"sub": "carin", "acr": LOA3, "name": "Carin Vård", "employer": EAST, "groups": ["vard"]},
    {"sub": "195001011234", "acr": LOA3, "name": "Nils"},
)


class Mailbox(BaseHTTPRequestHandler):
    """Where the provider's logout tokens come, in place of us."""

    tokens: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.tokens.append(parse_qs(body)["logout_token"][0])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def mailbox() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mailbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ended"
    server.shutdown()
    server.server_close()


def registered(mailbox: str) -> dict[str, Any]:
    """What the provider knows of us."""
    return {
        "redirect_uris": [f"{HERE}/sign-in/back"],
        "post_logout_redirect_uris": [f"{HERE}/"],
        "backchannel_logout_uri": mailbox,
    }


@pytest.fixture(scope="module")
def issuer(mailbox: str) -> Iterator[str]:
    with oidc_server.oidc(registered(mailbox), people=PEOPLE) as address:
        yield address


def settings_of(issuer: str, **more: Any) -> SignIn:
    provider = Provider(issuer=issuer, client_id="troskel", client_secret=CLIENT_SECRET, name="kommunen")
    return SignIn(address=HERE, provider=provider, acr={"default": [LOA3, "passkey"]}, **more)


@pytest.fixture
def here(town: Town, issuer: str, settings: Any) -> Town:
    """The town, with a provider. The provider's clock is the machine's, so this one's runs too."""
    settings.TROSKEL_SIGN_IN = settings_of(issuer)
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    Mailbox.tokens.clear()
    return dataclasses.replace(town, now=clock.now())


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where a page's form goes, and what it holds."""
    (action,) = re.findall(r'action="([^"]+)"', page)
    return action, dict(re.findall(r'name="([^"]+)" value="([^"]+)"', page))


class AtProvider:
    """A person's browser: with us, and at the provider."""

    def __init__(self) -> None:
        self.ours = Client()
        self.theirs = requests.Session()

    def goes(self, person: str, path: str = "/sign-in/start") -> str:
        """Starts with us and chooses who to be; gives the address that the provider sends the browser back to."""
        return self.chooses(person, self.ours.get(path)["Location"])

    def chooses(self, person: str, address: str) -> str:
        for _ in range(10):
            if address.startswith(HERE):
                return address
            answer = self.theirs.get(address, allow_redirects=False, timeout=60)
            if "document.forms[0].submit()" in answer.text:  # it leaves an earlier session of its own
                answer = self.theirs.post(*form_of(answer.text), allow_redirects=False, timeout=60)
            if answer.is_redirect:
                address = urljoin(address, answer.headers["Location"])
            else:
                assert "Vem är du?" in answer.text, answer.text
                address = f"{address}/{person}"
        raise AssertionError(address)

    def comes(self, person: str, path: str = "/sign-in/start") -> Any:
        """Goes there and comes back."""
        return self.ours.get(self.goes(person, path).removeprefix(HERE))

    def is_in(self) -> bool:
        return "Logga ut" in self.ours.get("/").content.decode()


def link(name: str) -> str:
    made = (
        REGISTER["issue_enrolment_link"]
        .perform(Actor.system("0999", ActorKind.DEMO), {"username": name})
        .answer
    )
    return f"/sign-in/start?enrol={made['link']}"


def known(name: str = "anna") -> AtProvider:
    """Somebody who has used a link, and is in."""
    browser = AtProvider()
    assert browser.comes(name, link(name))["Location"] == "/"
    return browser


def logout_token(**claims: Any) -> str:
    """A logout token signed by a key that is not the provider's."""
    return jwt.encode({"alg": "RS256", "kid": "key-1-1"}, claims, RSAKey.generate_key(2048))


def test_by_a_link_and_then_without(here: Town) -> None:
    browser = known("anna")
    assert browser.is_in()
    session = Session.objects.get()
    assert (session.method, session.acr, session.account_id) == ("oidc", LOA3, account("anna").id)
    assert lines("session.began")[-1]["acr"] == LOA3
    again = AtProvider()
    assert again.comes("anna", "/sign-in/start?next=/do/")["Location"] == "/do/"
    assert again.is_in()


def test_what_is_asked_of_the_provider(here: Town, issuer: str) -> None:
    address = urlsplit(Client().get("/sign-in/start")["Location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == issuer
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["acr_values"] == LOA3
    assert len(asked["state"]) > 30 and len(asked["nonce"]) > 30 and asked["state"] != asked["nonce"]


def test_whoever_is_unknown_here_stays_out(here: Town) -> None:
    browser = AtProvider()
    refused = browser.comes("siri")
    assert (refused.status_code, "inget konto här" in refused.content.decode()) == (403, True)
    assert not browser.is_in() and not Session.objects.exists()


def test_a_provider_that_is_not_sure_enough(here: Town) -> None:
    browser = AtProvider()
    refused = browser.comes("olle", link("olle"))
    assert (refused.status_code, "säkrare" in refused.content.decode()) == (403, True)
    assert not Session.objects.exists()
    assert lines("sign_in.refused")[-1] == {
        "account": str(account("olle").id),
        "method": "oidc",
        "reason": "session.too_weak",
    }


def test_a_role_may_ask_for_less(here: Town, issuer: str, settings: Any) -> None:
    settings.TROSKEL_SIGN_IN = msgspec.structs.replace(
        settings_of(issuer), acr={"default": [LOA3], "coordinator": [LOA3, LOA2]}
    )
    browser = AtProvider()
    assert browser.comes("olle", link("olle"))["Location"] == "/"


def test_an_identity_number_is_no_name(here: Town) -> None:
    refused = AtProvider().comes("195001011234", link("olle"))
    assert refused.status_code == 403 and "HSA-id" in refused.content.decode()
    assert account("olle").login_id is None


@pytest.mark.parametrize("changed", ["state", "nonce", "verifier"])
def test_an_answer_to_another_question_is_refused(here: Town, changed: str) -> None:
    """As when somebody is lured to come back with another's answer, or a code was stolen on its way."""
    known("anna")
    browser = AtProvider()
    back = browser.goes("anna")
    remembered = signing.loads(browser.ours.cookies[PENDING].value, salt=PENDING)
    remembered[oidc.Pending._fields.index(changed)] = "x" * 50
    browser.ours.cookies[PENDING] = signing.dumps(remembered, salt=PENDING)
    assert browser.ours.get(back.removeprefix(HERE)).status_code == 403
    assert not browser.is_in()


def test_an_answer_counts_once_and_in_one_browser(here: Town) -> None:
    known("anna")
    browser = AtProvider()
    back = browser.goes("anna").removeprefix(HERE)
    pending = browser.ours.cookies[PENDING].value
    assert Client().get(back).status_code == 403
    assert browser.ours.get(back)["Location"] == "/"
    assert browser.ours.get(back).status_code == 403
    browser.ours.cookies[PENDING] = pending
    assert browser.ours.get(back).status_code == 403


def test_whoever_cancels_is_told_so(here: Town) -> None:
    browser = AtProvider()
    state = parse_qs(urlsplit(browser.ours.get("/sign-in/start")["Location"]).query)["state"][0]
    page = browser.ours.get("/sign-in/back", {"error": "access_denied", "state": state})
    assert "avbröts" in page.content.decode()


@pytest.mark.parametrize(
    ("minutes", "reason"), [(0, ""), (-0.8, ""), (-2, "issued_later"), (90, "expired"), (60.5, "")]
)
def test_clocks_may_differ_by_a_minute(here: Town, issuer: str, minutes: float, reason: str) -> None:
    """An answer of the provider is good for an hour: judged by a clock that is wrong by so much."""
    client = oidc.client_of(settings_of(issuer).provider)  # type: ignore[arg-type]
    back = f"{HERE}/sign-in/back"
    address, pending = client.start(back, [LOA3])
    answer = {k: v[0] for k, v in parse_qs(urlsplit(AtProvider().chooses("anna", address)).query).items()}
    with clock.frozen_at(clock.now() + timedelta(minutes=minutes)):
        if reason:
            with pytest.raises(oidc.ProviderError, match=reason):
                client.finish(back, pending, answer)
        else:
            assert client.finish(back, pending, answer).subject == "anna"


def test_the_provider_changes_its_keys(here: Town, mailbox: str, settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with oidc_server.oidc(registered(mailbox), people=PEOPLE, port=port, keys=1) as issuer:
        settings.TROSKEL_SIGN_IN = settings_of(issuer)
        known("anna")
    with oidc_server.oidc(registered(mailbox), people=PEOPLE, port=port, keys=2) as issuer:
        within_the_minute = AtProvider().comes("anna")
        assert within_the_minute.status_code == 403
        with clock.frozen_at(clock.now() + timedelta(seconds=61)):
            oidc.client_of(settings.TROSKEL_SIGN_IN.provider)
            browser = AtProvider()
            assert browser.comes("anna")["Location"] == "/"


def test_a_provider_that_does_not_answer(here: Town, settings: Any) -> None:
    with socket.socket() as silent:  # bound, and never listens
        silent.bind(("127.0.0.1", 0))
        settings.TROSKEL_SIGN_IN = settings_of(f"http://localhost:{silent.getsockname()[1]}")
        page = Client().get("/sign-in/start")
    assert (page.status_code, "svarar inte" in page.content.decode()) == (403, True)


def test_signing_out_here_signs_out_there(here: Town) -> None:
    browser = known("anna")
    copy = {name: morsel.value for name, morsel in browser.ours.cookies.items()}
    page = browser.ours.post("/sign-out").content.decode()
    (onward,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)"', page)
    asked = browser.theirs.get(html.unescape(onward), timeout=60)
    action, form = form_of(asked.text)
    left = browser.theirs.post(action, {**form, "logout": "yes"}, allow_redirects=False, timeout=60)
    assert left.headers["Location"].startswith(f"{HERE}/")
    for name, value in copy.items():
        browser.ours.cookies[name] = value
    assert not browser.is_in()
    assert Session.objects.get().id_token == ""


def test_signing_out_there_signs_out_here(here: Town, issuer: str) -> None:
    browser, other = known("anna"), known("siri")
    asked = browser.theirs.get(f"{issuer}/session/end", timeout=60)
    action, form = form_of(asked.text)
    browser.theirs.post(action, {**form, "logout": "yes"}, allow_redirects=False, timeout=60)
    (token,) = Mailbox.tokens
    told = Client(enforce_csrf_checks=True).post("/sign-in/ended", {"logout_token": token})
    assert (told.status_code, told["Cache-Control"]) == (200, "no-store")
    assert not browser.is_in() and other.is_in()
    assert lines("session.ended")[-1]["why"] == "ended_at_provider"


@pytest.mark.parametrize("fault", ["signature", "none", "id_token", "event", "nothing", "old", "audience"])
def test_forged_logout_tokens_end_nothing(here: Town, issuer: str, fault: str) -> None:
    browser = known("anna")
    session = Session.objects.get()
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {"iss": issuer, "aud": "troskel", "iat": now, "exp": now + 60, "sub": "anna"}
    claims |= {"sid": session.sid, "jti": "1", "events": {oidc.LOGOUT_EVENT: {}}}
    token = {
        "id_token": session.id_token,
        "nothing": "",
        "none": "eyJhbGciOiJub25lIn0." + logout_token(**claims).split(".")[1] + ".",
    }.get(fault, logout_token(**claims))
    assert Client().post("/sign-in/ended", {"logout_token": token}).status_code == 400
    assert browser.is_in()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another"}, "audience"),
        ({"aud": ["troskel", "another"]}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"iss": "https://another.example"}, "issuer"),
        ({"exp": 1}, "expired"),
        ({"iat": None}, "issued_later"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "expired"),
        ({"sub": None}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_claims_that_are_not_for_us(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any], reason: str
) -> None:
    """Whoever signs them: what the signature holds is judged too."""
    key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    client = oidc.Client(Provider(issuer="https://p.example", client_id="troskel"))
    published = {
        "issuer": "https://p.example",
        "jwks_uri": "keys",
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    monkeypatch.setattr(
        oidc,
        "_get",
        lambda address: {"keys": [key.as_dict(private=False)]} if address == "keys" else published,
    )
    now = int(clock.now().timestamp())
    good = {
        "iss": "https://p.example",
        "aud": "troskel",
        "iat": now,
        "exp": now + 60,
        "nonce": "n",
        "sub": "anna",
    }
    pending = oidc.Pending("s", "n", "v", now, anew=False)
    token = jwt.encode({"alg": "RS256", "kid": "1"}, good, key)
    assert client._identity(client._claims(token), token, pending).subject == "anna"
    bad = {name: value for name, value in (good | claims).items() if value is not None}
    token = jwt.encode({"alg": "RS256", "kid": "1"}, bad, key)
    with pytest.raises(oidc.ProviderError, match=reason):
        client._identity(client._claims(token), token, pending)


def test_asked_anew_the_same_person_gets_a_new_session(here: Town) -> None:
    browser = known("siri")
    before = Session.objects.get()
    with clock.frozen_at(clock.now() + timedelta(minutes=20)):
        assert browser.ours.get("/do/register_account")["Location"].startswith("/sign-in/again")
    assert (
        browser.comes("siri", "/sign-in/start?again=1&next=/do/register_account")["Location"]
        == "/do/register_account"
    )
    before.refresh_from_db()
    now = Session.objects.get(ended=None)
    assert before.ended is not None and now.id != before.id and now.account_id == before.account_id


def test_another_person_does_not_take_over(here: Town) -> None:
    browser = known("siri")
    known("anna")
    refused = browser.comes("anna", "/sign-in/start?again=1&next=/do/register_account")
    assert refused.status_code == 403 and "annan person" in refused.content.decode()


def test_roles_and_organisations_from_claims(here: Town, issuer: str, settings: Any) -> None:
    given = [
        Given(role=Role.ASSESSOR, municipality="0999", organisation=OFFICE, when={"groups": "lasvred"}),
        Given(role=Role.CARER, municipality="0999", organisation="{employer}", when={"groups": "vard"}),  # type: ignore[arg-type]
    ]
    settings.TROSKEL_SIGN_IN = settings_of(issuer, accounts=Accounts(given=given, username="email"))
    anna, carin, siri = AtProvider(), AtProvider(), AtProvider()
    assert anna.comes("anna")["Location"] == "/"
    assert carin.comes("carin")["Location"] == "/"
    assert siri.comes("siri").status_code == 403
    made = (
        Account.objects.filter(claimed=True)
        .order_by("role")
        .values_list("username", "role", "organisation__orgnr")
    )
    assert [row[1:] for row in made] == [("assessor", OFFICE), ("carer", EAST)]
    assert made[0][0] == "0999/anna@example.org"
    settings.TROSKEL_SIGN_IN = settings_of(issuer, accounts=Accounts(given=given[1:], username="email"))
    assert AtProvider().comes("anna").status_code == 403
    assert not anna.is_in()
