# SPDX-License-Identifier: EUPL-1.2
"""The links of a client who has moved, is to move back, or stands in two entries: what the facts say of them."""

from __future__ import annotations

from datetime import date

from tests.routine.story import NORTH, Story


def links(s: Story, client) -> set:
    """The client's open links, in whatever home the facts have them."""
    return {
        link
        for state in s.homes.values()
        if client in state.facts.clients
        for link in state.facts.clients[client].links
    }


def moved_from_a_lock():
    s = Story()
    anna, ahead = s.client(), s.home()
    s.care(anna, NORTH, "2026-03-02")
    old = s.home_of[anna]
    (door,) = s.doors_of[old]
    s.lock_in_use(anna, door, NORTH)
    s.until("2026-03-10")
    s.moves(anna, ahead, "2026-03-10")
    return s, anna, old, ahead


def test_the_lock_left_behind_is_asked_about_when_the_way_back_is_called_off():
    s, anna, old, ahead = moved_from_a_lock()
    before = {(d.paragraph, d.ask) for d in s.open() if d.home == old}
    assert before and links(s, anna)
    plan = {"from_home": ahead, "to_home": old}
    s.line("move.planned", [ahead, old], anna, on=date(2026, 3, 20), **plan)
    assert links(s, anna)
    s.line("move.called_off", [ahead, old], anna, **plan)
    after = {(d.paragraph, d.ask) for d in s.open() if d.home == old}
    assert after == before


def test_whoever_moves_back_is_still_linked_there():
    s, anna, old, ahead = moved_from_a_lock()
    (link,) = links(s, anna)
    plan = {"from_home": ahead, "to_home": old}
    s.line("move.planned", [ahead, old], anna, on=date(2026, 3, 20), **plan)
    s.until("2026-03-20")
    s.moves(anna, old, "2026-03-20")
    assert links(s, anna) == {link}
    assert link in s.homes[old].facts.clients[anna].links
    assert not s.open("P1.")


def test_a_gates_lock_told_to_each_home_links_whoever_moved_where_they_live():
    s = Story()
    old, new = s.home(), s.home()
    gate = s.door(old, new, kind="gate")
    anna = s.client(old)
    s.care(anna, NORTH, "2026-03-02")
    s.moves(anna, new, "2026-03-03")
    lock, link = s.id("lock"), s.id("link")
    s.line("lock.taken_over", [old, new], anna, door=gate, lock=lock, link=link, since=date(2026, 3, 1))
    assert links(s, anna) == {link}
    s.line("link.removed", [new], anna, link=link, lock=lock, door=gate)
    assert not links(s, anna)


def test_one_lock_has_one_link_when_entries_that_left_two_homes_are_merged():
    s = Story()
    first, second, now = s.home(), s.home(), s.home()
    gate = s.door(first, second, kind="gate")
    anna, twin = s.client(first), s.client(second)
    lock = s.lock_in_use(anna, gate, NORTH)
    (link,) = links(s, anna)
    s.linked(twin, lock, gate)
    s.moves(anna, now, "2026-03-03")
    s.moves(twin, now, "2026-03-03")
    s.line("clients.merged", [now, first, second], anna, merged=twin)
    assert links(s, anna) == {link}
