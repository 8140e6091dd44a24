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
    if not cases:
        return []
    left = worklist.left_for(person.actor, cases, recorded=recorded)
    mine = worklist_of(list(left.items.values()), clock.today())
    shown = [item for stack in mine.page(1) for item in stack]
    offers = duty_actions.acts_offered(person.actor, shown, left.homes)
    return [card for group in card_groups(mine, 1, offers) for card in group.cards]
