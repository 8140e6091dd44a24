# SPDX-License-Identifier: EUPL-1.2
"""Do all that is asked, day after day, until nothing is open: what can't be done, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from troskel.prover import world as of
from troskel.prover.checks import Finding, about_of, ask_of
from troskel.prover.moves import ChosenMove, Impossible
from troskel.prover.state import Engine, State, frozen, key, thawed
from troskel.prover.statement import FIELDS
from troskel.prover.world import ALARM, ALARMS, PROVIDERS, World, name_of
from troskel.routine.duty import OpenDuty

ROUNDS = 14
"""Rounds of doing all that is asked, and then letting days go."""
WAITS = 3
"""Rounds of waiting after which what still can't be done will never be."""
Doing = Callable[[World, tuple[str, ...], str | None], Iterator[ChosenMove]]


class Fulfilment:
    """Fulfils what is asked, with one engine. States from which all went well are remembered."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.well = engine, set[bytes]()

    def look(self, reached: State, course: object = None) -> Iterator[Finding]:
        """What can't be done from this state on, and what is left when nothing is asked any more."""
        state, path, idle, stuck = thawed(frozen(reached)), [], 0, dict[tuple[str, str], str]()
        for _ in range(ROUNDS):
            which = key(state)
            if which in self.well:
                break
            path.append(which)
            done, stuck = self._round(state)
            if all(_recurs(ask) for ask, _, _ in _open(state)):
                found = [Finding("left behind", what, where) for what, where in _dangling(state.world)]
                yield from found
                if found:
                    return
                break
            idle = 0 if done else idle + 1
            if idle > WAITS:
                for (ask, about), why in stuck.items():
                    yield Finding("can't be done", ask, f"{about}: {why}")
                return
            if not done:
                self.engine.make(state, ChosenMove("wait"))
        else:
            for ask, about in {(ask, " ".join(about)) for ask, about, _ in _open(state)}:
                if not _recurs(ask):
                    yield Finding("left behind", ask, about.replace("~", ""))
            return
        self.well.update(path)

    def _round(self, state: State) -> tuple[bool, dict[tuple[str, str], str]]:
        """Each open duty once. Returns whether any was done, and why the others were not."""
        done, stuck = False, dict[tuple[str, str], str]()
        for ask, about, duty in _open(state):
            if all(duty.id != other.id for other in state.duties()):
                continue
            try:
                for step in DOING[ask](state.world, about, _owner(duty)):
                    self.engine.make(state, step)
                    done = done or not _recurs(ask)
            except (Impossible, KeyError) as wrong:
                stuck[ask, " ".join(part.lstrip("~") for part in about)] = str(wrong)
        return done, stuck


def _recurs(ask: str) -> bool:
    """Is it asked again and again: of another municipality's months, and where nobody comes while the days go?"""
    return ask[0] == "O" or ask == "P2.silent"


def _owner(duty: OpenDuty) -> str | None:
    return name_of(str(duty.organisation)) if duty.organisation is not None else None


def _open(state: State) -> list[tuple[str, tuple[str, ...], OpenDuty]]:
    found = []
    for duty in state.duties():
        ask = ask_of(duty)
        if duty.kind == "duty" and ask in FIELDS:
            about = about_of(duty, ask)
            if (
                ask in ("P1.order", "P1.consent", "P6.order", "P6.not_ours", "P6.unwanted", "P1.repair")
                and duty.client
            ):
                about = (*about, name_of(str(duty.client)))
            found.append((ask, tuple(part or "" for part in about), duty))
    return found


def _dangling(w: World) -> Iterator[tuple[str, str]]:
    """What must not be there when nothing is asked any more."""
    locks = {door.lock for door in w.doors.values()}
    for name, door in w.doors.items():
        if door.orders:
            yield "an order", name[1:]
        cared_for = any(p.decisions or not p.own for p in of.behind(w, door).values())
        if door.lock is not None and cared_for and not of.needing(w, door):
            yield "a lock that nobody needs", name[1:]
        for to, _ in door.keys.values():
            if not any(to in of.having(p, w.day) for p in of.behind(w, door).values()):
                yield "a key", f"{name[1:]} {to[1:]}"
    for name, p in w.people.items():
        for lock in p.links.values():
            if lock not in locks:
                yield "a link", f"{name[1:]} {lock[1:]}"
        for tag, to in p.tags.items():
            if not p.own or to not in of.having(p, w.day):
                yield "a tag", f"{name[1:]} {tag[1:]}"


# -- how each duty is done


def _first(found: Iterator[str]) -> str:
    for name in found:
        return name
    raise Impossible("there is nothing to do it with")


