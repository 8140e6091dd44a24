# SPDX-License-Identifier: EUPL-1.2
"""The routine: its file, the facts of each home, and the engine that says what is asked of whom.

Pure Python: imports neither Django nor any other room.
"""

from troskel.routine.duty import ClosedDuty, Effects, Email, HomeSnapshot, OpenDuty, RoutineEvent, derived_id
from troskel.routine.engine import advance, needed, wake_by
from troskel.routine.line import LineFacts, stockholm_day
from troskel.routine.model import Routine
from troskel.routine.parser import InvalidRoutine, parse_routine, read_routine
from troskel.routine.replay import Difference, DutyOutcome, History, compare, rebuild, replay
from troskel.routine.versions import Routines

__all__ = [
    "ClosedDuty",
    "Difference",
    "DutyOutcome",
    "Effects",
    "Email",
    "History",
    "HomeSnapshot",
    "InvalidRoutine",
    "LineFacts",
    "OpenDuty",
    "Routine",
    "RoutineEvent",
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
