# SPDX-License-Identifier: EUPL-1.2
"""Signed tags: whose a tap is, and whether its tag has said it, by the keys that are enrolled (decision 126)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from troskel.custody.models import TagKey
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.sun import Tap, read_numbers, read_tap
from troskel.ground import sealing

BLOCK = 16


class TagSignature(NamedTuple):
    """What a signed tag wrote into its address at a tap, hex. Whatever else came as such is a signature of nobody's."""

    picc_data: str
    cmac: str

    @classmethod
    def of(cls, picc_data: str, cmac: str) -> Self | None:
        """Returns the signature; None where the tag has written none."""
        return cls(picc_data, cmac) if picc_data or cmac else None


class TagVerdict(NamedTuple):
    """A tap by the keys of the tag that is named: its counter, or why the tag has not said it."""

    key: UUID
    counter: int | None
    code: str


class KnownTagKey(NamedTuple):
    """A tag's key, opened. With `ended`: the tag has got another since."""

    id: UUID
    serial: str
    chip: bytes
    key: bytes
    ended: datetime | None

    def read(self, signature: TagSignature) -> Tap:
        """Returns what the tag said. Raises DoorError where it did not."""
        tap = read_tap(_bytes(signature.picc_data), _bytes(signature.cmac), self.key, lambda _chip: self.key)
        if tap.uid != self.chip:
            raise DoorError(Code.TAG_OTHER)
        return tap


class SignedTags:
    """The keys of some tags, the newest first."""

    def __init__(self, keys: Iterable[KnownTagKey]) -> None:
        self._keys = list(keys)

    @classmethod
    def of(cls, municipality: str, serials: Collection[str], *, every: bool = False) -> Self:
        """Returns the keys of these tags, or of `every` one. One query. What can't be opened is no key."""
        rows = TagKey.objects.filter(municipality=municipality).order_by("-began", "-id")
        if not every:
            rows = rows.filter(tag__kind="tag", tag__number__in=sorted(serials))
        columns = rows.values_list("id", "tag__number", "chip", "sealed", "ended")
        return cls(key for row in columns if (key := _opened(municipality, *row)) is not None)

    def serials_of(self, taps: Sequence[tuple[TagSignature, datetime]]) -> list[str]:
        """Returns for each signature, at its time, the number of the tag whose it is; empty where it is nobody's."""
        found = [""] * len(taps)
        blocks = [(index, _bytes(signature.picc_data)) for index, (signature, _at) in enumerate(taps)]
        whole = [(index, block) for index, block in blocks if len(block) == BLOCK]
        for key in self._keys if whole else ():
            numbers = read_numbers([block for _index, block in whole], key.key)
            for (index, _block), number in zip(whole, numbers, strict=True):
                if number == key.chip and _in_force(key, taps[index][1]):
                    found[index] = found[index] or key.serial
        return found

    def judge(self, serial: str, signature: TagSignature, at: datetime) -> TagVerdict | None:
        """Returns whether this tag said it then, by the key that it had; None where it had none: it proves nothing."""
        verdicts = [
            _verdict(key, signature) for key in self._keys if key.serial == serial and _in_force(key, at)
        ]
        said = (verdict for verdict in verdicts if verdict.counter is not None)
        return next(said, verdicts[0] if verdicts else None)


def info_of(municipality: str, chip: str) -> str:
    """Returns what a tag's key is sealed for."""
    return f"tag {municipality} {chip}"


def _opened(
    municipality: str, identifier: UUID, serial: str, chip: str, sealed: str, ended: datetime | None
) -> KnownTagKey | None:
    try:
        key = sealing.kept(sealed, info_of(municipality, chip))
    except sealing.NotSealed:  # by a secret that is gone: the tag is to be enrolled anew
        return None
    return KnownTagKey(identifier, serial, bytes.fromhex(chip), key, ended)


def _in_force(key: KnownTagKey, at: datetime) -> bool:
    return key.ended is None or at <= key.ended


def _verdict(key: KnownTagKey, signature: TagSignature) -> TagVerdict:
    try:
        return TagVerdict(key.id, key.read(signature).counter, "")
    except DoorError as error:
        return TagVerdict(key.id, None, error.code.word)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
