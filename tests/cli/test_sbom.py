# SPDX-License-Identifier: EUPL-1.2
"""`troskel sbom`: the parts of the running program as CycloneDX 1.6, with licences.

What the published schema (https://cyclonedx.org/docs/1.6/json/) demands is written out here: required fields, patterns
and choices of what we use.
"""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from troskel.cli import sbom_command
from troskel.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
TOP = {"bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
COMPONENT_TYPES = {
    "application",
    "framework",
    "library",
    "container",
    "platform",
    "operating-system",
    "device",
    "file",
}
COMPONENT = {"type", "bom-ref", "name", "version", "purl", "licenses"}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    document = sbom_command.document([*sbom_command.python_parts(), *sbom_command.browser_parts()])
    return dict(json.loads(json.dumps(document)))


def test_it_is_cyclonedx(made: dict[str, Any]) -> None:
    assert set(made) == TOP and (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    hexadecimal = "[0-9a-f]"
    uuid = "-".join(f"{hexadecimal}{{{n}}}" for n in (8, 4, 4, 4, 12))
    assert re.fullmatch(f"urn:uuid:{uuid}", made["serialNumber"]) and made["version"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["metadata"]["timestamp"])
    components = [made["metadata"]["component"], *made["components"]]
    for component in components:
        assert set(component) <= COMPONENT and component["type"] in COMPONENT_TYPES and component["name"]
        assert re.fullmatch(r"pkg:(pypi|npm)/\S+@\S+", component["purl"])
        for choice in component["licenses"]:
            assert set(choice) in ({"expression"}, {"license"})
            assert "license" not in choice or len(set(choice["license"]) & {"id", "name"}) == 1
    refs = [component["bom-ref"] for component in components]
    assert len(set(refs)) == len(refs), "each bom-ref is its own"
    assert {one["ref"] for one in made["dependencies"]} == set(refs)
    assert {ref for one in made["dependencies"] for ref in one["dependsOn"]} <= set(refs)


def test_it_names_what_is_installed_and_needed_and_nothing_else(made: dict[str, Any]) -> None:
    """Asked another way: `packaging` reads the markers, from the lock file of what is shipped."""
    environment = {**default_environment(), "extra": ""}
    locked = set()
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if "==" in line and not line.startswith(("#", " ")):
            wanted = Requirement(line.removesuffix("\\").strip())
            if wanted.marker is None or wanted.marker.evaluate(environment):  # type: ignore[arg-type]
                locked.add(
                    (re.sub(r"[-_.]+", "-", wanted.name).lower(), str(wanted.specifier).removeprefix("=="))
                )
    pypi = sbom_command.python_parts()
    assert {(re.sub(r"[-_.]+", "-", part.name).lower(), part.version) for part in pypi} == locked
    assert "pytest" not in {part.name for part in pypi}
    assert {part["name"] for part in made["components"] if part["purl"].startswith("pkg:npm")} == set(
        sbom_command.BUNDLED
    )


def test_every_part_tells_a_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", "--licences"]) == 0
    told = dict(line.rsplit("\t", 1) for line in capsys.readouterr().out.splitlines())
    assert told[f"Django {metadata.version('django')}"] == "BSD-3-Clause"
    assert "NO LICENCE TOLD" not in told.values() and len(told) > 20


def test_the_command_prints_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom"]) == 0
    assert json.loads(capsys.readouterr().out)["bomFormat"] == "CycloneDX"


def test_a_package_without_a_licence_is_told() -> None:
    bare = sbom_command.Package("thing", "1", "pypi", "")
    assert "licenses" not in sbom_command.document([bare])["components"][0]


def test_the_bundled_packages_are_those_of_the_wheel() -> None:
    from troskel.web.shell.assets import VENDOR_FILES

    packages = {
        "/".join(path.split("/")[: 2 if path.startswith("@") else 1]) for path in VENDOR_FILES.values()
    }
    assert packages == set(sbom_command.BUNDLED)
