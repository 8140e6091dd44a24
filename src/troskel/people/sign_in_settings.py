# SPDX-License-Identifier: EUPL-1.2
"""How people sign in at an installation: the file that `TROSKEL_SIGN_IN` names (docs/signing-in.md). Pure Python."""

from __future__ import annotations

import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from troskel.ground.environment import WrongSettings
from troskel.people import sign_in_rules
from troskel.people.roles import EVERY_ROLE, Role

NonEmpty = Annotated[str, msgspec.Meta(min_length=1)]


class BadSignInFile(WrongSettings):
    """The file can't be used; the message says where and why."""

    def __init__(self, fault: str) -> None:
        super().__init__([f"TROSKEL_SIGN_IN: {fault}"])


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An OpenID Connect provider: the municipality's broker."""

    issuer: NonEmpty
    client_id: NonEmpty
    name: str = ""
    """What its button calls it; empty: the municipality's sign-in."""
    client_secret: str = ""
    scope: str = "openid"
    subject: NonEmpty = "sub"
    """The claim that names the person: never an identity number."""
    clock_skew: Annotated[int, msgspec.Meta(ge=0, le=300)] = 60
    """Seconds that the provider's clock may differ."""


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has the claims of `when` has an account: this role in this organisation. `{claim}` is the claim's value."""

    role: Role
    municipality: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}$")]
    organisation: NonEmpty
    when: dict[str, str] = {}


class Accounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Accounts that follow the provider's claims. `username` and `name`: the claims that say them."""

    given: list[Given] = []
    username: NonEmpty = "preferred_username"
    name: NonEmpty = "name"


class Proxy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proxy in front that signs people in, and names them in `header`. `addresses`: where it calls from."""

    addresses: list[str] = []
    header: str = ""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people sign in. `acr`: the levels that a role asks for; `default`: those of the other roles."""

    address: str = ""
    """How browsers reach the program, as https://troskel.example; empty: as they asked for it."""
    provider: Provider | None = None
    proxy: Proxy = Proxy()
    accounts: Accounts = Accounts()
    acr: dict[str, list[str]] = msgspec.field(default_factory=lambda: {"default": [sign_in_rules.PASSKEY]})

    @property
    def passkeys(self) -> bool:
        """Is there a role that a passkey is sure enough for?"""
        roles = [role.value for role in EVERY_ROLE]
        return any(sign_in_rules.is_sure_enough(self.acr, role, sign_in_rules.PASSKEY) for role in roles)

    def is_proxy(self, caller: str) -> bool:
        """Does the request come from the proxy?"""
        try:
            address = ip_address(caller)
        except ValueError:
            return False
        return any(address in ip_network(named, strict=False) for named in self.proxy.addresses)


def read(file: str, secret: str) -> SignIn:
    """Returns what the file says; without one, passkeys alone. Raises BadSignInFile.

    `secret`: the provider's, where it does not stand in the file.
    """
    if not file:
        return SignIn()
    try:
        text = Path(file).read_text("utf-8")
        told: dict[str, Any] = tomllib.loads(text)
        if secret and isinstance(told.get("provider"), dict):
            told["provider"]["client_secret"] = secret
        found = msgspec.convert(told, SignIn)
    except OSError as error:
        raise BadSignInFile(f"{file} can't be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSignInFile(f"{file} is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise BadSignInFile(f"{file}: {error}") from None
    if faults := list(_faults(found)):
        raise BadSignInFile(f"{file}: {faults[0]}")
    return found


def _faults(told: SignIn) -> list[str]:
    faults = [f"acr.{role} is no role" for role in told.acr if role not in {"default", *EVERY_ROLE}]
    faults += [f"acr.{role} is empty: leave it out" for role, levels in told.acr.items() if not levels]
    faults += _faults_of_addresses(told)
    provider, proxy = told.provider, told.proxy
    if provider and not any(
        level not in (sign_in_rules.PASSKEY, sign_in_rules.PROXY)
        for levels in told.acr.values()
        for level in levels
    ):
        faults.append("acr names no level of the provider: write which is sure enough, as LoA3")
    if proxy.header and not proxy.addresses:
        faults.append("proxy.header lets whoever calls say who they are: name the proxy in proxy.addresses")
    if "default" not in told.acr:
        faults.append("acr.default is missing: the levels of the roles that are not named")
    return faults


def _faults_of_addresses(told: SignIn) -> list[str]:
    faults = []
    for name, address in (
        ("address", told.address),
        ("provider.issuer", told.provider and told.provider.issuer),
    ):
        if not address:
            continue
        parts = urlsplit(address)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or parts.scheme not in (("https", "http") if local else ("https",)):
            faults.append(f"{name} is to begin with https://")
    for named in told.proxy.addresses:
        try:
            network = ip_network(named, strict=False)
        except ValueError:
            faults.append(f"proxy.addresses: {named} is no address")
        else:
            if network.prefixlen == 0:
                faults.append(f"proxy.addresses: {named} is everybody")
    return faults
