# SPDX-License-Identifier: EUPL-1.2
"""Libraries that some commands need, and that are not installed with the program."""

from __future__ import annotations

import importlib.util
import logging

from troskel.cli.output import CommandError


def ensure_bumble() -> None:
    """Raises CommandError where bumble, a Bluetooth stack, is not installed."""
    if importlib.util.find_spec("bumble") is None:
        raise CommandError("this needs bumble, which is not installed with the program: pip install bumble")
    logging.getLogger("bumble").setLevel(logging.ERROR)  # it warns of each line that breaks
