# SPDX-License-Identifier: EUPL-1.2
"""Sizes, other implementations as oracles, and any bytes as messages: refused, or exactly what would be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cwt import COSE, COSEKey
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.doorproto.street import (
    ANNA,
    BO,
    HOUR,
    ISSUER,
    ISSUERS,
    LOCK,
    LOCK_ID,
    NOW,
    Door,
    asking,
    granted,
    issue,
)
from troskel.doorproto.cbor import decode, encode
from troskel.doorproto.cose import key_at, name_of, point_of, thumbprint
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import (
    ALL_SCOPES,
    MAX_GRANT,
    MAX_HELLO,
    MAX_REQUEST,
    MAX_RESULT,
    U16,
    U32,
    Bolt,
    DoorGrant,
    DoorRequest,
    DoorResult,
    Hello,
    LogHead,
    LogLine,
    Operation,
    TurnOutcome,
    request_aad,
    result_aad,
)
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_grant, read_request, read_result

QUICKLY = settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
AT_LENGTH = settings(max_examples=20_000, phases=[Phase.explicit, Phase.generate])

LATE = U32 - 20 * HOUR
LARGEST = granted(
    issued=LATE,
    begins=LATE + 1,
    ends=LATE + 14 * HOUR,
    scope=ALL_SCOPES & ~16,
    epoch=U32,
    acknowledged=U32,
    denied={bytes([255 - number]) * 8: LATE + 14 * HOUR for number in range(3)},
)
NO_LINE = LogHead(U32, bytes(32))
LINE = LogLine(
    number=U32,
    time=U32,
    sure=False,
    operation=Operation.UNLATCH,
    outcome=TurnOutcome.REFUSED,
    reason=255,
    phone=b"x" * 8,
    grant=b"y" * 8,
    battery=100,
)
LARGEST_RESULT = DoorResult(
    outcome=TurnOutcome.UNKNOWN,
    reason=255,
    bolt=Bolt.UNLATCHED,
    battery=100,
    clock=U32,
    sure=False,
    strangers=U16,
    since=NO_LINE,
    lines=(LINE,) * 9,
    head=NO_LINE,
)
LARGEST_HELLO = Hello(lock=LOCK_ID, nonce=bytes(16), clock=U32, sure=False, epoch=U32, head=U32, battery=100)


# sizes


def test_largest_messages_fit() -> None:
    once = replace(LARGEST, ends=LATE + 120, nonce=b"n" * 16, denied={b"x" * 8: LATE + HOUR})
    grants = [issue(LARGEST), issue(once)]
    assert [len(grant) for grant in grants] == [239, 230] and max(map(len, grants)) <= MAX_GRANT == 240
    hello = LARGEST_HELLO.encode()
    assert len(hello) <= MAX_HELLO == 48
    request = ask(hello, LOCK_ID, grants[0], ANNA, DoorRequest(Operation.UNLATCH, bytes(8), U32, U32))
    assert len(request) <= MAX_REQUEST == 340
    assert read_request(request, hello, ISSUERS).grant == LARGEST
    payload = LARGEST_RESULT.encode()
    assert len(payload) + 77 <= MAX_RESULT == 512, "tag, headers and signature take 77 bytes"
    assert DoorResult.of_payload(payload) == LARGEST_RESULT


# other implementations


def test_thumbprint_of_the_standard() -> None:
    """RFC 9679, section 6."""
    x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
    y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"
    key = ec.EllipticCurvePublicNumbers(int(x, 16), int(y, 16), ec.SECP256R1()).public_key()
    expected = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
    assert thumbprint(key).hex() == expected
    assert thumbprint(key_at(point_of(key))).hex() == expected


def test_what_cwt_issues_is_what_the_claims_say() -> None:
    """Two encoders: the library's, and cbor2 under our order."""
    issued = issue(LARGEST)
    parts = cbor2.loads(issued)
    assert parts.tag == 18 and parts.value[2] == encode(LARGEST.claims())
    assert parts.value[:2] == [bytes.fromhex("a10126"), {4: name_of(ISSUER.public_key())}]
    assert read_grant(issued, ISSUERS) == LARGEST


def test_what_phone_and_lock_sign_another_library_verifies() -> None:
    door = Door()
    hello, grant = door.hello(), issue(granted())
    request = asking(hello, grant)
    result = door.answer(request)
    proof: Any = decode(request, MAX_REQUEST)[1]  # type: ignore[index]
    cose = COSE.new()
    payload = cose.decode(proof, their_key(ANNA), external_aad=request_aad(hello, grant))
    assert cbor2.loads(payload) == [1, b"phone--1", NOW, 0]
    payload = cose.decode(result, their_key(LOCK), external_aad=result_aad(request))
    assert cbor2.loads(payload)[:3] == [1, 0, 2]


