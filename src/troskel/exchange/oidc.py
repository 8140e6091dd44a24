# SPDX-License-Identifier: EUPL-1.2
"""OpenID Connect: asks the municipality's provider who somebody is, and judges what it answers.

Authorization code with PKCE, state and nonce. What the provider publishes (addresses, keys) is kept for a while; a key
that is not known is asked for at once, at most once a minute, so that a provider can change its keys at any time.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from troskel.ground import clock
from troskel.people.sign_in_settings import Provider

PATIENCE = (5, 10)
"""Seconds to wait for a connection to the provider, and for its answer."""
KEPT_FOR = timedelta(hours=1)
KEYS_AT_MOST_EVERY = timedelta(minutes=1)
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Of signatures: by a key that only the provider has."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LOGOUT_TOKEN = timedelta(minutes=10)
MAX_BYTES = 1_000_000


class ProviderError(Exception):
    """The provider could not be asked, or its answer can't be believed. `reason`: a code for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pending(NamedTuple):
    """What is remembered in the browser while the person is at the provider."""

    state: str
    nonce: str
    verifier: str
    asked: int
    """When, in seconds since 1970."""
    anew: bool
    """Was the person to be asked, though signed in there already?"""


class Identity(NamedTuple):
    """Who it is, as the provider says. `authenticated`: when it asked the person; None where it does not say."""

    issuer: str
    subject: str
    email: str
    acr: str
    sid: str
    id_token: str
    nonce: str
    authenticated: datetime | None
    claims: Mapping[str, Any]


class _Published(NamedTuple):
    metadata: Mapping[str, Any]
    keys: KeySet
    fetched: datetime


