# SPDX-License-Identifier: EUPL-1.2
"""Chooses the implementation of each port."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from troskel.access import mailing as access_mailing
from troskel.access.drivers import LockDriver
from troskel.access.locks.tables import KeptInTables
from troskel.access.locks.urls import driver_of
from troskel.access.simulated import SimulatedLocks
from troskel.duties import mailing
from troskel.ground.ids import new_id
from troskel.keeping import heads
from troskel.outbox import email_delivery
from troskel.outbox.email_delivery import ComposedEmail
from troskel.outbox.worker import Worker


class MailDirectory:
    """A mail transport that writes each message to a folder: the demo's, unless TROSKEL_SMTP is set."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender
        self.folder.mkdir(parents=True, exist_ok=True)

    def send(self, message: EmailMessage, to: str) -> None:
        """Writes the message to the folder."""
        (self.folder / f"{new_id()}.eml").write_bytes(bytes(message))


def lock_driver() -> LockDriver:
    """Returns the configured lock driver. One that keeps a connection is the same throughout the process."""
    return (
        SimulatedLocks() if settings.TROSKEL_LOCKS == "simulated" else _reached_locks(settings.TROSKEL_LOCKS)
    )


@cache
def _reached_locks(url: str) -> LockDriver:
    return driver_of(url, KeptInTables)


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """Composes an e-mail of the outbox: the routine's, signed heads of the journal, or of a brief sight."""
    if heads.is_about_heads(payload):
        return heads.compose(payload)
    if access_mailing.is_about_brief_sight(payload):
        return access_mailing.compose(payload)
    return mailing.compose(payload)


def outbox_worker() -> Worker:
    """Returns the worker that sends the outbox."""
    if settings.TROSKEL_LETTER_BOX:
        return Worker(
            email_delivery.email_handlers(
                compose, MailDirectory(Path(settings.TROSKEL_LETTER_BOX), settings.TROSKEL_MAIL_FROM)
            )
        )
    smtp = email_delivery.SmtpTransport.from_url(settings.TROSKEL_SMTP, sender=settings.TROSKEL_MAIL_FROM)
    return Worker(email_delivery.email_handlers(compose, smtp))
