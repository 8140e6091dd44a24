# SPDX-License-Identifier: EUPL-1.2
"""The municipality that a command is about: a wrong code is an error, never an empty answer."""

from __future__ import annotations

from troskel.cli.output import EXIT_REFUSED, CommandError, municipality


def ensure_there(*, may_be_first: bool) -> None:
    """Raises CommandError where the database has no such municipality.

    `may_be_first`: the command founds it in a database that has none yet. Beside others, a wrong code is more likely.
    """
    from troskel.people import queries as people

    code = municipality()
    here = people.municipalities()
    if code in here or (may_be_first and not here):
        return
    others = f"there are {', '.join(sorted(here))}" if here else "there is none yet: 'troskel begin'"
    raise CommandError(
        f"there is no municipality {code} in this database; {others} (TROSKEL_MUNICIPALITY says which)",
        EXIT_REFUSED,
    )
