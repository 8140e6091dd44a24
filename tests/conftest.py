# SPDX-License-Identifier: EUPL-1.2
"""What every test stands on. `TROSKEL_DATABASE` says which database; `./dev test` runs both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings

from tests.emptying import empty_the_journal_after_tests

empty_the_journal_after_tests()
hypothesis.settings.register_profile("calm", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("calm")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let SQLite's test database be a file, as in production: one in memory knows neither WAL nor waiting."""
    default: dict[str, Any] = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the repository."""
    return Path(__file__).parent.parent
