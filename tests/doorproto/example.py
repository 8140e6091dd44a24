# SPDX-License-Identifier: EUPL-1.2
"""One opening byte by byte, for `docs/door-protocol.md`, and vectors for other implementations, in `vectors.json`.

`python -m tests.doorproto.example` writes both anew. Everything is deterministic: fixed keys, RFC 6979 signatures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.doorproto.street import ANNA, ISSUER, ISSUERS, LOCK, LOCK_ID, NOW, Door, asking, granted, sure
from tests.doorproto.test_cbor import REFUSED as CBOR_REFUSED
from troskel.doorproto.cbor import decode, encode
from troskel.doorproto.cose import PrivateKey, name_of, point_of, sign
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import beginning, follow
from troskel.doorproto.messages import (
    DoorGrant,
    Hello,
    Operation,
    request_aad,
    result_aad,
    said,
)
from troskel.doorproto.verify import read_grant, read_request, read_result

HERE = Path(__file__).parent
VECTORS = HERE / "vectors.json"
PAGE = HERE.parent.parent / "docs" / "door-protocol.md"
BEGIN, END = "<!-- written by tests/doorproto/example.py -->", "<!-- until here -->"

KEYS = {"issuer": ISSUER, "phone": ANNA, "lock": LOCK}
GRANT = granted(acknowledged=1, denied={bytes.fromhex("d15ab1edd15ab1ed"): NOW + 5400})

SIGN1 = ["tag 18: COSE_Sign1", "array of 4", "protected: {alg: ES256}", "unprotected"]
LABELS = {
    "HELLO": ["array of 8", "version", "lock", "nonce", "the lock's clock", "sure of it", "epoch",
              "log: last line", "battery, per cent"],
    "GRANT": [*SIGN1, "kid", "issuer's name", "payload", "map of 8", "aud", "lock", "exp", "ends", "nbf", "begins",
              "iat", "issued", "cti", "grant's id", "cnf", "map of 1", "COSE_Key", "map of 4", "kty", "EC2", "crv",
              "P-256", "x", "the phone's key", "y", "odd, or not", "scope", "unlock 1, lock 2, unlatch 4",
              "private claim", "array of 3", "epoch", "acknowledged line", "denied: map", "a key's name",
              "until", "signature"],
    "REQUEST": ["array of 2", "grant, as above", "proof of possession", *SIGN1, "payload", "array of 4",
                "operation: unlock", "the phone's nonce", "the phone's clock", "log: known up to line", "signature"],
    "RESULT": [*SIGN1, "payload", "array of 12", "outcome: done", "reason: none", "bolt: unlocked",
               "battery, per cent", "the lock's clock", "sure of it", "strangers", "log since line",
               "hash up to there", "lines: array of 1", "line: array of 9", "number", "time", "sure of it",
               "operation: unlock", "outcome: done", "reason: none", "phone's name", "grant's id",
               "battery, per cent", "log: last line", "hash up to there", "signature"],
}  # fmt: skip


class DoorTurn:
    """The messages of one opening, after the lock's clock was put right."""

    def __init__(self) -> None:
        self.door = Door()
        sure(self.door)
        self.hello = self.door.hello()
        self.grant = deterministic(GRANT)
        self.request = asking(self.hello, self.grant, since=1)
        self.result = self.door.answer(self.request)


def deterministic(grant: DoorGrant) -> bytes:
    """The grant as `cwt` issues it, but for the signature, which there has chance in it."""
    return sign(ISSUER, encode(grant.claims()), b"", kid=name_of(ISSUER.public_key()))


def annotated(name: str, message: bytes) -> list[str]:
    """Each head and string of the message on a line, with its meaning."""
    labels = iter(LABELS[name])
    lines: list[str] = []
    _annotate(message, 0, labels, lines, "")
    assert next(labels, None) is None, "a meaning is left over"
    return lines


