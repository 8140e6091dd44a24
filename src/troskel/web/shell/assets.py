# SPDX-License-Identifier: EUPL-1.2
"""The files of others that the browser gets. In a checkout they lie in node_modules; the built wheel carries them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NODE_MODULES = Path(__file__).resolve().parents[3] / "node_modules"
FILES = {
    "vendor/designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "vendor/designsystemet-theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "vendor/source-sans-3.woff2": "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
    "vendor/zxing.js": "@zxing/library/umd/index.min.js",
}
"""By its name among our static files: where it lies in node_modules. pyproject.toml names the same for the wheel."""

FETCHED_LATER = frozenset({"vendor/zxing.js"})
"""What no page fetches by itself: the reader of codes, when somebody first scans one."""


class VendorFinder(BaseFinder):
    """Finds the named files, and no other, in node_modules."""

    storage = FileSystemStorage(location=NODE_MODULES)

    def check(self, **_: Any) -> list[Any]:
        """Nothing to set up wrongly."""
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Where a file lies; empty where it is none of these, or is not installed."""
        found = NODE_MODULES / FILES[path] if path in FILES else None
        there = [str(found)] if found is not None and found.is_file() else []
        return there[0] if there and not find_all else there

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """The files that are installed, for `collectstatic` and whitenoise."""
        for name, place in FILES.items():
            if (NODE_MODULES / place).is_file():
                yield name, _Renamed(place)


class _Renamed(FileSystemStorage):
    """A storage of one file, whatever it is asked for."""

    def __init__(self, place: str) -> None:
        super().__init__(location=NODE_MODULES)
        self.place = place
        self.prefix = ""

    def path(self, name: str) -> str:
        return str(NODE_MODULES / self.place)
