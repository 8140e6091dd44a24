# SPDX-License-Identifier: EUPL-1.2
"""The files of docs/installing.md: the path that stands alone on a line, then the block."""

from __future__ import annotations

import re
from pathlib import Path

from tools.environment import ROOT

PAGE = ROOT / "docs" / "installing.md"
FILE = re.compile(r"^`(/\S+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    """The text of each file, by its path on the server."""
    return dict(FILE.findall(PAGE.read_text(encoding="utf-8")))


def units() -> dict[str, str]:
    """The text of each systemd unit, by its name."""
    return {Path(path).name: text for path, text in files().items() if path.startswith("/etc/systemd/")}


def settings() -> dict[str, str]:
    """The settings, as systemd reads them."""
    lines = files()["/etc/troskel/troskel.env"].splitlines()
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}


def step(command: str) -> str:
    """The line of the page that runs a command of the program, such as `begin`, with what goes on below it."""
    found = re.search(rf"^troskel {command}\b(?:.*\\\n)*.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"docs/installing.md has no line that begins with 'troskel {command}'"
    return found.group().replace("\\\n", " ")


def commands(unit: str) -> list[str]:
    """The commands of a unit, with systemd's escapes undone."""
    return [
        command.replace("%%", "%").replace("$$", "$")
        for command in re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    ]
