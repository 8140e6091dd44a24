# SPDX-License-Identifier: EUPL-1.2
"""Every attack of the table in `docs/door-protocol.md`, each against a whole lock. The door is opened by the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.doorproto.street import (
    ANNA,
    BO,
    HOUR,
    ISSUER,
    ISSUERS,
    LOCK,
    LOCK_ID,
    NOW,
    OTHER_ISSUER,
    OTHER_LOCK,
    OTHER_LOCK_ID,
    Door,
    asking,
    granted,
    issue,
    signed,
    sure,
)
from troskel.doorproto.cbor import decode, encode
from troskel.doorproto.cose import PROTECTED, TAG_SIGN1, name_of, point_of, sign
from troskel.doorproto.errors import Code, DoorError, UnsignedError
from troskel.doorproto.lock import BUSY_SECONDS, EMERGENCY_LINES, MOST_STRANGERS
from troskel.doorproto.log import beginning, follow
from troskel.doorproto.messages import (
    Bolt,
    DoorRequest,
    DoorResult,
    Hello,
    Operation,
    Scope,
    TurnOutcome,
    request_aad,
    said,
)
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result, review

GRANT = issue(granted())
ONE_TURN = TurnOutcome.DONE, 0


def outcome(result: DoorResult) -> tuple[TurnOutcome, int]:
    return result.outcome, result.reason


def refused(code: Code) -> tuple[TurnOutcome, int]:
    return TurnOutcome.REFUSED, int(code)


def test_a_grant_opens_its_door() -> None:
    door = Door()
    result = door.open(GRANT)
    assert outcome(result) == ONE_TURN
    assert (result.bolt, result.battery, result.strangers) == (Bolt.UNLOCKED, 100, 0)
    assert [operation for _, operation in door.turns] == [Operation.UNLOCK]
    (line,) = result.lines
    assert (line.number, line.phone, line.grant) == (1, name_of(ANNA.public_key()), b"grant--1")
    assert follow({0: beginning(LOCK_ID).hash}, result)[0].hash == result.head.hash


def test_the_server_reviews_what_the_phone_hands_in() -> None:
    door = Door()
    request = asking(hello := door.hello(), GRANT)
    result = door.answer(request)
    opening = review(hello, request, result, ISSUERS, LOCK.public_key())
    assert opening.request.grant == granted() and opening.result.outcome is TurnOutcome.DONE
    with pytest.raises(DoorError, match=r"result\.signature"):
        review(hello, request, result, ISSUERS, OTHER_LOCK.public_key())
    with pytest.raises(DoorError, match=r"request\.signature"):
        review(door.hello(), request, result, ISSUERS, LOCK.public_key())


# who asks


def test_replayed_request() -> None:
    door = Door()
    request = asking(door.hello(), GRANT)
    door.answer(request)
    assert door.refuses(request) is Code.REQUEST_NONCE
    door.hello()
    assert door.refuses(request) is Code.REQUEST_SIGNATURE
    door.power_on()
    door.hello()
    assert door.refuses(request) is Code.REQUEST_SIGNATURE
    assert len(door.turns) == 1


def test_request_made_beforehand_or_kept_too_long() -> None:
    door = Door()
    request = asking(door.hello(), GRANT)
    door.ticks += 61
    assert door.refuses(request) is Code.REQUEST_NONCE
    earlier, _later = asking(door.hello(), GRANT), door.hello()
    assert door.refuses(earlier) is Code.REQUEST_SIGNATURE


def test_grant_on_another_phone() -> None:
    door = Door()
    assert door.refuses(asking(door.hello(), GRANT, BO)) is Code.REQUEST_SIGNATURE


def test_grant_for_another_lock() -> None:
    door = Door()
    other = issue(granted(lock=OTHER_LOCK_ID))
    assert door.refuses(asking(door.hello(), other)) is Code.GRANT_OTHER_LOCK


def test_request_passed_on_to_another_lock() -> None:
    """Both locks may be opened by Anna; what she asked of one is no good for the other."""
    door, neighbour = Door(), Door(OTHER_LOCK_ID, OTHER_LOCK)
    neighbour.hello()
    assert neighbour.refuses(asking(door.hello(), GRANT)) is Code.REQUEST_SIGNATURE


def test_false_lock_gets_no_signature() -> None:
    hello = Door(OTHER_LOCK_ID, OTHER_LOCK).hello()
    with pytest.raises(DoorError) as wrong:
        ask(hello, LOCK_ID, GRANT, ANNA, DoorRequest(Operation.UNLOCK, b"phone--1", NOW, 0))
    assert wrong.value.code is Code.HELLO_OTHER_LOCK


def test_false_lock_can_sign_no_result() -> None:
    """It calls itself by the other's id, but has not its key."""
    door = Door(LOCK_ID, OTHER_LOCK)
    request = asking(door.hello(), GRANT)
    with pytest.raises(DoorError) as wrong:
        read_result(door.answer(request), request, LOCK.public_key())
    assert wrong.value.code is Code.RESULT_SIGNATURE


