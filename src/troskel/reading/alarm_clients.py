# SPDX-License-Identifier: EUPL-1.2
"""Whose alarm it is: those who answer alarms find the client by name, number or street, before an alarm is raised."""

from __future__ import annotations

from troskel.ground import clock
from troskel.people.models import Client
from troskel.people.roles import Actor
from troskel.permits.sight import alarm_clients
from troskel.reading import search
from troskel.reading.access import ALARM_ROLES
from troskel.reading.base import note
from troskel.reading.client_names import ClientName, names_of
from troskel.reading.register import read

MOST = 10
SHORTEST = 2
"""Fewer letters would list everybody."""


@read(who=ALARM_ROLES)
def clients_who_may_alarm(viewer: Actor, question: str) -> list[ClientName]:
    """Clients whose alarms the viewer's organisation answers, by name, number or street. Ten at most.

    The question is not stored; whom it showed is recorded.
    """
    if len(question.strip()) < SHORTEST:
        return []
    answered = Client.objects.filter(alarm_clients(viewer, clock.today()))
    ids = list(dict.fromkeys(search.matching(viewer, answered, question)))[:MOST]
    names = names_of(viewer, answered.filter(id__in=ids))
    note(viewer, "alarm_clients.found", ids=ids)
    return sorted(names.values(), key=lambda client: (client.last_name, client.first_name, client.case))