def test_signature_covers_what_the_standard_says() -> None:
    """RFC 9052, 4.4, by hand: no library, no reader of ours."""
    grant = issue(granted())
    payload = grant[19:-66]
    to_be_signed = b"\x84\x6aSignature1\x43\xa1\x01\x26\x40\x58" + bytes([len(payload)]) + payload
    r, s = (int.from_bytes(part, "big") for part in (grant[-64:-32], grant[-32:]))
    key = ISSUER.public_key()
    key.verify(encode_dss_signature(r, s), to_be_signed, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(encode_dss_signature(r, s), to_be_signed + b"\0", ec.ECDSA(hashes.SHA256()))


def their_key(key: ec.EllipticCurvePrivateKey) -> Any:
    point = key.public_key().public_numbers()
    x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
    return COSEKey.new({1: 2, 3: -7, -1: 1, -2: x, -3: y})


# any values, any bytes

NUMBERS = st.integers(0, U32)
GRANTS = st.builds(
    granted,
    phone=st.sampled_from([ANNA, BO]),
    id=st.binary(min_size=8, max_size=8),
    issued=st.just(NOW),
    begins=st.integers(NOW, NOW + HOUR),
    ends=st.integers(NOW + 2 * HOUR, NOW + 14 * HOUR),
    scope=st.sampled_from([1, 2, 4, 7]).map(lambda scope: type(ALL_SCOPES)(scope)),
    epoch=NUMBERS,
    acknowledged=NUMBERS,
    denied=st.dictionaries(st.binary(min_size=8, max_size=8), st.integers(NOW, NOW + 14 * HOUR), max_size=3),
)


@QUICKLY
@given(GRANTS)
def test_any_grant_is_read_as_it_was_made(grant: DoorGrant) -> None:
    issued = issue(grant)
    assert len(issued) <= MAX_GRANT and read_grant(issued, ISSUERS) == grant


def check_bytes(data: bytes) -> None:
    """Each reader takes what it would write, or refuses with a code; nothing else comes out."""
    readers: tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...] = (
        (Hello.of_bytes, Hello.encode),
        (DoorRequest.of_payload, DoorRequest.encode),
        (DoorGrant.of_claims, lambda grant: encode(grant.claims())),
        (DoorResult.of_payload, DoorResult.encode),
    )
    for read, write in readers:
        try:
            read_back = read(data)
        except DoorError as error:
            assert isinstance(error.code, Code)
        else:
            assert write(read_back) == data
    for look in (
        lambda: read_grant(data, ISSUERS),
        lambda: read_request(data, HELLO, ISSUERS),
        lambda: read_result(data, b"", LOCK.public_key()),
    ):
        with pytest.raises(DoorError):
            look()


HELLO = Door().hello()
MESSAGES = [
    HELLO,
    issue(granted()),
    encode(LARGEST.claims()),
    asking(HELLO, issue(granted())),
    DoorRequest(Operation.UNLOCK, bytes(8), NOW, 0).encode(),
    LARGEST_RESULT.encode(),
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A true message with something changed, cut, put in or moved; or any bytes at all."""
    data = bytearray(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.binary(max_size=4))
        data[at : at + draw(st.integers(0, 4))] = piece
    return bytes(data)


@QUICKLY
@given(spoilt() | st.binary(max_size=60))
@example(b"\xd2" * 500)
@example(b"")
def test_any_bytes_are_refused_or_exact(data: bytes) -> None:
    if data not in MESSAGES:
        check_bytes(data)


@pytest.mark.long
@AT_LENGTH
@given(spoilt() | st.binary(max_size=600))
def test_many_bytes_are_refused_or_exact(data: bytes) -> None:
    if data not in MESSAGES:
        check_bytes(data)


def check_bit(bit: int) -> None:
    """Not one bit of a request or of a result can be another."""
    door = Door()
    hello = door.hello()
    request = bytearray(asking(hello, issue(granted())))
    request[bit // 8 % len(request)] ^= 1 << bit % 8
    door.refuses(bytes(request))
    whole = asking(door.hello(), issue(granted()))
    result = bytearray(door.answer(whole))
    result[bit // 8 % len(result)] ^= 1 << bit % 8
    with pytest.raises(DoorError):
        read_result(bytes(result), whole, LOCK.public_key())


@QUICKLY
@given(st.integers(0, 8 * 300))
def test_any_bit_counts(bit: int) -> None:
    check_bit(bit)


@pytest.mark.long
def test_every_bit_counts() -> None:
    for bit in range(8 * 300):
        check_bit(bit)