def test_result_of_another_request() -> None:
    door = Door()
    request = asking(door.hello(), GRANT)
    result = door.answer(request)
    with pytest.raises(DoorError) as wrong:
        read_result(result, asking(door.hello(), GRANT), LOCK.public_key())
    assert wrong.value.code is Code.RESULT_SIGNATURE


def test_unsigned_answer_proves_nothing() -> None:
    """Whoever stands between can always say no; a phone must take it for unknown."""
    with pytest.raises(UnsignedError) as unsigned:
        read_result(said(Code.GRANT_EXPIRED), b"", LOCK.public_key())
    assert unsigned.value.code is Code.GRANT_EXPIRED


# what is granted


def test_grant_of_another_issuer() -> None:
    door = Door()
    assert door.refuses(asking(door.hello(), issue(granted(), OTHER_ISSUER))) is Code.GRANT_ISSUER
    forged = sign(OTHER_ISSUER, encode(granted().claims()), b"", kid=name_of(ISSUER.public_key()))
    assert door.refuses(asking(door.hello(), forged)) is Code.GRANT_SIGNATURE


def test_expired_grant() -> None:
    door = Door()
    sure(door)
    door.ticks = 9 * HOUR - 1
    assert outcome(door.open(GRANT)) == ONE_TURN
    door.ticks = 9 * HOUR
    assert outcome(door.open(GRANT)) == refused(Code.GRANT_EXPIRED)
    assert len(door.turns) == 1


def test_grant_before_it_begins() -> None:
    door = Door()
    sure(door)
    later = issue(granted(begins=NOW + HOUR))
    assert outcome(door.open(later)) == refused(Code.GRANT_EARLY)
    door.ticks = HOUR - 120
    assert outcome(door.open(later)) == ONE_TURN


@pytest.mark.parametrize(
    "changed",
    [
        {"ends": NOW + 14 * HOUR + 1},
        {"ends": NOW + 2 * HOUR + 1, "scope": Scope.UNLOCK | Scope.EMERGENCY},
        {"ends": NOW + 121, "nonce": bytes(16)},
        {"begins": NOW - 1},
        {"begins": NOW + 9 * HOUR},
        {"denied": {bytes(8): NOW + 14 * HOUR + 1}},
    ],
)
def test_grant_for_too_long(changed: dict[str, Any]) -> None:
    """No issuer of ours can make it; a lock refuses one that is signed all the same."""
    with pytest.raises(DoorError) as wrong:
        granted(**changed)
    assert wrong.value.code is Code.GRANT_PERIOD
    claims = granted().claims() | {4: changed.get("ends", NOW + HOUR), 5: changed.get("begins", NOW)}
    if "scope" in changed:
        claims[9] = bytes([changed["scope"]])
    if "nonce" in changed:
        claims[39] = changed["nonce"]
    if "denied" in changed:
        claims[-70001] = (0, 0, changed["denied"])
    door = Door()
    assert door.refuses(asking(door.hello(), signed(claims))) is Code.GRANT_PERIOD


def test_operation_that_is_not_granted() -> None:
    door = Door()
    only_locks = issue(granted(scope=Scope.LOCK))
    for operation in (Operation.UNLOCK, Operation.UNLATCH):
        assert outcome(door.open(only_locks, operation=operation)) == refused(Code.GRANT_SCOPE)
    assert not door.turns
    assert outcome(door.open(only_locks, operation=Operation.LOCK)) == ONE_TURN


