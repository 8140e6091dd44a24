# SPDX-License-Identifier: EUPL-1.2
"""Third-party static files. In a checkout they lie in node_modules; the built wheel contains them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

from troskel.screens.modules import CBORG

NODE_MODULES = Path(__file__).resolve().parents[4] / "node_modules"
VENDOR_FILES = {
    "vendor/designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "vendor/designsystemet-theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "vendor/source-sans-3.woff2": "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
    "vendor/idb.js": "idb/build/umd.js",
    "vendor/zxing.js": "@zxing/library/umd/index.min.js",
    **{f"vendor/cborg/{name}": f"cborg/{name}" for name in CBORG},
}
"""Static file name to path in node_modules. pyproject.toml lists the same files for the wheel."""

LAZY_FILES = frozenset({"vendor/zxing.js", *(f"vendor/cborg/{name}" for name in CBORG)})
"""Files that no page loads at once: the code reader, when somebody first scans; what opens a door by itself."""


class VendorFinder(BaseFinder):
    """Finds `VENDOR_FILES` in node_modules."""

    storage = FileSystemStorage(location=NODE_MODULES)

    def check(self, **_: Any) -> list[Any]:
        """Returns no errors: there are no settings."""
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Returns the path of a file; empty if it is unknown or not installed."""
        file = NODE_MODULES / VENDOR_FILES[path] if path in VENDOR_FILES else None
        matches = [str(file)] if file is not None and file.is_file() else []
        return matches[0] if matches and not find_all else matches

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Yields the installed files, for `collectstatic` and whitenoise."""
        for name, source in VENDOR_FILES.items():
            if (NODE_MODULES / source).is_file():
                yield name, _SingleFileStorage(source)


class _SingleFileStorage(FileSystemStorage):
    """A storage of a single file, returned for every name."""

    def __init__(self, source: str) -> None:
        super().__init__(location=NODE_MODULES)
        self.source = source
        self.prefix = ""

    def path(self, name: str) -> str:
        return str(NODE_MODULES / self.source)


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The pages' files in production. Where their list is missing, an error page is a page all the same."""

    manifest_strict = False
    modules = ((r"""(?P<matched>from\s*['"](?P<url>\.[^'"]+)['"])""", 'from "%(url)s"'),)
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("vendor/cborg/*", modules),
        ("troskel/door.js", modules),
    )
    """Modules name each other by their stored names; other scripts are left as they are."""

    def stored_name(self, name: str) -> str:
        """Returns the file's name by its content; the plain name where none is collected."""
        try:
            return str(super().stored_name(name))
        except (ValueError, OSError):
            return name
