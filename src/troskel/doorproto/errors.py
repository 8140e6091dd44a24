# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a message, a log or a tag: one number each, the same on the wire, in the browser and here."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Code(IntEnum):
    """Why a message is not taken. Numbers are never given anew; `word` is how a person's program names it."""

    CBOR_LENGTH = 1
    CBOR_CUT = 2
    CBOR_TRAILING = 3
    CBOR_LONG_NUMBER = 4
    CBOR_KEY_ORDER = 5
    CBOR_KEY_TWICE = 6
    CBOR_TYPE = 7
    CBOR_DEPTH = 8
    COSE_FORM = 10
    COSE_ALGORITHM = 11
    COSE_KEY = 12
    HELLO_FORM = 20
    HELLO_VERSION = 21
    HELLO_OTHER_LOCK = 22
    GRANT_FORM = 30
    GRANT_PERIOD = 31
    GRANT_ISSUER = 32
    GRANT_SIGNATURE = 33
    GRANT_OTHER_LOCK = 34
    GRANT_EPOCH = 35
    GRANT_FUTURE = 36
    GRANT_DENIED = 37
    GRANT_EXPIRED = 38
    GRANT_EARLY = 39
    GRANT_OTHER_NONCE = 40
    GRANT_SCOPE = 41
    REQUEST_FORM = 50
    REQUEST_NONCE = 51
    REQUEST_SIGNATURE = 52
    RESULT_FORM = 60
    RESULT_SIGNATURE = 61
    LOG_GAP = 70
    LOG_FORGED = 71
    LOG_FORKED = 72
    LOG_FULL = 73
    LOCK_BUSY = 80
    LOCK_MEMORY = 81
    TAG_FORM = 90
    TAG_MAC = 91
    TAG_SPENT = 92
    TAG_NOT_RISING = 93
    TAG_OTHER = 94

    @property
    def word(self) -> str:
        """The code as a word, such as `grant.other_lock`."""
        return self.name.lower().replace("_", ".", 1)


class DoorError(ValueError):
    """A message, log or tag that is not taken, and why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.word)
        self.code = code


class UnsignedError(DoorError):
    """What a lock, or somebody between, says without a signature. It proves nothing: the door may have opened."""