def test_denied_phone() -> None:
    """Bo's phone is stolen. Anna carries it to the door; it stays so over a loss of power."""
    door = Door()
    bos = issue(granted(BO))
    assert outcome(door.open(bos, BO)) == ONE_TURN
    carried = granted(issued=NOW + 60, begins=NOW + 60, denied={name_of(BO.public_key()): NOW + 9 * HOUR})
    assert outcome(door.open(issue(carried))) == ONE_TURN
    for _ in range(2):
        assert outcome(door.open(bos, BO)) == refused(Code.GRANT_DENIED)
        door.power_on(kept=False, ticks=0)
    sure(door, NOW + 10 * HOUR)
    assert outcome(door.open(bos, BO)) == refused(Code.GRANT_EXPIRED), (
        "forgotten once its last grant has ended"
    )


def test_denial_reaches_the_lock_with_a_refused_grant_too() -> None:
    door = Door()
    sure(door, NOW + 2 * HOUR)
    late = granted(ends=NOW + HOUR, denied={name_of(BO.public_key()): NOW + 9 * HOUR})
    assert outcome(door.open(issue(late))) == refused(Code.GRANT_EXPIRED)
    bos = issue(granted(BO))
    assert outcome(door.open(bos, BO)) == refused(Code.GRANT_DENIED)


def test_epoch_rolled_back() -> None:
    door = Door()
    assert outcome(door.open(issue(granted(epoch=3)))) == ONE_TURN
    older = granted(BO, epoch=2, denied={name_of(ANNA.public_key()): NOW + HOUR}, acknowledged=1)
    for _ in range(2):
        result = door.open(issue(older), BO)
        assert outcome(result) == refused(Code.GRANT_EPOCH)
        assert Hello.of_bytes(door.hello()).epoch == 3
        door.power_on()
    assert outcome(door.open(issue(granted(epoch=3)))) == ONE_TURN, "nothing was learnt from the old one"


def test_single_use_grant_spent_twice() -> None:
    door = Door()
    hello = door.hello()
    once = issue(granted(ends=NOW + 120, nonce=Hello.of_bytes(hello).nonce))
    assert outcome(door.read(asking(hello, once))) == ONE_TURN
    assert outcome(door.open(once)) == refused(Code.GRANT_OTHER_NONCE)
    door.power_on()
    assert outcome(door.open(once)) == refused(Code.GRANT_OTHER_NONCE)
    assert len(door.turns) == 1


def single_use(hello: bytes, **changed: Any) -> bytes:
    return issue(granted(ends=NOW + 120, nonce=Hello.of_bytes(hello).nonce, **changed))


def test_single_use_grant_on_another_phone() -> None:
    door = Door()
    door.power_on(kept=False, ticks=0)
    hello = door.hello()
    assert door.refuses(asking(hello, single_use(hello), BO)) is Code.REQUEST_SIGNATURE
    assert not Hello.of_bytes(door.hello()).sure, "another phone puts no clock right"


def test_single_use_grant_for_another_lock_or_its_challenge() -> None:
    door, neighbour = Door(), Door(OTHER_LOCK_ID, OTHER_LOCK)
    hello = door.hello()
    elsewhere = single_use(hello, lock=OTHER_LOCK_ID)
    assert door.refuses(asking(hello, elsewhere)) is Code.GRANT_OTHER_LOCK
    for _ in range(2):
        neighbour.hello()  # the street's doors number their challenges alike
    others, hello = single_use(neighbour.hello()), door.hello()
    assert Hello.of_bytes(hello).nonce not in others
    assert outcome(door.read(asking(hello, others))) == refused(Code.GRANT_OTHER_NONCE)
    assert not door.turns


def test_single_use_grant_kept_too_long() -> None:
    door = Door()
    hello = door.hello()
    once = single_use(hello)
    door.ticks += 61
    assert door.refuses(asking(hello, once)) is Code.REQUEST_NONCE
    assert outcome(door.open(once)) == refused(Code.GRANT_OTHER_NONCE)
    sure(door, NOW + 121)
    assert outcome(door.open(once)) == refused(Code.GRANT_EXPIRED)


# clocks


