# SPDX-License-Identifier: EUPL-1.2
"""Signed heads of the journal's chains: made daily, put where the database's owner can't reach, compared with."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from troskel.duties.mailing import BETWEEN_LANGUAGES
from troskel.ground import clock, formatting
from troskel.ground.environment import kept_secret
from troskel.journal import queries as journal
from troskel.journal.form import EXPORT_FORM, instant
from troskel.journal.models import ChainKind
from troskel.outbox.email_delivery import EMAIL_KIND, ComposedEmail, Recipient
from troskel.outbox.operations import OutboxDraft, enqueue
from troskel.people import queries as people

HEAD_FORM = "troskel journal head 1"
TAIL_BYTES = 4096
"""More than the last line of the file is long."""

Chains = dict[tuple[str, str], dict[int, str]]
"""The hashes that are known from elsewhere, by number, of each chain (municipality, kind)."""


class SignedHead(NamedTuple):
    """The head of a chain at an instant, with the signature of the texts before `key` (docs/journal.md)."""

    form: str
    municipality: str
    kind: str
    number: str
    hash: str
    signed: str
    key: str
    signature: str

    @property
    def signed_text(self) -> bytes:
        return "\n".join(self[:6]).encode()


class KnownHeads(NamedTuple):
    """What a file knows: hashes by chain, and the lines of it that can't be believed."""

    chains: Chains
    faults: list[str]


def private_key() -> Ed25519PrivateKey:
    """Returns the key that signs; makes one where none is set. Raises WrongSettings where it can't be read or made."""
    seed = settings.TROSKEL_JOURNAL_KEY or kept_secret(
        Path(settings.TROSKEL_JOURNAL_KEY_PATH), "TROSKEL_JOURNAL_KEY"
    )
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def public_pem() -> str:
    """Returns the public key, as whoever checks elsewhere keeps it."""
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private_key().public_key().public_bytes(*form).decode()


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Parses a public key. Raises ValueError where it is none of this kind."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is no Ed25519 key")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Returns what a signed head calls its key."""
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def sign(only_if_due: bool = False) -> list[SignedHead]:
    """Signs the head of every chain, appends them to the file, and sends them where they are to be kept.

    `only_if_due`: nothing is done where heads have been signed today already. Of several workers one signs. Raises
    OSError where the file can't be written, WrongSettings where there is no key.
    """
    path = Path(settings.TROSKEL_HEADS)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_signed(file)
        if only_if_due and last is not None and clock.day_of(last) == clock.today():
            return []
        key, now = private_key(), instant(clock.now())
        signed = [
            _sign(key, head, now)
            for code in people.municipalities()
            for kind in ChainKind.values
            if (head := journal.head(code, kind)) is not None
        ]
        file.write("".join(map(as_line, signed)).encode())
        file.flush()
        os.fsync(file.fileno())
    _send(signed, now)
    return signed


def last_signed() -> datetime | None:
    """Returns when heads were signed last, by the file; None where none are."""
    try:
        with open(settings.TROSKEL_HEADS, "rb") as file:
            return _last_signed(file)
    except OSError:
        return None


def known_in_own_file(keys: Iterable[Ed25519PublicKey] = ()) -> KnownHeads:
    """Returns what the file of signed heads knows, by our key and others; nothing where there is no file."""
    with (
        suppress(FileNotFoundError),
        open(settings.TROSKEL_HEADS, encoding="utf-8", errors="replace") as file,
    ):
        return known_in(file, [private_key().public_key(), *keys])
    return KnownHeads({}, [])


def known_in(lines: Iterable[str], keys: Iterable[Ed25519PublicKey]) -> KnownHeads:
    """Returns the hashes that signed heads, or an export of a chain, tell; text around them is skipped.

    A head is believed where one of the keys has signed it.
    """
    trusted = {fingerprint(key): key for key in keys}
    known = KnownHeads({}, [])
    exported: dict[int, str] | None = None
    for place, text in enumerate(lines, start=1):
        record = _record(text)
        if record is None:
            continue
        form = record.get("form")
        if form == EXPORT_FORM:
            exported = known.chains.setdefault((record["municipality"], record["kind"]), {})
        elif form == HEAD_FORM:
            _take_head(record, place, trusted, known)
        elif exported is not None and {"number", "hash"} <= record.keys():
            exported[int(record["number"])] = record["hash"]
    return known


def both(known: KnownHeads, other: KnownHeads) -> KnownHeads:
    """Returns what either knows. A hash that they tell differently is a fault."""
    chains = {chain: dict(hashes) for chain, hashes in known.chains.items()}
    faults = [*known.faults, *other.faults]
    for chain, hashes in other.chains.items():
        ours = chains.setdefault(chain, {})
        for number, known_hash in hashes.items():
            if ours.setdefault(number, known_hash) != known_hash:
                ours[number] = known_hash
                faults.append(
                    f"line {number} of {' '.join(chain)} is known otherwise in {settings.TROSKEL_HEADS}"
                )
    return KnownHeads(chains, faults)


def behind(code: str, known: KnownHeads) -> list[str]:
    """Returns how the municipality's chains differ from their last known heads: quickly, without reading a chain."""
    wrong = []
    for (municipality, kind), hashes in known.chains.items():
        if municipality != code or not hashes:
            continue
        number = max(hashes)
        here = journal.hash_of(code, kind, number)
        if here is None:
            head = journal.head(code, kind)
            last = head.number if head else 0
            wrong.append(
                f"the chain of {kind} of {code} ends at line {last}, though line {number} has been signed: lines are "
                "missing, or an old backup has been brought back"
            )
        elif here != hashes[number]:
            wrong.append(
                f"line {number} of the chain of {kind} of {code} is not the one that was signed: it was rewritten"
            )
    return wrong


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """The e-mail with signed heads, to whoever keeps them."""
    heads = [SignedHead(**one) for one in payload["signed_heads"]]
    signed = datetime.fromisoformat(heads[0].signed)
    told = "\n".join(f"{head.kind}: {head.number} {head.hash}" for head in heads)
    text = (
        f"Loggens slut, signerat {formatting.long_instant(signed, 'sv')}. "
        "Spara det här: det visar om loggen skrivs om."
        f"\n{BETWEEN_LANGUAGES}"
        f"The ends of the journal, signed on {formatting.long_instant(signed, 'en')}. "
        f"Keep this: it shows whether the journal is rewritten.\n\n-----\n{told}\n\n"
    )
    to = [Recipient(address, address) for address in settings.TROSKEL_HEADS_TO]
    return ComposedEmail(
        f"Loggens slut – {heads[0].municipality} {heads[0].signed[:10]}",
        text + "".join(map(as_line, heads)),
        to,
    )


