# SPDX-License-Identifier: EUPL-1.2
"""The demo command: progress on the page, who has a taken port, and what --fresh throws away."""

from __future__ import annotations

import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from troskel.cli import demo_command
from troskel.cli.demo_progress import progress_shown
from troskel.cli.output import CommandError
from troskel.cli.port_owner import owner_of


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def fetched(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_progress_is_shown_until_the_pages_are_there() -> None:
    port = free_port()
    with progress_shown(port) as page:
        page.tell(73, 730)
        assert fetched(port, "/filling") == (503, "73 730")
        status, shown = fetched(port, "/clients/")
        assert status == 503, "a program that waits is not told that it is there"
        assert '<progress max="730" value="73"' in shown
        assert "<noscript><meta http-equiv=" in shown
        assert fetched(port, "/filling.js")[0] == 200
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        again.bind(("127.0.0.1", port))


def test_the_owner_of_a_port_is_named() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        told = owner_of(listening.getsockname()[1])
    assert told.startswith(f"process {os.getpid()} (")


def test_nobody_is_named_where_nothing_can_be_seen(tmp_path: Path) -> None:
    assert owner_of(free_port()) == ""
    assert owner_of(8000, tmp_path) == ""


def test_fresh_throws_away_a_demo_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TROSKEL_DATABASE", raising=False)
    (tmp_path / "troskel.sqlite3").touch()
    with pytest.raises(CommandError, match="no demo's"):
        demo_command._ensure_is_demo(tmp_path)
    (tmp_path / demo_command.MARK).touch()
    demo_command._ensure_is_demo(tmp_path)
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").touch()
    (tmp_path / "notes.txt").touch()
    demo_command._start_over(tmp_path, "the demo is thrown away")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", demo_command.MARK]


def test_a_database_of_ones_own_is_not_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROSKEL_DATABASE", "sqlite:////somewhere/else.sqlite3")
    with pytest.raises(CommandError, match="TROSKEL_DATABASE"):
        demo_command._start_over(tmp_path, "the demo is thrown away")