def test_clock_set_back() -> None:
    """Batteries are taken out. The lock knows no more what time it is, but that it is not before what it has seen."""
    door = Door()
    sure(door)
    door.open(issue(granted(BO, issued=NOW + 10 * HOUR, begins=NOW + 10 * HOUR, ends=NOW + 19 * HOUR)), BO)
    door.power_on(kept=False, ticks=0)
    result = door.open(GRANT)
    assert outcome(result) == refused(Code.GRANT_EXPIRED)
    assert (result.clock, result.sure) == (NOW + 10 * HOUR, False)


def test_lost_clock_learns_from_a_signed_time() -> None:
    door = Door()
    door.power_on(kept=False, ticks=0)
    assert outcome(door.open(GRANT)) == ONE_TURN
    hello = Hello.of_bytes(door.hello())
    assert (hello.clock, hello.sure) == (NOW, False)
    later = issue(granted(begins=NOW + HOUR))
    assert outcome(door.open(later)) == ONE_TURN, "it may well be later than it knows: nobody is locked out"


def test_counter_that_ran_backwards_is_a_lost_clock() -> None:
    door = Door()
    door.ticks = 1000
    sure(door)
    door.power_on(kept=True, ticks=999)
    assert not Hello.of_bytes(door.hello()).sure


def test_clock_a_month_wrong_is_put_right() -> None:
    """Ahead: every grant has expired, until one is issued for the lock's own challenge. Both are noted."""
    door = Door()
    sure(door, NOW + 30 * 24 * HOUR)
    assert outcome(door.open(GRANT)) == refused(Code.GRANT_EXPIRED)
    sure(door)
    result = door.open(GRANT)
    assert outcome(result) == ONE_TURN
    noted = [line.time for line in result.lines if line.operation is Operation.CLOCK]
    assert noted == [NOW + 30 * 24 * HOUR, NOW]


def test_signed_time_far_ahead_poisons_no_sure_clock() -> None:
    door = Door()
    sure(door)
    future = granted(issued=NOW + 25 * HOUR, begins=NOW + 25 * HOUR, ends=NOW + 26 * HOUR)
    assert outcome(door.open(issue(future))) == refused(Code.GRANT_FUTURE)
    assert outcome(door.open(GRANT)) == ONE_TURN


def test_kept_clock_runs_on_without_power() -> None:
    door = Door()
    sure(door)
    door.power_on(kept=True, ticks=8 * HOUR)
    hello = Hello.of_bytes(door.hello())
    assert (hello.clock, hello.sure) == (NOW + 8 * HOUR, True)


# bytes


def with_header(protected: bytes, unprotected: Any = None) -> bytes:
    _, given, payload, signature = decode(GRANT[1:], 240)  # type: ignore[misc]
    header: Any = given if unprotected is None else unprotected
    return TAG_SIGN1 + encode((protected, header, payload, signature))


@pytest.mark.parametrize(
    "protected",
    [
        "a10127",  # EdDSA
        "a1012e",  # ES256K is -47; any other number
        "a10105",  # HMAC 256
        "a1013822",  # ES384
        "",  # none
        "a0",
        "a10126" + "00",
        "a201260281182a",  # something critical
        "a1011826",  # longer than it need be
    ],
)
def test_downgraded_algorithm(protected: str) -> None:
    door = Door()
    assert door.refuses(asking(door.hello(), with_header(bytes.fromhex(protected)))) is Code.COSE_ALGORITHM


@pytest.mark.parametrize("unprotected", [{}, {4: b"x"}, {1: -7, 4: b"8 bytes!"}, {4: b"8 bytes!", 5: b""}])
def test_other_headers(unprotected: Any) -> None:
    door = Door()
    assert door.refuses(asking(door.hello(), with_header(PROTECTED, unprotected))) is Code.COSE_FORM


def test_mac_with_the_public_key_as_its_secret() -> None:
    """The oldest trick: what is public is taken for a secret, by a reader that lets the message choose."""
    secret = cwt.COSEKey.from_symmetric_key(point_of(ISSUER.public_key()), alg="HS256", kid=b"8 bytes!")
    mac = cwt.CWT.new().encode_and_mac(dict(granted().claims()), secret)
    door = Door()
    assert door.refuses(asking(door.hello(), mac)) is Code.COSE_FORM


