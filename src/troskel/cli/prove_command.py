# SPDX-License-Identifier: EUPL-1.2
"""The command 'routine prove': every course of events in small households, against what the document asks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from troskel.cli.output import EXIT_REFUSED, CommandError, integer_between, print_json, print_status
from troskel.routine.model import Routine

if TYPE_CHECKING:
    from troskel.prover import Counterexample, Household, Mutation, Proof

DEPTH, MUTANTS_DEPTH = 2, 1
LEAST_SHARE, MOST_EQUIVALENT = 0.95, 0.10
"""Of the mutants: at least so many refuted or equivalent, at most so many equivalent."""


def add_to(verbs: Any, read: Callable[[Path], Routine]) -> None:
    """Adds this verb to the parser of 'routine'."""
    verb = verbs.add_parser(
        "prove", help="try every course of events in small households; list counterexamples"
    )
    verb.description = (
        "Tries every course of events, to a depth, in small households, and checks in each state that what must be "
        "asked is asked and nothing else, of owners who can do it, in time, and that nothing is left once all that is "
        "asked has been done. Each kind of counterexample is printed once, shrunk. Exit code 1 if there is one. Needs "
        "no database. docs/proving.md"
    )
    verb.add_argument("file", type=Path, metavar="FILE", help="as routines/troskelby/2016-11-29.toml")
    verb.add_argument(
        "--depth",
        type=integer_between(1, 9),
        help=f"moves in a course (default: {DEPTH}; with --mutate: {MUTANTS_DEPTH})",
    )
    verb.add_argument(
        "--households", metavar="NAMES", help="only these, as new,couple,gate; 'list' lists them"
    )
    verb.add_argument("--seconds", type=integer_between(1, 10**6), help="stop after so long")
    verb.add_argument("--plays", type=Path, metavar="DIR", help="write each counterexample there as a play")
    verb.add_argument(
        "--mutate", action="store_true", help="remove and negate each condition in turn: is that refuted?"
    )
    verb.add_argument(
        "--only", default="", metavar="ASK", help="with --mutate: only asks that begin so, as P6."
    )
    verb.add_argument("--events", action="store_true", help="with --mutate: remove each event as well")
    verb.add_argument(
        "--acts",
        type=Path,
        nargs="+",
        metavar="PLAY",
        help="instead: courses of acts, from where these plays end",
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=lambda arguments: prove(arguments, read), without_database=True)


def prove(arguments: argparse.Namespace, read: Callable[[Path], Routine]) -> int:
    """Proves a file, or tries its mutants."""
    from troskel import prover

    known = prover.HOUSEHOLDS | prover.EDGES
    if arguments.households == "list":
        for household in known.values():
            print(f"{household.name}: {household.words}")
        return 0
    arguments.depth = arguments.depth or (MUTANTS_DEPTH if arguments.mutate else DEPTH)
    if arguments.acts:
        from troskel.cli import prove_acts

        return prove_acts.prove(arguments)
    routine, households = read(arguments.file), _households(arguments.households, known)
    seconds = arguments.seconds or float("inf")
    if arguments.mutate:
        mutation = prover.mutate(
            routine,
            households,
            arguments.depth,
            only=arguments.only,
            events=arguments.events,
            seconds=seconds,
            progress=print_status,
        )
        return _show_mutation(mutation, as_json=arguments.json)
    proof = prover.prove(routine, households, arguments.depth, seconds=seconds, progress=print_status)
    if arguments.plays is not None:
        _write_plays(arguments.plays, proof.counterexamples)
    return _show(proof, as_json=arguments.json)


def _households(named: str | None, known: dict[str, Household]) -> list[Household]:
    names = [name.strip() for name in named.split(",")] if named else list(known)
    if unknown := [name for name in names if name not in known]:
        raise CommandError(f"there is no household {unknown[0]!r}: {', '.join(known)}", EXIT_REFUSED)
    return [known[name] for name in names]


def _write_plays(folder: Path, found: list[Counterexample]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(found, start=1):
        name = f"{number:03}-{one.property}-{one.ask}".replace(" ", "-").replace("'", "")
        (folder / f"{name}.jsonl").write_text("\n".join(one.play) + "\n", encoding="utf-8")


def _show(proof: Proof, *, as_json: bool) -> int:
    if as_json:
        print_json(proof)
    else:
        for one in proof.counterexamples:
            print(f"{one.property}: {one.ask} {one.about}  ({one.times} times; {one.household})")
            for event in one.events:
                print(f"    {event}")
    part = "" if proof.complete else ", not all of it"
    print_status(
        f"{sum(proof.states.values())} states to depth {proof.depth}{part}, {proof.seconds} s: "
        f"{len(proof.counterexamples)} kinds of counterexample"
    )
    return 1 if proof.counterexamples else 0


def _show_mutation(mutation: Mutation, *, as_json: bool) -> int:
    if as_json:
        print_json(mutation)
    else:
        for verdict, names in (("equivalent", mutation.equivalent), ("undecided", mutation.undecided)):
            for name in names:
                print(f"{verdict}: {name}")
    equivalent = len(mutation.equivalent) / mutation.mutants if mutation.mutants else 0
    print_status(
        f"{mutation.mutants} mutants, {mutation.seconds} s: {mutation.refuted} refuted, "
        f"{len(mutation.equivalent)} equivalent ({equivalent:.0%}), {len(mutation.undecided)} undecided"
    )
    return 0 if mutation.share >= LEAST_SHARE and equivalent <= MOST_EQUIVALENT else 1