def is_about_heads(payload: Mapping[str, Any]) -> bool:
    """Does the e-mail carry signed heads?"""
    return "signed_heads" in payload


def _sign(key: Ed25519PrivateKey, head: Any, now: str) -> SignedHead:
    unsigned = SignedHead(
        *(HEAD_FORM, head.municipality, head.kind, str(head.number), head.hash, now),
        key=fingerprint(key.public_key()),
        signature="",
    )
    return unsigned._replace(signature=key.sign(unsigned.signed_text).hex())


def _send(signed: list[SignedHead], now: str) -> None:
    if not settings.TROSKEL_HEADS_TO:
        return
    of: dict[str, list[dict[str, str]]] = {}
    for head in signed:
        of.setdefault(head.municipality, []).append(head._asdict())
    enqueue(
        [
            OutboxDraft(
                municipality=code, key=f"heads/{now}", kind=EMAIL_KIND, payload={"signed_heads": heads}
            )
            for code, heads in of.items()
        ]
    )


def as_line(head: SignedHead) -> str:
    """Returns the head as the line that is kept."""
    return json.dumps(head._asdict(), separators=(",", ":")) + "\n"


def _last_signed(file: Any) -> datetime | None:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - TAIL_BYTES))
    for line in reversed(file.read().decode(errors="replace").splitlines()):
        record = _record(line)
        if record is not None and record.get("form") == HEAD_FORM:
            with suppress(ValueError):
                return datetime.fromisoformat(record["signed"])
    return None


def _record(text: str) -> dict[str, str] | None:
    """The JSON object of texts on a line; None of any other line."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        record = json.loads(text)
    except ValueError:
        return None
    is_of_texts = isinstance(record, dict) and all(isinstance(value, str) for value in record.values())
    return record if is_of_texts else None


def _take_head(
    record: dict[str, str], place: int, trusted: Mapping[str, Ed25519PublicKey], known: KnownHeads
) -> None:
    try:
        head = SignedHead(**record)
        number, signature = int(head.number), bytes.fromhex(head.signature)
    except (TypeError, ValueError):
        known.faults.append(f"line {place} of the file is no signed head")
        return
    key = trusted.get(head.key)
    if key is None:
        known.faults.append(f"line {place} of the file is signed by the key {head.key}, which is not given")
        return
    try:
        key.verify(signature, head.signed_text)
    except InvalidSignature:
        known.faults.append(f"line {place} of the file has a signature that is not its key's: it was changed")
        return
    hashes = known.chains.setdefault((head.municipality, head.kind), {})
    if hashes.setdefault(number, head.hash) != head.hash:
        known.faults.append(f"line {place} of the file has another hash of line {number} than one before it")
