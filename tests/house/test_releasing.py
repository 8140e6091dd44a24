# SPDX-License-Identifier: EUPL-1.2
"""`./dev release` builds a wheel only of what is a release."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.releasing import release, version_faults

CHECKOUT = Path(__file__).parents[2]
FILES = {
    "pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "publiccode.yml": 'softwareVersion: 1.2.3\nreleaseDate: "2026-11-29"\n',
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.2.3 – 2026-11-29\n\n### Added\n- a\n\n### Fixed\n- b\n\n"
    "## 1.2.2 – 2026-11-01\n\n### Fixed\n- c\n\n### Added\n- d\n",
}
CHANGES = {
    "another version published": ("publiccode.yml", "1.2.3", "1.2.2", "publiccode.yml says 1.2.2"),
    "another day published": ("publiccode.yml", "2026-11-29", "2026-11-28", "publiccode.yml says 2026-11-28"),
    "no heading": ("CHANGELOG.md", "## 1.2.3", "## 1.2.4", "does not begin with Unreleased and 1.2.3"),
    "no day": ("CHANGELOG.md", "1.2.3 – 2026-11-29", "1.2.3", "CHANGELOG.md no day"),
    "unreleased lines": ("CHANGELOG.md", "Unreleased\n", "Unreleased\n- more\n", "lines under Unreleased"),
    "unsorted": ("CHANGELOG.md", "### Added\n- a", "### Security\n- a", "Security, Fixed: sort them"),
    "another section": ("CHANGELOG.md", "### Added\n- a", "### Odds\n- a", "Odds, Fixed: sort them"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a release, committed."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    who = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Commit all."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "all")


def test_a_release_is_built(checkout: Path) -> None:
    built: list[int] = []
    assert release(lambda: built.append(1) or 0, checkout) == 0
    assert built == [1]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_release_is_not_built(
    change: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, old, new, says = CHANGES[change]
    assert old in FILES[name]
    (checkout / name).write_text(FILES[name].replace(old, new, 1), encoding="utf-8")
    commit(checkout)
    assert release(lambda: pytest.fail("it was built"), checkout) == 1
    output = capsys.readouterr()
    assert says in output.out + output.err


def test_what_is_not_committed_is_not_built(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "more.py").write_text("", encoding="utf-8")
    assert release(lambda: pytest.fail("it was built"), checkout) == 1
    output = capsys.readouterr()
    assert "not committed: more.py" in output.out + output.err


def test_this_checkout_says_one_version() -> None:
    assert [fault for fault in version_faults(CHECKOUT) if "lines under Unreleased" not in fault] == []
