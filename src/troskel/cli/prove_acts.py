# SPDX-License-Identifier: EUPL-1.2
"""'routine prove FILE --acts PLAY …': courses of acts from the household of a play, in a database in memory."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from troskel.cli.output import EXIT_REFUSED, CommandError, municipality, print_json, print_status

if TYPE_CHECKING:
    from troskel.simulator.acts_proof import ActsCounterexample, ActsProof


def prove(arguments: argparse.Namespace) -> int:
    """Proves a file from each play. Refused in production: it fills a database, and lets years pass."""
    os.environ |= {"TROSKEL_DATABASE": "sqlite:///:memory:", "TROSKEL_SECRET": secrets.token_hex(32)}
    import django
    from django.conf import settings

    django.setup()
    if settings.PRODUCTION:
        raise CommandError("this invents households: not where TROSKEL_PRODUCTION is set", EXIT_REFUSED)
    from django.db import connection

    from troskel.cli import tables
    from troskel.duties import routines

    connection.settings_dict["NAME"] = ":memory:"
    routines.SHIPPED = arguments.file.resolve()
    tables.ensure_ready()
    empty = connection.connection.serialize()
    until = time.monotonic() + (arguments.seconds or float("inf"))
    failed = False
    for number, play in enumerate(arguments.acts):
        left = (until - time.monotonic()) / (len(arguments.acts) - number)
        connection.connection.deserialize(empty)
        proof = of_play(play, arguments.depth, time.monotonic() + left)
        failed = failed or bool(proof.counterexamples)
        _show(play, proof, arguments)
    return 1 if failed else 0


def of_play(play: Path, depth: int, until: float) -> ActsProof:
    """Plays the file, in the empty database that is open, and tries every course of acts from there."""
    from troskel.cli.play_files import read_play
    from troskel.cli.play_runner import play_file
    from troskel.simulator.acts_household import Copies
    from troskel.simulator.acts_proof import explore

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        unexpected = play_file(play)
    if unexpected:
        raise CommandError(f"{play} is not played as it says: play it by 'troskel play'", EXIT_REFUSED)
    copies = Copies(municipality(), max(line.at for line in read_play(play)))
    return explore(copies, depth, until=until, progress=print_status)


def _show(play: Path, proof: ActsProof, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json(proof)
    else:
        for one in proof.counterexamples:
            print(f"{one.wrong.kind}: {one.wrong.ask} {one.wrong.why}  ({one.times} times; {play.stem})")
            for step in one.course:
                print(f"    {step.line()}")
    if arguments.plays is not None:
        arguments.plays.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(proof.counterexamples, start=1):
            name = f"{play.stem}-{number:03}-{one.wrong.kind}-{one.wrong.ask}".replace(" ", "-")
            (arguments.plays / f"{name}.jsonl").write_text(
                "\n".join(_lines(play, one)) + "\n", encoding="utf-8"
            )
    part = "" if proof.complete else ", not all"
    print_status(f"{play.stem}: {proof.courses} courses{part}, {len(proof.counterexamples)} counterexamples")


def _lines(play: Path, one: ActsCounterexample) -> list[str]:
    """The play: beside the one it begins from."""
    after = ["# then all that is asked is done:", *(step.line() for step in one.done)]
    head = [f"# {one.wrong.kind}: {one.wrong.ask} {one.wrong.why}", f'{{"include": "{play.name}"}}']
    return [*head, *(step.line() for step in one.course), *after]
