# SPDX-License-Identifier: EUPL-1.2
"""The files of others reach the browser: found in a checkout, hashed in production, carried by the wheel, not heavy."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from troskel.web.shell import assets

CHECKOUT = Path(__file__).parent.parent.parent
MAX_FIRST_VISIT_BYTES = 150_000
"""Bytes, compressed, of all files that a first visit fetches beside the page."""
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}$|(rgb|hsl|oklch)a?\(")
COMPILED = CHECKOUT / "src/troskel/locale/en/LC_MESSAGES/django.mo"

installed = pytest.mark.skipif(
    not all((assets.NODE_MODULES / place).is_file() for place in assets.VENDOR_FILES.values()),
    reason="node_modules is not filled (./dev test fills it where npm can be had)",
)


def test_pyproject_lists_the_vendor_files() -> None:
    told = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    carried = {
        where.removeprefix("troskel/web/static/"): place
        for place, where in told["force-include"].items()
        if where.startswith("troskel/web/static/")
    }
    assert carried == {name: f"node_modules/{place}" for name, place in assets.VENDOR_FILES.items()}


def test_finder_finds_vendor_files_only() -> None:
    assert finders.find("axe-core/axe.min.js") is None
    for wrong in ("vendor/../../package.json", "vendor/other.css", "../package.json"):
        assert assets.VendorFinder().find(wrong) == []


@installed
def test_finder_finds_each_vendor_file() -> None:
    for name, place in assets.VENDOR_FILES.items():
        assert finders.find(name) == str(assets.NODE_MODULES / place)


@installed
def test_first_visit_size() -> None:
    fetched = [
        *(assets.VENDOR_FILES.keys() - assets.LAZY_FILES),
        "troskel/tokens.css",
        "troskel/troskel.css",
        "troskel/troskel.js",
        "troskel/mark.svg",
    ]
    found = [finders.find(name) for name in (*fetched, "django_htmx/htmx-4.min.js")]
    assert all(found)
    weight = sum(len(gzip.compress(Path(str(path)).read_bytes())) for path in found)
    assert weight <= MAX_FIRST_VISIT_BYTES - 30_000, "leave 30 kB for the page itself"


@installed
def test_a_colour_scheme_changes_colours_alone() -> None:
    """On this `tests/browser/page_faults.py` relies: in the dark it asks only for what a colour can do wrong."""
    sheets = [Path(str(finders.find(name))) for name in assets.VENDOR_FILES if name.endswith(".css")]
    sheets += [sheet for sheet in (CHECKOUT / "src").rglob("*.css") if sheet not in sheets]
    changed: list[tuple[str, str]] = []
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        for inside in re.findall(r"@media[^{]*prefers-color-scheme[^{]*{((?:[^{}]*{[^{}]*})*)", text):
            changed += re.findall(r"([\w-]+)\s*:\s*([^;{}]+)", inside)
    assert ("--paper", "#14191c") in changed
    kept = ("color-scheme",)
    assert [(name, value) for name, value in changed if name not in kept and not COLOUR.match(value)] == []
    assert all(name.startswith("--") or name in kept for name, _ in changed)


@installed
def test_hashed_names_in_production(tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "troskel.config.settings",
        "PYTHONPATH": str(CHECKOUT / "src"),
        "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3",
        "TROSKEL_PRODUCTION": "1",
        "TROSKEL_SECRET": "x" * 40,
        "TROSKEL_HOSTS": "troskel.example",
        "TROSKEL_STATIC": str(tmp_path / "static"),
    }
    gathered = subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput"],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert gathered.returncode == 0, gathered.stderr
    names = {path.name for path in (tmp_path / "static" / "vendor").iterdir()}
    assert any(name.startswith("designsystemet.") and name.endswith(".css.gz") for name in names), names
    (tokens,) = (tmp_path / "static" / "troskel").glob("tokens.????????????.css")
    assert "../vendor/source-sans-3.woff2" not in tokens.read_text(), "the font has a hashed name too"


@installed
@pytest.mark.skipif(not COMPILED.exists(), reason="the words are not compiled (./dev test does it)")
def test_wheel_contents(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"troskel/web/static/{name}" for name in assets.VENDOR_FILES}
    wanted |= {
        "troskel/locale/en/LC_MESSAGES/django.mo",
        "troskel/web/jinja2/web/start.html",
        "troskel/shipped/troskelby/2016-11-29.toml",
        "troskel/shipped/troskelby/retention-2025-07-01.toml",
    }
    assert wanted <= names
