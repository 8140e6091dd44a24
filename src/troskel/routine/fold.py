# SPDX-License-Identifier: EUPL-1.2
"""Folds journal lines into facts: one function an event. Other events change no facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from troskel.routine import client_state, fold_care, fold_merging, fold_things
from troskel.routine.facts import WAYS, ClientFacts, DoorFacts, ElsewhereFacts, HomeFacts
from troskel.routine.line import LineFacts, day_in, stockholm_day, uid


def fold(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> list[UUID]:
    """Apply the line to the facts of the homes it is about, and return those homes."""
    touched = list(line.homes)
    on_homes = ON_HOMES.get(line.event)
    if on_homes is not None:
        on_homes(homes, line)
        return touched
    on_client = ON_CLIENT.get(line.event)
    if on_client is not None and line.client is not None:
        for home in touched:
            client = homes[home].clients.get(line.client)
            if client is not None:
                on_client(client, line)
                for other in (client.moved_to, client.moving_to):
                    if other is not None and other not in touched:
                        touched.append(other)
    on_door = ON_DOOR.get(line.event)
    if on_door is not None:
        door_id = uid(line.body["door"])
        for home in touched:
            door = homes[home].doors.get(door_id)
            if door is not None:
                on_door(door, line)
                if line.event == "removal.reported":
                    lock_came_down(homes[home], door_id)
                touched.extend(other for other in door.homes if other not in touched and other in homes)
    if on_client is not None or line.event == "removal.reported":
        known_where_they_move(homes, touched)
    return touched


def door_registered(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """A door and the homes it serves. Registered again, it keeps what is at it."""
    door_id = uid(line.body["door"])
    serves = [uid(text) for text in line.body.get("homes") or ()] or list(line.homes)
    known = next((homes[h].doors[door_id] for h in line.homes if door_id in homes[h].doors), None)
    for home in line.homes:
        if home in serves:
            copy = (
                msgspec.convert(msgspec.to_builtins(known), DoorFacts) if known else DoorFacts(door=door_id)
            )
            copy.kind, copy.homes = line.body.get("kind") or copy.kind, serves
            homes[home].doors[door_id] = copy


def client_registered(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """A client in a home: the municipality's own or another's, taken over or not."""
    assert line.client is not None
    for home in line.homes:
        homes[home].clients[line.client] = ClientFacts(
            client=line.client,
            own=line.body.get("own", True),
            take_over=day_in(line.body, "take_over"),
            settling=bool(line.body.get("settling")),
            to_be_told=not line.body.get("take_over"),
        )


def take_over_finished(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """These homes are taken over: from now on their clients are asked about like others."""
    for home in line.homes:
        for client in homes[home].clients.values():
            client.settling = False


def client_moved(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """Care, tags and what was said move to the new home; links and keys stay with the doors of the old one.

    A link at a door that serves both homes goes on: the client still belongs behind it.
    """
    assert line.client is not None
    old_home, new_home = uid(line.body["from_home"]), uid(line.body["to_home"])
    old, on = homes[old_home].clients.get(line.client), date.fromisoformat(line.body["on"])
    if old is None:
        return
    there_before = homes[new_home].clients.get(line.client)
    new = msgspec.convert(msgspec.to_builtins(old), ClientFacts)
    new.moved_in, new.moved_out, new.moved_to = on, None, None
    shared = {link: at for link, at in old.links.items() if at.door in homes[new_home].doors}
    new.first_visits, new.links = {}, (there_before.links if there_before else {}) | shared
    new.moving_to = None if old.moving_to == new_home else old.moving_to
    homes[new_home].clients[line.client] = new
    old.moving_to = None
    old.moved_out, old.moved_to, old.tags = on, new_home, {}
    old.links = {link: at for link, at in old.links.items() if link not in shared}
    old.told = stockholm_day(line.recorded)
    homes[new_home].closed |= homes[old_home].closed


def move_planned(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """The client will live in another home from a day: what happens to the client until then is known there too."""
    assert line.client is not None
    old_home, new_home = uid(line.body["from_home"]), uid(line.body["to_home"])
    old = homes[old_home].clients.get(line.client)
    if old is None:
        return
    new = msgspec.convert(msgspec.to_builtins(old), ClientFacts)
    new.coming, new.moved_in, new.moved_out = True, date.fromisoformat(line.body["on"]), None
    there_before = homes[new_home].clients.get(line.client)
    new.first_visits, new.links = {}, there_before.links if there_before else {}
    homes[new_home].clients[line.client] = new
    homes[new_home].closed |= homes[old_home].closed
    old.moving_to = new_home


def move_called_off(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """The client stays: whoever was coming to the other home does not come."""
    assert line.client is not None
    old_home, new_home = uid(line.body["from_home"]), uid(line.body["to_home"])
    for home, other in ((old_home, None), (new_home, old_home)):
        client = homes[home].clients.get(line.client)
        if client is not None and other is None:
            client.moving_to = None
        elif client is not None and client.coming:
            client.coming, client.moved_out, client.moved_to = False, client.moved_in, other
            client.tags, client.told = {}, stockholm_day(line.recorded)


def lock_came_down(home: HomeFacts, door: UUID) -> None:
    """Those who live there and have no lock at another door are to be told anew before the next one (A1–A3)."""
    for client in home.clients.values():
        if not client.coming and all(link.door == door for link in client.links.values()):
            client_state.tell_anew(client)


SAID = ("informed", "keys_told", "understood", "to_be_told", "refused", "unwanted")
"""What was said to and by a client (A1–A3)."""


def known_where_they_move(homes: Mapping[UUID, HomeFacts], touched: list[UUID]) -> None:
    """What was said to those who are to move is known in the other home as well: it is one person's, not a home's."""
    for home in touched:
        for client in homes[home].clients.values():
            if client.moving_to is None:
                continue
            coming = homes[client.moving_to].clients.get(client.client)
            said = {name: getattr(client, name) for name in SAID}
            if (
                coming is not None
                and coming.coming
                and said != {name: getattr(coming, name) for name in SAID}
            ):
                for name, value in said.items():
                    setattr(coming, name, list(value) if isinstance(value, list) else value)
                if client.moving_to not in touched:
                    touched.append(client.moving_to)


def sharing_confirmed(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """A person has said whether those at this address share a home."""
    for home in line.homes:
        homes[home].shared = bool(line.body.get("shared"))


def home_unknown(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """Nobody knows what is at this home's doors."""
    for home in line.homes:
        homes[home].unknown = True


