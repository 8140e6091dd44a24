# SPDX-License-Identifier: EUPL-1.2
"""The page of all settings, docs/settings.md, from their one description."""

from __future__ import annotations

from collections.abc import Iterable

from troskel.ground.environment import Setting

HEAD = """# Settings

Made by `troskel settings --write` from `src/troskel/config/description.py`: edit that.

All are environment variables; an empty one is not set. A name that begins with `TROSKEL_` and is not here, or a value
that can't be used, stops every command with exit code 2: all faults are told at once, with what to write. Yes and no
are `true` and `false` (also `1`, `yes`, `on`; `0`, `no`, `off`).

Those marked **secret** can come from a file instead, so that no process list or unit shows them: `…_FILE` is its path
(`TROSKEL_SECRET_FILE=/etc/troskel/secret`), or it is a systemd credential of the same name
(`LoadCredential=TROSKEL_SECRET:/etc/troskel/secret`). One place only: two are refused.

To change `TROSKEL_SECRET`: let `TROSKEL_SECRET_PREVIOUS` be the old one for a day, so that nobody is signed out;
locks and signed tags are then enrolled anew (decisions [123](decisions/0123-a-phone-takes-grants-for-the-day.md) and
[126](decisions/0126-a-signed-tag-proves-a-tap-and-refuses-none.md)).

| name | what | default | |
|---|---|---|---|
"""


def page(settings: Iterable[Setting]) -> str:
    """Returns the page."""
    return HEAD + "".join(_row(setting) for setting in settings)


def _row(setting: Setting) -> str:
    default = setting.default_says or f"`{setting.default}`"
    in_production = f"{setting.in_production} in production" if setting.in_production else ""
    marks = ", ".join(filter(None, ["**secret**" if setting.is_secret else "", in_production]))
    return f"| `{setting.name}` | {setting.what} | {default} | {marks} |\n"
