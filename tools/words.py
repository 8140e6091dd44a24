# SPDX-License-Identifier: EUPL-1.2
"""The catalogue of texts: Swedish as source, and its English. Compiled here, never committed."""

from __future__ import annotations

import subprocess

from tools import environment
from tools.environment import PYTHON, ROOT, WORDS, Missing, say

LOCALE = ROOT / "src" / "troskel" / "locale"
WRITTEN = LOCALE / "en" / "LC_MESSAGES" / "django.po"
COMPILED = WRITTEN.with_suffix(".mo")
_TEMPLATE = ROOT / "build" / "words.pot"
_STAMP = LOCALE / ".compiled.sha256"
_BABEL = [str(PYTHON), "-m", "babel.messages.frontend"]


def ensure() -> None:
    """Compile the catalogue where it has been changed."""
    if _is_fresh():
        return
    with environment.alone():
        if not _is_fresh():
            environment.install(WORDS)
            _babel("compile", "--input-file", str(WRITTEN), "--output-file", str(COMPILED))
            _STAMP.write_text(environment.digest(WRITTEN))


def update() -> None:
    """Take up new texts from all of src, let go of old ones. What is new has an empty translation."""
    environment.install(WORDS)
    _TEMPLATE.parent.mkdir(exist_ok=True)
    _babel(
        "extract", "--mapping", "src/troskel/locale/babel.cfg", "--no-wrap", "--sort-by-file", "--no-location",
        "--keyword", "gettext_noop", "--keyword", "_", "--omit-header", "--output", str(_TEMPLATE), "src/troskel",
    )  # fmt: skip
    _babel(
        "update", "--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date",
        "--input-file", str(_TEMPLATE), "--output-file", str(WRITTEN), "--locale", "en",
    )  # fmt: skip
    say(f"{WRITTEN.relative_to(ROOT)} is up to date: give each empty msgstr its English")


def _is_fresh() -> bool:
    try:
        return COMPILED.exists() and _STAMP.read_text() == environment.digest(WRITTEN)
    except FileNotFoundError:
        return False


def _babel(*arguments: str) -> None:
    done = subprocess.run([*_BABEL, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"the catalogue of words can't be made: {done.stderr.strip()}")
