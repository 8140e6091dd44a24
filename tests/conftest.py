# SPDX-License-Identifier: EUPL-1.2
"""What every test stands on. `TROSKEL_DATABASE` says which database; `./dev test` runs both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from tests.emptying import empty_the_tables_after_tests
from tests.measuring import Costs
from troskel.prover import HOUSEHOLDS

empty_the_tables_after_tests()
hypothesis.settings.register_profile("calm", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("calm")

PATIENCE = 600
"""Seconds that a transaction waits for another: in production few, but no test may depend on how fast the disk is."""

BY_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
"""Fixtures of tests that touch it. `django_db_blocker` is not one: pytest-django itself asks for it, in every test."""


ON_BOTH = {
    "acts/test_concurrency.py",
    "acts/test_every_act.py",
    "acts/test_full_story.py",
    "acts/test_losing_a_client.py",
    "acts/test_merging.py",
    "acts/test_retention.py",
    "simulator/test_simulation_runs.py",
    "web/test_lists.py",
    "web/test_pages.py",
    "web/test_search.py",
    "web/test_signing_in.py",
}
"""Of the tests of acts, pages and lives, the files that run on both: they sort, search and lock, and do every act.

tests/api reads the rest. `./dev test --postgres` runs all of them there.
"""

ON_ONE = {"acts", "phone", "simulator", "web"}
"""The folders of which `ON_BOTH` chooses: what they ask is the same on both, and a second answer cost too long."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `./dev test` asks for."""
    group = parser.getgroup("troskel")
    group.addoption(
        "--database-only", action="store_true", help="leave out tests that never touch the test database"
    )
    group.addoption("--costs", metavar="FILE", help="write what each file costs, in CPU seconds, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Measure where that is asked for. Each client of a test would else read all static files anew."""
    settings.WHITENOISE_AUTOREFRESH = True
    if config.getoption("--costs"):
        config.pluginmanager.register(Costs(Path(config.getoption("--costs"))))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database, run what can see that it is another: pytest-django keeps the rest from it."""
    if not config.getoption("--database-only"):
        return
    left_out = [item for item in items if not _touches_the_database(item)]
    items[:] = [item for item in items if _touches_the_database(item)]
    config.hook.pytest_deselected(items=left_out)


def _touches_the_database(item: pytest.Item) -> bool:
    folder = item.path.parent.name
    is_of_one = folder in ON_ONE and f"{folder}/{item.path.name}" not in ON_BOTH
    if is_of_one or item.get_closest_marker("once") is not None:
        return False
    kind = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or not BY_DATABASE.isdisjoint(getattr(item, "fixturenames", ()))
        or (isinstance(kind, type) and issubclass(kind, TransactionTestCase))
    )


@pytest.fixture(autouse=True)
def _proven_in_one_household(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that is approved is proven first: where the test is about something else, in one household only."""
    monkeypatch.setattr("troskel.duties.proofs.HOUSEHOLDS", (HOUSEHOLDS["new"],))


@pytest.fixture(autouse=True)
def _heads_of_ones_own(settings: Any, tmp_path: Path) -> None:
    """Signed heads of one test are nothing to another, nor to the checkout."""
    settings.TROSKEL_HEADS = tmp_path / "troskel.heads"
    settings.TROSKEL_JOURNAL_KEY_PATH = tmp_path / "troskel.journal-key"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let SQLite's test database be a file, as in production: one in memory knows neither WAL nor waiting.

    It need not outlive a power cut. On PostgreSQL each process has a database of its own.
    """
    default: dict[str, Any] = settings.DATABASES["default"]
    test, options = default.setdefault("TEST", {}), default["OPTIONS"]
    if default["ENGINE"].endswith("sqlite3"):
        test["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        options["timeout"] = PATIENCE
    else:
        test["NAME"] = f"test_troskel_{os.getpid()}"
        options["options"] = f"-c jit=off -c lock_timeout={PATIENCE}s"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the test database, whichever tests are run.

    The plugin makes it for marked tests alone: without one of them, others would empty the developer's own.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the repository."""
    return Path(__file__).parent.parent
