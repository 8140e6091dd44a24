# SPDX-License-Identifier: EUPL-1.2
"""Which locks a setting means: a URL of a make, several with whitespace between, or `none`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from troskel.access.drivers import LockDriver, NoLocks
from troskel.access.locks import home_assistant, nuki, service
from troskel.access.locks.address import LocksAddress, address
from troskel.access.locks.records import LockRecords
from troskel.access.locks.remote import LockLink, RemoteLocks
from troskel.access.locks.several import LocksOf, SeveralLocks

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


def links_of(text: str) -> list[tuple[LockLink, LocksAddress]]:
    """The same of one or several URLs. Raises ValueError where a lock could be of two of them."""
    links = [link_of(url) for url in text.split()]
    begin = sorted(serial for _link, where in links for serial in where.serials)
    if sum(not where.serials for _link, where in links) > 1:
        raise ValueError(
            "has several URLs: all but one say after the question mark whose locks, as serials=A,B"
        )
    for one, other in pairwise(begin):
        if other.startswith(one):
            raise ValueError(f"has serials that begin with {one[:20]!r} twice")
    return links


def driver_of(text: str, records: Callable[[], LockRecords]) -> LockDriver:
    """Returns the driver of the locks behind these URLs, or of none. Raises ValueError."""
    if text == "none":
        return NoLocks()
    drivers = [
        LocksOf(where.serials, RemoteLocks(link, records(), where.limits)) for link, where in links_of(text)
    ]
    return drivers[0].driver if len(drivers) == 1 and not drivers[0].serials else SeveralLocks(drivers)
