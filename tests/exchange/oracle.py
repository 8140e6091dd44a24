# SPDX-License-Identifier: EUPL-1.2
"""A slow calculation of gaps and phone clients, from the CSV rows alone. It shares no line with the importer.

It takes the rejected lines as given, (file, line), and believes all others.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

Rejected = set[tuple[str, int]]
SERVICES = ("HTJ", "TLARM")
FOREVER = date.max


def rows_of(folder: Path, file: str, rejected: Rejected) -> list[dict[str, str]]:
    text = (folder / file).read_bytes().decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return [row for row in reader if (file, reader.line_num) not in rejected]


def until(text: str) -> date:
    return date.fromisoformat(text) if text else FOREVER


class Truth:
    """What is known after some nights, taken in one after another."""

    def __init__(self) -> None:
        self.clients: dict[str, dict[str, str]] = {}
        self.decisions: dict[str, dict[str, str]] = {}
        self.allocations: dict[str, dict[str, str]] = {}

    def take_in(self, folder: Path, rejected: Rejected, day: date) -> None:
        self.clients |= {row["kund_id"]: row for row in rows_of(folder, "kunder.csv", rejected)}
        decisions = {
            row["beslut_id"]: row
            for row in rows_of(folder, "beslut.csv", rejected)
            if row["insats"] in SERVICES
        }
        allocations = {
            row["fordelning_id"]: row
            for row in rows_of(folder, "fordelning.csv", rejected)
            if row["beslut_id"] in decisions or row["beslut_id"] in self.decisions
        }
        self._absent(self.decisions, {r["beslut_id"] for r in rows_of(folder, "beslut.csv", set())}, day)
        self._absent(
            self.allocations, {r["fordelning_id"] for r in rows_of(folder, "fordelning.csv", set())}, day
        )
        self.decisions |= decisions
        self.allocations |= allocations

    @staticmethod
    def _absent(known: dict[str, dict[str, str]], present: set[str], day: date) -> None:
        for reference in set(known) - present:
            if date.fromisoformat(known[reference]["fran"]) > day:
                del known[reference]
            elif until(known[reference]["till"]) > day:
                known[reference]["till"] = day.isoformat()

    def ours_and_alive(self, municipality: str, day: date) -> set[str]:
        return {
            key
            for key, row in self.clients.items()
            if row["hemkommun"] == municipality
            and not (row["avliden"] and date.fromisoformat(row["avliden"]) <= day)
        }

    def covered_days(self) -> dict[tuple[str, str], list[tuple[date, date]]]:
        periods: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        for allocation in self.allocations.values():
            decision = self.decisions[allocation["beslut_id"]]
            if decision["status"] == "UTRED":
                continue
            first = max(date.fromisoformat(allocation["fran"]), date.fromisoformat(decision["fran"]))
            last = min(until(allocation["till"]), until(decision["till"]))
            periods[decision["kund_id"], decision["insats"]].append((first, last))
        return periods

    def gaps(self, municipality: str, day: date) -> dict[str, list[str]]:
        gaps = {}
        clients = self.ours_and_alive(municipality, day)
        for (client, service), periods in self.covered_days().items():

            def covered(when: date, periods: list[tuple[date, date]] = periods) -> bool:
                return any(first <= when <= last for first, last in periods)

            if client in clients and covered(day):
                days = [day + timedelta(n) for n in range(1, 31)]
                if missing := [d.isoformat() for d in days if not covered(d)]:
                    gaps[f"{client}/{service}"] = missing
        return gaps

    def phone_clients(self, municipality: str, day: date) -> dict[str, int]:
        own_clients = self.ours_and_alive(municipality, day)
        clients = defaultdict(set)
        for allocation in self.allocations.values():
            decision = self.decisions[allocation["beslut_id"]]
            if (
                date.fromisoformat(allocation["fran"]) <= day <= until(allocation["till"])
                and decision["kund_id"] in own_clients
            ):
                clients[allocation["utforare"]].add(decision["kund_id"])
        return {organisation: len(members) for organisation, members in clients.items()}