def remade(change: Callable[[bytes, dict[Any, Any]], bytes]) -> bytes:
    return signed(change(encode(granted().claims()), dict(granted().claims())))


@pytest.mark.parametrize(
    "change, code",
    [
        (lambda raw, _: raw + b"\0", Code.CBOR_TRAILING),
        (lambda raw, _: raw[:-1], Code.CBOR_CUT),
        (lambda raw, _: b"\xa9" + raw[1:19] + raw[1:], Code.CBOR_KEY_TWICE),
        (lambda raw, _: raw.replace(b"\x09\x41\x07", b"\x09\x58\x01\x07"), Code.CBOR_LONG_NUMBER),
        (lambda raw, _: b"\xa8" + raw[19:25] + raw[1:19] + raw[25:], Code.CBOR_KEY_ORDER),
        (lambda raw, _: b"\xbf" + raw[1:] + b"\xff", Code.CBOR_TYPE),
        (lambda _, c: encode(c | {10: b"more"}), Code.GRANT_FORM),
        (lambda _, c: encode({k: v for k, v in c.items() if k != 9}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {9: b"\x80"}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {9: b"\x00"}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {39: b""}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {39: True}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {3: LOCK_ID.hex().upper()}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {3: "00 c0 ff ee 00 c0"}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {6: -1}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {4: 2**32}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {-70001: (True, 0, {})}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {-70001: (0, 0, {b"short": NOW})}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {8: {1: {1: 2, -1: 2, **c[8][1]}}}), None),
        (lambda _, c: encode(c | {8: {1: c[8][1] | {-1: 3}}}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {8: {1: c[8][1] | {-3: bytes(32)}}}), Code.GRANT_FORM),
        (lambda _, c: encode(c | {8: {1: c[8][1] | {-2: b"\xff" * 32}}}), Code.COSE_KEY),
    ],
)
def test_signed_grant_in_another_form(change: Any, code: Code | None) -> None:
    """The issuer has signed it; a lock takes the one form all the same, so that nobody can hide anything in it."""
    door = Door()
    request = asking(door.hello(), remade(change))
    if code is None:
        assert outcome(door.read(request)) == ONE_TURN
    else:
        assert door.refuses(request) is code


def test_cut_lengthened_and_swapped_requests() -> None:
    door = Door()
    request = asking(door.hello(), GRANT)
    grant, proof = decode(request, 340)  # type: ignore[misc]
    for other, code in [
        (b"", Code.CBOR_LENGTH),
        (request + b"\0", Code.CBOR_TRAILING),
        (request + bytes(200), Code.CBOR_LENGTH),
        (encode((proof, grant)), Code.CBOR_LENGTH),
        (encode((grant, grant)), Code.CBOR_LENGTH),
        (encode((proof, proof)), Code.COSE_FORM),
        (encode((grant,)), Code.REQUEST_FORM),
        (encode({1: grant, 2: proof}), Code.REQUEST_FORM),
    ]:
        door.power_on()  # else it rests after some
        door.hello()
        assert door.refuses(other) is code
    for size in range(1, len(request), 23):
        door.power_on()
        door.hello()
        assert door.refuses(request[:size]) is Code.CBOR_CUT


@pytest.mark.parametrize(
    "asked, code",
    [
        ((8, b"phone--1", NOW, 0), Code.REQUEST_FORM),  # what a lock only notes
        ((4, b"phone--1", NOW, 0), Code.REQUEST_FORM),
        ((True, b"phone--1", NOW, 0), Code.REQUEST_FORM),
        ((1, b"phone", NOW, 0), Code.REQUEST_FORM),
        ((1, b"phone--1", 2**32, 0), Code.REQUEST_FORM),
        ((1, b"phone--1", NOW, -1), Code.REQUEST_FORM),
        ((1, b"phone--1", NOW), Code.REQUEST_FORM),
    ],
)
def test_other_things_asked(asked: Any, code: Code) -> None:
    door = Door()
    hello = door.hello()
    proof = sign(ANNA, encode(asked), request_aad(hello, GRANT))
    assert door.refuses(encode((GRANT, proof))) is code


