# SPDX-License-Identifier: EUPL-1.2
"""The browser that tests and pictures use: the system's Chromium. None is downloaded."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEADLESS = "chromium-headless-shell"
PACKAGES = ("chromium", "libatomic1", "fonts-dejavu-core")
"""What Debian calls it, the library that Playwright's own node needs, and a font."""
HOW_TO_HAVE = f"as root: apt-get install {' '.join(PACKAGES)}"


def find() -> str | None:
    """Where Chromium is; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_headless() -> str | None:
    """Where the same engine is without windows, camera and Bluetooth, at half of the work; else Chromium."""
    return shutil.which(HEADLESS) or find()


def arguments() -> list[str]:
    """What Chromium is started with. Root has no sandbox."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet
