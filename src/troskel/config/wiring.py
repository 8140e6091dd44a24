# SPDX-License-Identifier: EUPL-1.2
"""Which carrier stands behind which port."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from troskel.access.drivers import LockDriver, NoLocks
from troskel.access.simulated import SimulatedLocks
from troskel.duties.mailing import compose
from troskel.ground.ids import new_id
from troskel.outbox import post
from troskel.outbox.worker import Worker


class LetterBox:
    """The demo's mail server: a folder, unless TROSKEL_SMTP names a real one. What comes is there to read."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender
        self.folder.mkdir(parents=True, exist_ok=True)

    def send(self, message: EmailMessage, to: str) -> None:
        """Put the message in the folder."""
        (self.folder / f"{new_id()}.eml").write_bytes(bytes(message))


LOCKS: dict[str, type[LockDriver]] = {"simulated": SimulatedLocks, "none": NoLocks}
"""The lock drivers, by the word that TROSKEL_LOCKS has for each."""


def lock_driver() -> LockDriver:
    """The driver that the locks stand behind."""
    return LOCKS[settings.TROSKEL_LOCKS]()


def outbox_worker() -> Worker:
    """The worker that sends what the outbox holds."""
    if settings.TROSKEL_LETTER_BOX:
        return Worker(
            post.handlers(compose, LetterBox(Path(settings.TROSKEL_LETTER_BOX), settings.TROSKEL_MAIL_FROM))
        )
    smtp = post.Smtp.from_url(settings.TROSKEL_SMTP, sender=settings.TROSKEL_MAIL_FROM)
    return Worker(post.handlers(compose, smtp))