def home_looked_at(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """Someone has been there and looked."""
    for home in line.homes:
        homes[home].unknown = False


def organisation_closed(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """The organisation does nothing more from this day."""
    for home in line.homes:
        homes[home].closed[uid(line.body["organisation"])] = date.fromisoformat(line.body["on"])


def organisation_reopened(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """The organisation is open again."""
    for home in line.homes:
        homes[home].closed.pop(uid(line.body["organisation"]), None)


def client_died(client: ClientFacts, line: LineFacts) -> None:
    """Care ends on the day of death. Without a day: it was a mistake."""
    client.died, client.told = day_in(line.body, "on"), stockholm_day(line.recorded)


def moved_to_special_housing(client: ClientFacts, line: LineFacts) -> None:
    """The client leaves the home after this day, and moves to no other home of ours."""
    client.moved_out = date.fromisoformat(line.body["on"]) + client_state.ONE_DAY
    client.told = stockholm_day(line.recorded)


def municipality_changed(client: ClientFacts, line: LineFacts) -> None:
    """The client becomes the municipality's own, or another's (O1)."""
    own, today = bool(line.body["own"]), stockholm_day(line.recorded)
    if client.own and not own:
        if client.elsewhere and client.elsewhere[-1].through == today - client_state.ONE_DAY:
            client.elsewhere_since = client.elsewhere.pop().since  # it never became ours
        else:
            client.elsewhere_since = today
        for decision in client.decisions.values():  # what A4 asked is over; A8 asks if the client comes back
            decision.of_new = False
    if own and not client.own:
        if client.elsewhere_since == today:  # it never became another's
            client.elsewhere_since = client.elsewhere[-1].since if client.elsewhere else None
        else:
            client.elsewhere.append(ElsewhereFacts(today - client_state.ONE_DAY, client.elsewhere_since))
        client_state.tell_anew(client)
    client.own = own


def client_informed(client: ClientFacts, line: LineFacts) -> None:
    """Told about the lock turner, orally or in writing (A1)."""
    if line.body["way"] not in client.informed:
        client.informed = sorted([*client.informed, line.body["way"]])


def client_told_about_keys(client: ClientFacts, line: LineFacts) -> None:
    """Told to leave one key per lock to each provider (A2); without a way: in both."""
    way = line.body.get("way")
    client.keys_told = sorted({*client.keys_told, *([way] if way else WAYS)})


def client_understood(client: ClientFacts, line: LineFacts) -> None:
    """Has understood that a lock turner will be installed (A3); an earlier no is taken back."""
    client.understood, client.refused, client.unwanted = True, False, False


def client_refused(client: ClientFacts, line: LineFacts) -> None:
    """Does not want a lock turner, or has not understood (case 10)."""
    client.refused, client.understood, client.way_in_decided = True, False, False
    client.unwanted = client.unwanted or bool(line.body.get("confirmed"))


def way_in_decided(client: ClientFacts, line: LineFacts) -> None:
    """The assessor has decided how staff get in without a lock turner (A3)."""
    client.way_in_decided = True


def refusal_confirmed(client: ClientFacts, line: LineFacts) -> None:
    """The assessor confirms that the client wants no lock: one that hangs there is taken down (rule 1)."""
    client.unwanted = True


def information_taken_back(client: ClientFacts, line: LineFacts) -> None:
    """It was written down on the wrong client, or by mistake."""
    what = line.body["what"]
    client.informed = [way for way in client.informed if way != what]
    client.keys_told = [] if what == "keys" else client.keys_told
    client.understood = client.understood and what != "understood"
    if what == "refused":
        client.refused = client.unwanted = False


ON_HOMES: dict[str, Callable[[Mapping[UUID, HomeFacts], LineFacts], None]] = {
    "door.registered": door_registered,
    "homes.taken_over": take_over_finished,
    "take_over.finished": take_over_finished,
    "client.registered": client_registered,
    "client.moved": client_moved,
    "clients.merged": fold_merging.clients_merged,
    "move.planned": move_planned,
    "move.called_off": move_called_off,
    "sharing.confirmed": sharing_confirmed,
    "home.unknown": home_unknown,
    "home.looked_at": home_looked_at,
    "organisation.closed": organisation_closed,
    "organisation.reopened": organisation_reopened,
}
ON_CLIENT: dict[str, Callable[[ClientFacts, LineFacts], None]] = {
    "client.died": client_died,
    "client.municipality_changed": municipality_changed,
    "client.moved_to_special_housing": moved_to_special_housing,
    "client.informed": client_informed,
    "client.told_about_keys": client_told_about_keys,
    "client.understood": client_understood,
    "client.refused": client_refused,
    "way_in.decided": way_in_decided,
    "information.taken_back": information_taken_back,
    "client.refusal_confirmed": refusal_confirmed,
    **fold_care.ON_CLIENT,
    **fold_things.ON_CLIENT,
}
ON_DOOR = fold_things.ON_DOOR
FOLDED = frozenset({*ON_HOMES, *ON_CLIENT, *ON_DOOR})
"""The events that change facts."""
