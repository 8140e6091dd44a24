# SPDX-License-Identifier: EUPL-1.2
"""Which locks a setting means: a URL of a make, or `none`."""

from __future__ import annotations

from collections.abc import Callable

from troskel.access.drivers import LockDriver, NoLocks
from troskel.access.locks import home_assistant, nuki, service
from troskel.access.locks.address import LocksAddress, address
from troskel.access.locks.records import LockRecords
from troskel.access.locks.remote import LockLink, RemoteLocks

MAKES: dict[str, Callable[[LocksAddress], LockLink]] = {
    "mqtt+nuki": nuki.link,
    "mqtts+nuki": nuki.link,
    "mqtt+homeassistant": home_assistant.link,
    "mqtts+homeassistant": home_assistant.link,
    "https": service.link,
}
"""By the scheme of the URL."""


def link_of(url: str) -> tuple[LockLink, LocksAddress]:
    """Returns the link to the locks behind a URL. Nothing is connected to yet. Raises ValueError, without the URL."""
    where = address(url, MAKES)
    return MAKES[where.scheme](where), where


def driver_of(url: str, records: Callable[[], LockRecords]) -> LockDriver:
    """Returns the driver of the locks behind a URL, or of none. Raises ValueError."""
    if url == "none":
        return NoLocks()
    link, where = link_of(url)
    return RemoteLocks(link, records(), where.limits)