def test_other_curve_signs_nothing() -> None:
    """A key of another curve can't even be named in a grant: 33 bytes that are no point of P-256 are refused."""
    other = ec.derive_private_key(7, ec.SECP384R1())
    with pytest.raises(DoorError) as wrong:
        granted(other)
    assert wrong.value.code is Code.GRANT_FORM


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\x82\x01\x02",
        encode((2, *range(7))),
        encode((1, *range(7))),
        encode((1, bytes(8), bytes(16), NOW, True, 0, 0, 101)),
        encode((1, bytes(8), bytes(16), NOW, 1, 0, 0, 100)),
        encode((1, bytes(8), bytes(16), NOW, True, False, 0, 100)),
        encode((True, bytes(8), bytes(16), NOW, True, 0, 0, 100)),
    ],
)
def test_other_challenges(data: bytes) -> None:
    with pytest.raises(DoorError):
        Hello.of_bytes(data)


def test_newer_version_is_told() -> None:
    with pytest.raises(DoorError) as wrong:
        Hello.of_bytes(encode((2, *range(7))))
    assert wrong.value.code is Code.HELLO_VERSION


# the lock as a target


def test_strangers_are_counted_and_fill_no_log() -> None:
    door = Door()
    for _ in range(MOST_STRANGERS):
        door.refuses(asking(door.hello(), GRANT, BO))
    assert door.hello() == said(Code.LOCK_BUSY)
    door.ticks += BUSY_SECONDS
    result = door.open(GRANT)
    assert result.strangers == MOST_STRANGERS and len(result.lines) == 1
    for _ in range(2):
        for _ in range(MOST_STRANGERS - 1):
            door.refuses(asking(door.hello(), GRANT, BO))
        assert outcome(door.open(GRANT)) == ONE_TURN, "only those in a row make it rest"
    door.power_on()
    assert door.open(GRANT, operation=Operation.READ).strangers == 3 * MOST_STRANGERS - 2


def test_refused_requests_fill_half_of_the_log_and_openings_all_but_a_reserve() -> None:
    door = Door(most_kept=24)
    sure(door)
    before = Hello.of_bytes(door.hello()).head
    unlatching = issue(granted(scope=Scope.UNLOCK))
    for _ in range(15):
        door.open(unlatching, operation=Operation.UNLATCH)
    head = Hello.of_bytes(door.hello()).head
    assert head == 12 and before == 1
    while outcome(result := door.open(GRANT)) == ONE_TURN:
        head += 1
    assert outcome(result) == refused(Code.LOG_FULL)
    assert head == result.head.number == 24 - EMERGENCY_LINES
    emergency = issue(granted(ends=NOW + 2 * HOUR, scope=Scope.UNLOCK | Scope.EMERGENCY))
    assert outcome(door.open(emergency)) == ONE_TURN
    server_has_it = issue(granted(acknowledged=head))
    result = door.open(server_has_it)
    assert outcome(result) == ONE_TURN
    assert result.since.number == head and len(result.lines) == 2


def test_acknowledging_what_is_not_there_frees_nothing_more() -> None:
    door = Door()
    result = door.open(issue(granted(acknowledged=77)))
    assert (result.since.number, result.head.number, len(result.lines)) == (0, 1, 1)


def test_two_at_a_time() -> None:
    """While the motor turns there is no challenge, and no other request is begun."""
    door = Door()
    course = door.lock.answer(0, asking(door.hello(), GRANT))
    write = next(course)
    assert door.hello() == said(Code.LOCK_BUSY)
    assert door.run(door.lock.answer(0, asking(Door().hello(), GRANT))) == said(Code.LOCK_BUSY)
    door._do(write, b"")
    course.send(None)
    door._do(course.send(TurnOutcome.DONE), b"")
    with pytest.raises(StopIteration):
        course.send(None)
    assert outcome(door.open(GRANT)) == ONE_TURN


def test_jam_is_told_and_leaves_the_bolt_unknown() -> None:
    door = Door(jams=lambda: True)
    result = door.open(GRANT)
    assert (result.outcome, result.bolt) == (TurnOutcome.JAMMED, Bolt.UNKNOWN)
    assert [line.outcome for line in result.lines] == [TurnOutcome.JAMMED]
