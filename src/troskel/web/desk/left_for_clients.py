# SPDX-License-Identifier: EUPL-1.2
"""What is left for the clients that an act was about: the next thing, offered where the act is done."""

from __future__ import annotations

from collections.abc import Sequence

from troskel.ground import clock
from troskel.offers import duty_actions
from troskel.people.queries import Person
from troskel.reading import worklist
from troskel.web.desk.cards import Card, card_groups, worklist_of


def left_for_clients(person: Person, cases: Sequence[str], recorded: Sequence[str]) -> list[Card]:
    """Returns a card for each of the clients of whom the person is still asked something; `recorded` as there."""
    items = worklist.left_for(person.actor, cases, recorded=recorded) if cases else []
    mine = worklist_of(items, clock.today())
    shown = mine.page(1)
    if not shown:
        return []
    offers = duty_actions.acts_offered(person.actor, [item.duty.id for stack in shown for item in stack])
    return [card for group in card_groups(mine, 1, offers) for card in group.cards]
