# SPDX-License-Identifier: EUPL-1.2
"""What an act leaves to those who watch the program: a count, and for some a line in the security log.

The security log has no name and no address: of what was done, the line of the journal in which it stands; of what was
refused and stands nowhere, the account.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from troskel.ground import counters
from troskel.ground.error_log import FIELDS
from troskel.ground.refusals import BadValue, NotAllowed, NotFound, Refusal
from troskel.people.roles import Actor
from troskel.permits.acts import ActInfo

SECURITY = frozenset(
    {"session", "sign_in", "token", "enrolment", "account", "passkey", "login", "brief_sight"}
)
"""The subjects of the events that are in the security log too."""
OPENING = "open_door"

_log = logging.getLogger("troskel.security")


def done(act: ActInfo, actor: Actor, events: Sequence[tuple[str, int]]) -> None:
    """An act was committed. `events`: each line's event and number."""
    counters.count_act(act.name)
    for event, line in events:
        if event.partition(".")[0] in SECURITY:
            _log.info(event, extra={FIELDS: {"municipality": actor.municipality, "line": line}})


def refused(act: ActInfo, actor: Actor, error: Refusal | NotFound | BadValue | NotAllowed) -> None:
    """An act was refused, and changed nothing."""
    counters.count_refusal(act.name, error.code)
    if act.name == OPENING or isinstance(error, NotAllowed):
        fields = {"act": act.name, "code": error.code, "municipality": actor.municipality}
        _log.warning("act refused", extra={FIELDS: fields | {"account": str(actor.account or "")}})
