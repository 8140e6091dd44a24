# SPDX-License-Identifier: EUPL-1.2
"""The routine is the program: its file, what is known of each home, and the engine that says what is asked
of whom.

Pure Python, no Django and no other room of the house; importable alone."""

from troskel.routine.duty import Closed, Effects, Email, Happening, HomeState, OpenDuty, derived_id
from troskel.routine.engine import advance, needed, wake_by
from troskel.routine.line import Line, stockholm_day
from troskel.routine.model import Routine
from troskel.routine.reading import RoutineRefused, parse_routine, read_routine
from troskel.routine.replay import Difference, History, Lived, compare, rebuild, replay
from troskel.routine.versions import Routines

__all__ = [
    "Closed",
    "Difference",
    "Effects",
    "Email",
    "Happening",
    "History",
    "HomeState",
    "Line",
    "Lived",
    "OpenDuty",
    "Routine",
    "RoutineRefused",
    "Routines",
    "advance",
    "compare",
    "derived_id",
    "needed",
    "parse_routine",
    "read_routine",
    "rebuild",
    "replay",
    "stockholm_day",
    "wake_by",
]
