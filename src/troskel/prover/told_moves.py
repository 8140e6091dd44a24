# SPDX-License-Identifier: EUPL-1.2
"""Moves: what hangs there, who has a key and whose tag is there, told of later (files of locks, keys and tags)."""

from __future__ import annotations

from troskel.prover import world as of
from troskel.prover.moves import ToldLine, about, at_door, move, need
from troskel.prover.world import World


@move
def tell_lock(w: World, door_name: str, client: str) -> list[ToldLine]:
    """A lock hangs at the door, and the client is linked to it."""
    door, p = w.doors[door_name], w.people[client]
    need(
        p.own and p.home in door.homes and not of.linked_at(p, door), "another municipality's, or it is known"
    )
    if door.lock is None:
        door.lock, door.unfit, door.faulty, door.reported = w.next("L"), False, False, None
    link = w.next("J")
    p.links[link], w.link_doors[link] = door.lock, door_name
    return [at_door("lock.taken_over", door_name, door, client, lock=door.lock, link=link, since=w.day)]


@move
def tell_key(w: World, door_name: str, client: str, to: str) -> list[ToldLine]:
    """An organisation has a key, whether it has the client or not."""
    door = w.doors[door_name]
    need((to, client) not in door.keys.values() and w.people[client].home in door.homes, "it is known")
    need(to not in w.closing, "it closes")
    key = w.next("N")
    door.keys[key] = (to, client)
    holder = {"kind": "organisation", "id": to}
    return [at_door("key.taken_over", door_name, door, client, key=key, holder=holder)]


@move
def tell_tag(w: World, client: str) -> list[ToldLine]:
    """A tag is with the client: of the provider who has the client, else of who had the client last."""
    p = w.people[client]
    having = of.serving(p, w.day, closing=w.closing) or of.last_providers(p)
    need(
        p.own and having and having[0] not in p.tags.values(),
        "no provider has had the client, or it is known",
    )
    tag = w.next("T")
    p.tags[tag] = having[0]
    return [about(w, "tag.taken_over", client, tag=tag, organisation=having[0])]
