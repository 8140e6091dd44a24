# SPDX-License-Identifier: EUPL-1.2
"""What the program is made of: `troskel sbom`, as CycloneDX 1.6 or as a list of licences.

Asked of the environment that runs: what is installed, not what somebody meant to install. What the browser gets is
told by the lock file of npm, which travels in the wheel.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from troskel.cli.output import CommandError, print_json
from troskel.ground import clock

CHECKOUT = Path(__file__).resolve().parents[3]
NPM_LOCKS = (
    Path(__file__).resolve().parents[1] / "web" / "package-lock.json",
    CHECKOUT / "package-lock.json",
)
"""Where the lock file is: in the wheel, in a checkout."""
BUNDLED = (
    "@digdir/designsystemet-css",
    "@fontsource-variable/source-sans-3",
    "@zxing/library",
    "cborg",
    "idb",
)
"""The npm packages of which the wheel has files (`web/shell/assets.py`)."""
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
OF_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Licences by the last part of a classifier, where it names exactly one."""


OF_TITLES = {"The MIT License (MIT)": "MIT", "MIT License": "MIT"}


class Package(NamedTuple):
    """A package that the program is made of. `license`: an SPDX expression or a name; empty where none is told."""

    name: str
    version: str
    kind: str  # pypi | npm
    license: str
    needs: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """Its address as a package URL."""
        name = quote(self.name, safe="/") if self.kind == "npm" else _normal(self.name)
        return f"pkg:{self.kind}/{name}@{quote(self.version, safe='')}"


def add_to(commands: Any) -> None:
    """Adds this command to the parser."""
    command = commands.add_parser("sbom", help="list what the program is made of, with licences (CycloneDX)")
    command.description = (
        "Prints the parts of the running program as CycloneDX 1.6 JSON: each installed package that it needs, directly "
        "or not, with version, licence and what it needs itself, and what the browser gets. Asks no network."
    )
    command.add_argument(
        "--licences", action="store_true", help="one line a part instead: name, version, licence"
    )
    command.set_defaults(run=sbom, without_database=True)


def sbom(arguments: argparse.Namespace) -> int:
    """Prints the parts. Returns 1 where a part tells no licence."""
    found = [*python_parts(), *browser_parts()]
    if arguments.licences:
        for part in found:
            print(f"{part.name} {part.version}\t{part.license or 'NO LICENCE TOLD'}")
    else:
        print_json(document(found))
    return int(not all(part.license for part in found))


def document(parts: list[Package]) -> dict[str, Any]:
    """Returns the parts as a CycloneDX 1.6 document. The same parts of the same version have the same serial number."""
    own = Package("troskel", _own_version(), "pypi", "EUPL-1.2", tuple(direct()))
    by_name = {_normal(part.name): part.purl for part in parts if part.kind == "pypi"}
    serial = uuid5(NAMESPACE_URL, "\n".join([own.purl, *(part.purl for part in parts)]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": _component(own, "application"),
        },
        "components": [_component(part, "library") for part in parts],
        "dependencies": [
            {"ref": part.purl, "dependsOn": sorted({by_name[name] for name in part.needs if name in by_name})}
            for part in (own, *parts)
        ],
    }


def _component(part: Package, kind: str) -> dict[str, Any]:
    told = {"type": kind, "bom-ref": part.purl, "name": part.name, "version": part.version, "purl": part.purl}
    if not part.license:
        return told
    if " " in part.license and SPDX.fullmatch(part.license.strip("()")):
        return {**told, "licenses": [{"expression": part.license}]}
    named = "id" if SPDX.fullmatch(part.license) else "name"
    return {**told, "licenses": [{"license": {named: part.license}}]}


def direct() -> list[str]:
    """Returns the names of the packages that the program itself needs."""
    return [name for name, _ in _requirements(_own_requirements(), frozenset())]


def python_parts() -> list[Package]:
    """Returns each installed package that the program needs, directly or not, by name."""
    wanted = list(_requirements(_own_requirements(), frozenset()))
    found: dict[str, Package] = {}
    extras: dict[str, frozenset[str]] = {}
    while wanted:
        name, asked = wanted.pop()
        if name in found and asked <= extras[name]:
            continue
        extras[name] = extras.get(name, frozenset()) | asked
        try:
            installed = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system, or another version of Python
        needs = list(_requirements(installed.requires or [], extras[name]))
        told = installed.metadata
        found[name] = Package(
            told["Name"], installed.version, "pypi", _license(installed), tuple(need for need, _ in needs)
        )
        wanted += needs
    return [found[name] for name in sorted(found)]


def browser_parts() -> list[Package]:
    """Returns the npm packages of which the browser gets files. Raises CommandError where their lock file is gone."""
    lock = next((path for path in NPM_LOCKS if path.is_file()), None)
    if lock is None:
        raise CommandError("package-lock.json is missing: the program is not installed whole")
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    rows = ((name, packages[f"node_modules/{name}"]) for name in BUNDLED)
    return [Package(name, row["version"], "npm", row.get("license", "")) for name, row in rows]


def _own_requirements() -> list[str]:
    try:
        return metadata.requires("troskel") or []
    except metadata.PackageNotFoundError:
        return list(_project()["dependencies"])


def _own_version() -> str:
    try:
        return metadata.version("troskel")
    except metadata.PackageNotFoundError:
        return str(_project()["version"])


def _project() -> dict[str, Any]:
    """What a checkout, which is not installed, says of itself."""
    return dict(tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def _requirements(lines: list[str], extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yields name and extras of each requirement; those of an extra only where it is asked for."""
    for line in lines:
        wanted, _, marker = line.partition(";")
        found, extra = REQUIREMENT.match(wanted.strip()), EXTRA.search(marker)
        if found and (extra is None or _normal(extra[1]) in extras):
            asked = (name.strip() for name in (found[2] or "").split(","))
            yield _normal(found[1]), frozenset(_normal(name) for name in asked if name)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _license(installed: metadata.Distribution) -> str:
    """Returns the licence that a package tells: an expression, its old field, a classifier, or its licence's title."""
    told: Any = installed.metadata
    expression, old = told.get("License-Expression") or "", (told.get("License") or "").strip()
    if expression or (
        old and len(old) < 60 and "\n" not in old and old != "UNKNOWN"
    ):  # some put the whole text there
        return str(expression or old)
    classifiers = [
        line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if line.startswith("License")
    ]
    names = [OF_CLASSIFIERS.get(name, name) for name in classifiers if name != "OSI Approved"]
    return " / ".join(names) or _title(installed)


def _title(installed: metadata.Distribution) -> str:
    """Returns the licence by the title of the file that has it; empty where no package has one that is known."""
    for file in installed.files or []:
        if re.search(r"dist-info/.*licen[cs]e", str(file), re.IGNORECASE):
            first = file.read_text().lstrip().partition("\n")[0].strip()
            return OF_TITLES.get(first, first[:60])
    return ""