def _annotate(data: bytes, at: int, labels: Iterator[str], lines: list[str], indent: str) -> int:
    major, short = divmod(data[at], 32)
    size = 0 if short < 24 else 1 << (short - 24)
    head = at + 1 + size
    number = short if short < 24 else int.from_bytes(data[at + 1 : head], "big")
    label = next(labels)
    if major in (2, 3) and label in ("payload", "proof of possession"):
        lines.append(f"{indent}{data[at:head].hex():<12} {label}, {number} bytes")
        _annotate(data[head : head + number], 0, labels, lines, indent + "  ")
        return head + number
    if major in (2, 3):
        text = data[head : head + number].hex()
        parts = [text[begin : begin + 64] for begin in range(0, len(text), 64)] or [""]
        lines.append(f"{indent}{data[at:head].hex()} {parts[0]}  {label}")
        lines += [f"{indent}{' ' * len(data[at:head].hex())} {part}" for part in parts[1:]]
        return head + number
    lines.append(f"{indent}{data[at:head].hex():<12} {label}")
    for _ in range({4: number, 5: 2 * number, 6: 1}.get(major, 0)):
        head = _annotate(data, head, labels, lines, indent + ("" if major == 6 else "  "))
    return head


def page_part() -> str:
    """What stands in the page between the marks."""
    opening = DoorTurn()
    messages = {
        "HELLO": opening.hello,
        "GRANT": opening.grant,
        "REQUEST": opening.request,
        "RESULT": opening.result,
    }
    lines = [BEGIN, ""]
    for name, key in KEYS.items():
        lines.append(f"- {name}: private `{key.private_numbers().private_value:064x}`, public")
        lines.append(f"  `{point_of(key.public_key()).hex()}`, name `{name_of(key.public_key()).hex()}`")
    for name, message in messages.items():
        lines += ["", f"**{name}**, {len(message)} bytes", "", "```text", *annotated(name, message), "```"]
    lines += [
        "",
        '- `external_aad` of the proof: SHA-256(`"troskel door 1 request"` ‖ HELLO ‖ GRANT) =',
        f"  `{request_aad(opening.hello, opening.grant).hex()}`",
        '- `external_aad` of the result: SHA-256(`"troskel door 1 result"` ‖ REQUEST) =',
        f"  `{result_aad(opening.request).hex()}`",
        '- the log\'s beginning: SHA-256(`"troskel door 1 log"` ‖ lock) =',
        f"  `{beginning(LOCK_ID).hash.hex()}`",
        "",
        "| code | word | code | word | code | word |",
        "|---|---|---|---|---|---|",
    ]
    cells = [f"{int(code)} | `{code.word}`" for code in Code] + [" | "] * (-len(Code) % 3)
    lines += [f"| {' | '.join(cells[at : at + 3])} |" for at in range(0, len(cells), 3)]
    return "\n".join([*lines, "", END])


def vectors() -> dict[str, Any]:
    """What another implementation must make, take and refuse. Byte strings are hex."""
    opening = DoorTurn()
    ok = opening.request
    result = read_result(opening.result, ok, LOCK.public_key())
    lines = follow({1: result.since.hash}, result)
    return {
        "about": "made by python -m tests.doorproto.example; described in docs/door-protocol.md",
        "keys": {name: key_vector(key) for name, key in KEYS.items()},
        "opening": {
            "lock": LOCK_ID.hex(),
            "hello": opening.hello.hex(),
            "grant": opening.grant.hex(),
            "asked": {"operation": 1, "nonce": b"phone--1".hex(), "time": NOW, "since": 1},
            "request_aad": request_aad(opening.hello, opening.grant).hex(),
            "request": ok.hex(),
            "result_aad": result_aad(ok).hex(),
            "result": opening.result.hex(),
            "read": {
                "outcome": int(result.outcome),
                "reason": result.reason,
                "bolt": int(result.bolt),
                "battery": result.battery,
                "clock": result.clock,
                "sure": result.sure,
                "since": result.since.number,
                "head": result.head.number,
            },
            "lines": [{"item": encode(line.line.item()).hex(), "hash": line.hash.hex()} for line in lines],
        },
        "cbor_refused_within_64_bytes": [
            {"data": text, "code": int(code), "word": code.word} for text, code in CBOR_REFUSED
        ],
        "refused": [
            {"what": what, "reads": reads, "data": data.hex(), "code": int(code), "word": code.word}
            for what, reads, data, code in refused(opening)
        ],
    }