def _tell(*what: str) -> Doing:
    def doing(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
        for one in what:
            if one not in w.people[about[0]].told:
                yield ChosenMove("tell", (about[0], one))

    return doing


def _allocate(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    client, decision = about
    service = w.people[client].decisions[decision].service
    yield ChosenMove("allocate", (client, decision, _to(w, service, ()), 0, None))


def _follow_up(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    """What runs out goes on, and is allocated; else the ending is confirmed."""
    client, p = about[0], w.people[about[0]]
    running = [
        n for n, d in p.decisions.items() if of.last(p, d) >= w.day and not (d.confirmed and d.through)
    ]
    for name in running:
        d = p.decisions[name]
        later = [x.begins for x in p.decisions.values() if x.service == d.service and x.begins > d.begins]
        through = (min(later) - w.day).days - 1 if later else None
        if d.through is not None and d.through != (min(later) - of.ONE_DAY if later else None):
            yield ChosenMove("change_decision", (client, name, through))
        mine = {n: a for n, a in p.allocations.items() if a.decision == name and of.last(p, a) >= w.day}
        mine = {n: a for n, a in mine.items() if a.to not in w.closing}  # who closes is given nothing more
        for allocation, a in mine.items():
            if a.through is not None:
                yield ChosenMove("change_allocation", (client, allocation, None))
        first = min((a.begins for a in mine.values()), default=of.FOREVER)
        if first > max(d.begins, w.day):
            late = max((w.day - d.begins).days, 0)
            yield ChosenMove("allocate", (client, name, _to(w, d.service, mine.values()), late, None))
    if not running:
        yield ChosenMove("confirm_ending", (client,))


def _to(w: World, service: str, taken: Iterable[of.WorldAllocation]) -> str:
    """The alarm organisation, or a provider that does not have it yet, and stays."""
    if service == ALARM:
        return ALARMS
    has = {a.to for a in taken}
    return _first(o for o in PROVIDERS if o not in has and o not in w.closing)


def _at_door(name: str) -> Doing:
    def doing(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
        yield ChosenMove(name, (about[0], about[1], owner or ""))

    return doing


def _on_order(name: str, kind: str, *more: str) -> Doing:
    def doing(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
        for door_name, door in w.doors.items():
            for order, one in list(door.orders.items()):
                if one.kind == kind and about[0] in (order, door_name):
                    yield ChosenMove(name, (door_name, order, *more))

    return doing


def _present(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    """The carer is there when the locksmith's report comes: nothing of its own."""
    return iter(())


def _consent(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    yield ChosenMove("consent", (about[0], about[-1], True))


def _collect(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    home, to = about
    client = _first(n for n, p in w.people.items() if p.home == home and to in of.serving(p, w.day) and p.own)
    for name, door in of.doors_of(w, home):
        if not any(key == to and w.people[left].home == home for key, left in door.keys.values()):
            yield ChosenMove("receive_key", (name, client, to))


def _give_back(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    for name, door in of.doors_of(w, about[0]):
        for key_, (to, left) in list(door.keys.items()):
            if to == about[1] and of.home_of_key(w, door, left) == about[0]:
                yield ChosenMove("return_key", (name, key_))


def _take_tag(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    for tag, to in list(w.people[about[0]].tags.items()):
        if to == about[1]:
            yield ChosenMove("take_tag", (about[0], tag))


def _link(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    yield ChosenMove("link", (_first(n for n, door in w.doors.items() if door.lock == about[1]), about[0]))


def _unlink(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    client = _first(n for n, p in w.people.items() if about[0] in p.links)
    yield ChosenMove("unlink", (client, about[0]))


def _send(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    yield ChosenMove(
        "form", (_first(n for n, form in w.forms.items() if tuple(form[:3]) == about or n == about[0]),)
    )


def _reopen(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
    """Attested by hand; here the person is back."""
    yield ChosenMove("reopen_account", (about[0], owner or PROVIDERS[0]))


def _simple(name: str) -> Doing:
    def doing(w: World, about: tuple[str, ...], owner: str | None) -> Iterator[ChosenMove]:
        yield ChosenMove(name, about)

    return doing


DOING: dict[str, Doing] = {
    "A1.inform": _tell("oral", "written"),
    "A2.keys": _tell("keys"),
    "A3.understood": _tell("understood"),
    "A3.confirm": _simple("confirm_refusal"),
    "A3.way_in": _simple("decide_way_in"),
    "A4.allocate": _allocate,
    "A8.investigation": _follow_up,
    "A8.allocation": _follow_up,
    "P1.order": _at_door("order_installation"),
    "P1.consent": _consent,
    "P1.repair": _at_door("order_repair"),
    "P2.place_tag": _simple("place_tag"),
    "P2.place_again": _simple("place_tag"),
    "P2.silent": _simple("visit_again"),
    "P3.take_tag": _take_tag,
    "P4.be_present": _present,
    "P5.collect_keys": _collect,
    "P5.return_keys": _give_back,
    "P5.left": _reopen,
    "P6.order": _at_door("order_removal"),
    "P6.not_ours": _at_door("order_removal"),
    "P6.unwanted": _at_door("order_removal"),
    "P6.cancel": _on_order("cancel", "installation", "not_needed"),
    "P6.stop": _on_order("cancel", "removal", "not_needed"),
    "P7.fetch": _take_tag,
    "P7.not_ours": _take_tag,
    "P7.tell": _simple("tell_return"),
    "L1.install": _on_order("report", "installation"),
    "L1.remove": _on_order("report", "removal"),
    "L1.repair": _on_order("report", "repair"),
    "S1.letter": _simple("send_letter"),
    "S3.letter": _simple("send_letter"),
    "S2.link": _link,
    "S2.look": _simple("look_at"),
    "S3.unlink": _unlink,
    "S3.unlink_one": _unlink,
    "S3.unlink_not_ours": _unlink,
    "O2.bill": _simple("bill"),
    "O3.send": _send,
    "O3.receive": _send,
}
