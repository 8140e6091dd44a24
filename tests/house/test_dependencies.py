# SPDX-License-Identifier: EUPL-1.2
"""The wheel brings what the program imports: each package of `src` is a runtime dependency that pyproject.toml names.

What is only among the tests' packages, or comes along with another one, is there in a checkout and missing elsewhere.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
NAMED = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
NOT_IMPORTED = {"tzdata"}
"""Read by the standard library, where the machine has none."""

NOT_INSTALLED = {"bumble"}
"""For simulated locks on a Bluetooth controller: the commands that need it say how to get it (decision 127)."""

NEED_IT = {"troskel.simulator.lock_in_air", "troskel.simulator.phone_in_air", "troskel.cli.bench_air"}


def imported(text: str) -> Iterator[str]:
    """The packages that a module imports, also within functions and for types alone."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def used() -> set[str]:
    """The distributions, or else the packages, that `src` uses: imports, and what Django's settings name."""
    modules = (CHECKOUT / "src").rglob("*.py")
    names = {name for path in modules for name in imported(path.read_text("utf-8"))}
    names |= {name.partition(".")[0] for name in [*settings.INSTALLED_APPS, *settings.MIDDLEWARE]}
    known = packages_distributions()
    others = names - set(sys.stdlib_module_names) - {"troskel"}
    return {canonicalize_name(known.get(name, [name])[0]) for name in others}


def test_what_is_imported_is_named() -> None:
    assert used() - NAMED == NOT_INSTALLED, "name it in [project] dependencies, then run ./dev lock"


def test_what_is_named_is_imported() -> None:
    assert NAMED - used() == NOT_IMPORTED


def test_what_is_not_installed_is_imported_within_functions_alone() -> None:
    needing = set()
    for path in (CHECKOUT / "src").rglob("*.py"):
        text = path.read_text("utf-8")
        if not any(name.rpartition(".")[2] in text for name in NEED_IT | NOT_INSTALLED):
            continue
        module = ".".join(path.relative_to(CHECKOUT / "src").with_suffix("").parts)
        for node in ast.parse(text).body:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if any(name in NEED_IT or name.partition(".")[0] in NOT_INSTALLED for name in names):
                needing.add(module)
    assert needing == NEED_IT


def test_imports_are_found_wherever_they_stand() -> None:
    text = "import a.b, c\nif x:\n    from d.e import f\ndef g():\n    import h\nfrom . import i\nfrom .j import k\n"
    assert set(imported(text)) == {"a", "c", "d", "h"}
