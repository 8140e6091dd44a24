# SPDX-License-Identifier: EUPL-1.2
"""The phone's half, as the browser's will be: asks a lock, with its own key, what its grant is good for."""

from __future__ import annotations

from troskel.doorproto.cbor import encode
from troskel.doorproto.cose import PrivateKey, sign
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import DoorRequest, Hello, request_aad


def ask(hello: bytes, lock: bytes, grant: bytes, key: PrivateKey, asked: DoorRequest) -> bytes:
    """Returns the request, 340 bytes at most. `lock`: the one that the carer chose.

    Raises `hello.other_lock` where another lock gave the challenge: nothing is signed for that one.
    """
    if Hello.of_bytes(hello).lock != lock:
        raise DoorError(Code.HELLO_OTHER_LOCK)
    return encode((grant, sign(key, asked.encode(), request_aad(hello, grant))))