class Client:
    """What the program asks of one provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._published: _Published | None = None

    def start(self, back: str, levels: list[str], *, anew: bool = False) -> tuple[str, Pending]:
        """Returns the provider's address to send the browser to, and what to remember. Raises ProviderError.

        `back`: our address to come back to. `levels`: how sure (acr), the best first. `anew`: the person is to be asked
        even if signed in there.
        """
        metadata = self._metadata()
        asked = int(clock.now().timestamp())
        pending = Pending(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64), asked, anew
        )
        more = {"acr_values": " ".join(levels)} if levels else {}
        if anew:
            more |= {"prompt": "login", "max_age": "0"}
        session = self._session(back)
        address, _state = session.create_authorization_url(
            metadata["authorization_endpoint"],
            state=pending.state,
            code_verifier=pending.verifier,
            nonce=pending.nonce,
            **more,
        )
        return str(address), pending

    def finish(self, back: str, pending: Pending, answer: Mapping[str, str]) -> Identity:
        """Returns who has come back, by the values in the address. Raises ProviderError."""
        if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise ProviderError("state")
        metadata = self._metadata()
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise ProviderError("issuer_of_answer")
        if "error" in answer:
            raise ProviderError("cancelled" if answer["error"] == "access_denied" else "provider_refused")
        if not answer.get("code"):
            raise ProviderError("no_code")
        try:
            token = self._session(back).fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=pending.verifier,
                timeout=PATIENCE,
            )
        except OAuthError:
            raise ProviderError("code_refused") from None
        except (requests.RequestException, ValueError):
            raise ProviderError("unreachable") from None
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderError("no_id_token")
        claims = self._claims(id_token)
        return self._identity(claims, id_token, pending)

    def ended_by(self, logout_token: str) -> tuple[str, str]:
        """Returns the provider's session (or empty) and the subject (or empty) of a back-channel logout token.

        Raises ProviderError.
        """
        claims = self._claims(logout_token)
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise ProviderError("no_logout_token")
        issued = _instant(claims.get("iat"))
        if issued is None or abs(clock.now() - issued) > LONGEST_LOGOUT_TOKEN:
            raise ProviderError("old_logout_token")
        sid, subject = claims.get("sid", ""), claims.get("sub", "")
        if not isinstance(sid, str) or not isinstance(subject, str) or not (sid or subject):
            raise ProviderError("no_logout_token")
        return sid, subject if self.provider.subject == "sub" else ""

    def logout_address(self, id_token: str, back: str) -> str:
        """Returns where a browser signs out at the provider, to come back; empty where that can't be done."""
        try:
            endpoint = self._metadata().get("end_session_endpoint", "")
        except ProviderError:
            return ""
        if not endpoint:
            return ""
        asked = {
            "id_token_hint": id_token,
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": back,
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def _session(self, back: str) -> OAuth2Session:
        return OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.provider.client_secret else "none",
            scope=self.provider.scope,
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _identity(self, claims: Mapping[str, Any], id_token: str, pending: Pending) -> Identity:
        skew = self.provider.clock_skew
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), pending.nonce.encode()):
            raise ProviderError("nonce")
        expires = _instant(claims.get("exp"))
        if expires is None:
            raise ProviderError("expired")
        authenticated = _instant(claims.get("auth_time"))
        if pending.anew and (authenticated is None or authenticated.timestamp() < pending.asked - skew):
            raise ProviderError("not_asked_anew")
        subject = claims.get(self.provider.subject)
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderError("subject")
        return Identity(
            issuer=self.provider.issuer,
            subject=subject,
            email=_text(claims, "email", 254) if claims.get("email_verified") is not False else "",
            acr=_text(claims, "acr", 255),
            sid=_text(claims, "sid", 255),
            id_token=id_token,
            nonce=nonce,
            authenticated=authenticated,
            claims=claims,
        )

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Returns the claims of a token that the provider has signed for us, now. Raises ProviderError."""
        published = self._fetched()
        offered = published.metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = sorted(ALGORITHMS.intersection(offered))
        try:
            try:
                claims = jwt.decode(token, published.keys, algorithms=algorithms).claims
            except InvalidKeyIdError:
                keys = self._fetched(older_than=KEYS_AT_MOST_EVERY).keys
                claims = jwt.decode(token, keys, algorithms=algorithms).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise ProviderError("signature") from None
        self._check(claims)
        return claims

    def _check(self, claims: Mapping[str, Any]) -> None:
        now, skew = clock.now(), timedelta(seconds=self.provider.clock_skew)
        if claims.get("iss") != self.provider.issuer:
            raise ProviderError("issuer")
        audience = claims.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        if self.provider.client_id not in meant:
            raise ProviderError("audience")
        if (len(meant) > 1 or "azp" in claims) and claims.get("azp") != self.provider.client_id:
            raise ProviderError("audience")
        issued = _instant(claims.get("iat"))
        if issued is None or issued > now + skew:
            raise ProviderError("issued_later")
        if "exp" in claims and (_instant(claims["exp"]) or now - 2 * skew) <= now - skew:
            raise ProviderError("expired")
        if "nbf" in claims and (_instant(claims["nbf"]) or now + 2 * skew) > now + skew:
            raise ProviderError("issued_later")

    def _metadata(self) -> Mapping[str, Any]:
        return self._fetched().metadata

    def _fetched(self, older_than: timedelta = KEPT_FOR) -> _Published:
        """Returns what the provider publishes; fetched again where it is older. Raises ProviderError."""
        with self._lock:
            kept, now = self._published, clock.now()
            if kept is not None and timedelta(0) <= now - kept.fetched < older_than:
                return kept
            try:
                metadata = _get(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                if metadata.get("issuer") != self.provider.issuer:
                    raise ProviderError("issuer")
                keys = KeySet.import_key_set(_get(metadata["jwks_uri"]))  # type: ignore[arg-type]
            except ProviderError:
                raise
            except (requests.RequestException, JoseError, ValueError, TypeError, KeyError):
                if kept is not None and older_than is KEPT_FOR:
                    return kept  # its keys may well be the same
                raise ProviderError("unreachable") from None
            self._published = _Published(metadata, keys, now)
            return self._published


_CLIENTS: dict[Provider, Client] = {}


def client_of(provider: Provider) -> Client:
    """Returns the client of a provider, which remembers what it publishes."""
    return _CLIENTS.setdefault(provider, Client(provider))


def _get(address: str) -> dict[str, Any]:
    response = requests.get(address, timeout=PATIENCE, allow_redirects=False)
    response.raise_for_status()
    if len(response.content) > MAX_BYTES:
        raise ValueError("too long")
    told = response.json()
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told


def _instant(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) and len(value) <= longest else ""
