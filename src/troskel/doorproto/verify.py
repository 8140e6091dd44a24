# SPDX-License-Identifier: EUPL-1.2
"""Whose messages these are: what a lock, a phone and the server each verify, and the server all again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from troskel.doorproto.cbor import decode
from troskel.doorproto.cose import NAME, TAG_SIGN1, PublicKey, key_at, take_apart, verify
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import (
    MAX_GRANT,
    MAX_PROOF,
    MAX_REQUEST,
    MAX_RESULT,
    DoorGrant,
    DoorRequest,
    DoorResult,
    Hello,
    raise_said,
    request_aad,
    result_aad,
)

Issuers = Mapping[bytes, PublicKey]
"""The keys that may issue grants, by name. A lock has two: today's and the next."""


class SignedRequest(NamedTuple):
    """A request that an issuer and a phone have signed."""

    grant: DoorGrant
    phone: PublicKey
    asked: DoorRequest


class Reviewed(NamedTuple):
    """What a lock, a phone and an issuer have signed of one operation."""

    hello: Hello
    request: SignedRequest
    result: DoorResult


def read_grant(data: bytes, issuers: Issuers) -> DoorGrant:
    """Returns a grant that one of these issued. Nothing is said of time, lock or phone. Raises a `DoorError`."""
    signed = take_apart(data, MAX_GRANT, kid_size=NAME)
    issuer = issuers.get(signed.kid)
    if issuer is None:
        raise DoorError(Code.GRANT_ISSUER)
    return DoorGrant.of_claims(verify(signed, issuer, b"", Code.GRANT_SIGNATURE))


def read_request(data: bytes, hello: bytes, issuers: Issuers) -> SignedRequest:
    """Returns a request to the lock of this challenge, from the phone that its grant names. Raises a `DoorError`."""
    match decode(data, MAX_REQUEST):
        case (bytes(granted), bytes(proof)):
            pass
        case _:
            raise DoorError(Code.REQUEST_FORM)
    signed = take_apart(proof, MAX_PROOF, kid_size=0)
    grant = read_grant(granted, issuers)
    phone = key_at(grant.phone)
    asked = DoorRequest.of_payload(verify(signed, phone, request_aad(hello, granted), Code.REQUEST_SIGNATURE))
    if grant.lock != Hello.of_bytes(hello).lock:
        raise DoorError(Code.GRANT_OTHER_LOCK)
    return SignedRequest(grant, phone, asked)


def read_result(data: bytes, request: bytes, lock: PublicKey) -> DoorResult:
    """Returns this lock's answer to this request. Raises an `UnsignedError` for what anybody could have said."""
    if not data.startswith(TAG_SIGN1):
        raise_said(decode(data, MAX_RESULT))
    signed = take_apart(data, MAX_RESULT, kid_size=0)
    return DoorResult.of_payload(verify(signed, lock, result_aad(request), Code.RESULT_SIGNATURE))


def review(hello: bytes, request: bytes, result: bytes, issuers: Issuers, lock: PublicKey) -> Reviewed:
    """Returns what the three messages prove together, as the server looks at what a phone hands in."""
    asked = read_request(request, hello, issuers)
    return Reviewed(Hello.of_bytes(hello), asked, read_result(result, request, lock))
