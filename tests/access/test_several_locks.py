# SPDX-License-Identifier: EUPL-1.2
"""Two lock services at once: each lock is asked of its own, and one that is away leaves the other's locks alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.access.lock_service_peer import KEY, ServiceOnBench, lock_service
from tests.town import Town
from troskel.access.locks.urls import driver_of, links_of
from troskel.access.models import Opening, ReachedLock
from troskel.acts import opening
from troskel.config.wiring import lock_driver

SECRET = KEY.replace(" ", "%20")


def at(port: int, ca: Path, options: str = "") -> str:
    return f"https://:{SECRET}@localhost:{port}/api?ca={ca}&patience=60{options}"


def test_each_lock_is_opened_by_its_own_service(town: Town, tmp_path: Path, settings: Any) -> None:
    clients = {serial: town.locked(serial=serial) for serial in ("L1", "L2", "L3")}
    one, other = ServiceOnBench("L1"), ServiceOnBench("L2")
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()

    def outcome(serial: str) -> tuple[str, str]:
        with town.standing():
            asked = {"client": clients[serial], "serial": serial}
            opened = opening.open_the_door(town.actor("carin"), lock_driver(), asked)
        return opened.outcome, opened.code

    with lock_service(one, tmp_path / "one") as (first, ca):
        with lock_service(other, tmp_path / "other") as (second, other_ca):
            settings.TROSKEL_LOCKS = (
                f"{at(first, ca, '&serials=L1')}\n{at(second, other_ca, '&serials=L2,NK-')}"
            )
            assert outcome("L1") == outcome("L2") == ("opened", "")
            assert (one.turns(), other.turns()) == (1, 1)
            assert outcome("L3") == ("refused", "no_lock"), "of neither: nobody is asked"
        assert outcome("L2")[0] == "no_answer", "its service is away"
        asked = len(one.asked)
        assert outcome("L1")[0] == "opened" and len(one.asked) > asked
    assert Opening.objects.filter(outcome="opened").count() == 3
    assert set(ReachedLock.objects.values_list("serial", flat=True)) == {"L1", "L2"}


def test_one_without_serials_has_the_rest(tmp_path: Path) -> None:
    text = "mqtts+nuki://a:b@broker.example/?serials=2A,2B https://:key@locks.example/api"
    assert [where.serials for _link, where in links_of(text)] == [("2A", "2B"), ()]


@pytest.mark.parametrize(
    "text",
    [
        "https://:secret@one.example/api https://:secret@other.example/api",
        "https://:secret@one.example/api?serials=L https://:secret@other.example/api?serials=L1",
        "https://:secret@one.example/api?serials=L1,L1",
        "https://:secret@one.example/api?serials=",
        "https://:secret@one.example/api?serials=L1,",
        "https://:secret@one.example/api?serials=L1 none",
    ],
)
def test_a_lock_that_could_be_of_two_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"serials|known") as wrong:
        driver_of(text, lambda: pytest.fail("nothing is kept yet"))
    assert "secret" not in str(wrong.value)