def key_vector(key: PrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    return {
        "d": f"{key.private_numbers().private_value:064x}",
        "x": f"{point.x:064x}",
        "y": f"{point.y:064x}",
        "point": point_of(key.public_key()).hex(),
        "name": name_of(key.public_key()).hex(),
    }


def refused(opening: DoorTurn) -> Iterator[tuple[str, str, bytes, Code]]:
    """What must be refused by whoever reads a HELLO, GRANT, REQUEST (to this HELLO) or RESULT (to this REQUEST)."""
    hello, grant, request, result = opening.hello, opening.grant, opening.request, opening.result
    everything = (("hello", hello), ("grant", grant), ("request", request), ("result", result))
    for name, message in everything:
        yield f"{name} with a byte after it", name, message + b"\0", Code.CBOR_TRAILING
        yield f"{name} that is cut", name, message[:-1], Code.CBOR_CUT
        yield f"{name} that is empty", name, b"", Code.CBOR_LENGTH
        yield f"{name} that is too long", name, message + bytes(600), Code.CBOR_LENGTH
    yield "hello of a later version", "hello", hello[:1] + b"\x02" + hello[2:], Code.HELLO_VERSION
    yield "hello whose number is long", "hello", hello[:1] + b"\x18\x01" + hello[2:], Code.CBOR_LONG_NUMBER
    yield "hello that says it is busy", "hello", said(Code.LOCK_BUSY), Code.LOCK_BUSY
    yield "hello with a float", "hello", hello[:1] + b"\xf9\x3c\x00" + hello[4:], Code.CBOR_TYPE
    for at, name in ((-1, "signature"), (40, "lock's number")):
        data = bytearray(grant)
        data[at] ^= 1
        yield f"grant whose {name} is another", "grant", bytes(data), Code.GRANT_SIGNATURE
    yield (
        "grant with another algorithm",
        "grant",
        grant.replace(b"\xa1\x01\x26", b"\xa1\x01\x27"),
        Code.COSE_ALGORITHM,
    )
    yield "grant of another issuer", "grant", grant[:9] + bytes(8) + grant[17:], Code.GRANT_ISSUER
    double = sign_claims(b"\xa9" + encode(GRANT.claims())[1:19] + encode(GRANT.claims())[1:])
    yield "grant with its lock twice", "grant", double, Code.CBOR_KEY_TWICE
    yield (
        "grant with one claim more",
        "grant",
        sign_claims(encode(GRANT.claims() | {10: b""})),
        Code.GRANT_FORM,
    )
    too_long = encode(GRANT.claims() | {4: NOW + 14 * 3600 + 1})
    yield "grant for more than a shift", "grant", sign_claims(too_long), Code.GRANT_PERIOD
    parts: Any = decode(request, 340)
    data = bytearray(request)
    data[-1] ^= 1
    yield "request whose proof is another", "request", bytes(data), Code.REQUEST_SIGNATURE
    other = asking(hello[:12] + bytes([hello[12] ^ 1]) + hello[13:], grant, since=1)
    yield "request to another challenge", "request", other, Code.REQUEST_SIGNATURE
    proof = sign(ANNA, encode((8, bytes(8), NOW, 0)), request_aad(hello, grant))
    yield "request to note a clock", "request", encode((parts[0], proof)), Code.REQUEST_FORM
    yield "result that is a lock's unsigned no", "result", said(Code.GRANT_EXPIRED), Code.GRANT_EXPIRED
    data = bytearray(result)
    data[10] ^= 1
    yield "result that was changed", "result", bytes(data), Code.RESULT_SIGNATURE
    later = opening.door.answer(asking(opening.door.hello(), grant, operation=Operation.READ))
    yield "result of another request", "result", later, Code.RESULT_SIGNATURE


def sign_claims(claims: bytes) -> bytes:
    return sign(ISSUER, claims, b"", kid=name_of(ISSUER.public_key()))


def read(reads: str, data: bytes, hello: bytes, request: bytes) -> Code | None:
    """Why our own readers refuse it; None where they do not."""
    try:
        match reads:
            case "hello":
                Hello.of_bytes(data)
            case "grant":
                read_grant(data, ISSUERS)
            case "request":
                read_request(data, hello, ISSUERS)
            case "result":
                read_result(data, request, LOCK.public_key())
    except DoorError as error:
        return error.code
    return None


def as_json() -> str:
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


def page_with(part: str, page: str) -> str:
    """The page with its generated part put in."""
    before, rest = page.split(BEGIN)
    return before + part + rest.split(END)[1]


if __name__ == "__main__":
    VECTORS.write_text(as_json())
    PAGE.write_text(page_with(page_part(), PAGE.read_text()))
