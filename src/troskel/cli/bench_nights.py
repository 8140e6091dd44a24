# SPDX-License-Identifier: EUPL-1.2
"""Measures first nights of growing municipalities, and how long others wait meanwhile; and visits a second."""

from __future__ import annotations

import json
import math
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse

from troskel.cli.bench import MUNICIPALITY, PROVIDER, perform, temporary_database
from troskel.cli.bench_server import Caller, Ran, Report, served
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people import queries as people
from troskel.screens import session_cookie
from troskel.simulator.people import FIRST_NAMES, LAST_NAMES, address, identity_number

SIZES = (1_500, 15_000, 60_000)
ALARM, SECOND = "5560000977", "5560000985"
OFFICE = "2120000993"
PAUSE_SECONDS = 0.05  # between two calls of one who looks on
BARE_LINES = 50_000
CLIENTS_AT_ONCE = (1, 4, 8)
VISITS = 240


def bench_nights(
    sizes: Sequence[int] = SIZES, workers: int = 2, progress: Callable[[str], None] = print
) -> Report:
    """Takes in the first night of each size, and turns the next day, while others act and look at pages."""
    nights = []
    for size in sizes:
        progress(f"the first night of {size} clients")
        with temporary_database(), tempfile.TemporaryDirectory() as folder:
            nights.append(_night(size, Path(folder), workers))
    bare = bare_lines_per_second()
    for night in nights:
        night["of_bare_lines"] = round(night["lines_per_second"] / bare, 6)
    report: Report = {
        "database": connection.vendor,
        "workers": workers,
        "bare_lines_per_second": bare,
        "nights": nights,
    }
    if len(nights) > 1:
        report["growth_exponent"] = _exponent(nights[0], nights[-1])
    progress("visits")
    report["visits"] = [_visits(workers=count) for count in sorted({1, workers})]
    return report


def bare_lines_per_second() -> int:
    """How many lines, as JSON and hashed, this machine's Python writes on one core: what machines are compared by."""
    body = {name: str(new_id()) for name in ("client", "decision", "home", "organisation")}
    began, head = time.process_time(), b""
    for number in range(BARE_LINES):
        line = json.dumps({"number": number, "event": "decision.made", "body": body}, sort_keys=True)
        head = sha256(head + line.encode()).digest()
    return round(BARE_LINES / (time.process_time() - began))


def _exponent(first: Report, last: Report) -> float:
    """1: twice the clients take twice the time."""
    grown = math.log(last["seconds"] / first["seconds"])
    return round(grown / math.log(last["clients"] / first["clients"]), 2)


def _night(size: int, folder: Path, workers: int) -> Report:
    lines = write_extract(folder, size)
    token, cookie = _people()
    today = clock.today()
    with served(workers) as port:
        with _looking_on(port, token, cookie) as seen:
            ran = Ran(["import", str(folder), "--day", today.isoformat()])
        during = seen()
        tomorrow = f"{today + timedelta(days=1)}T05:00:00+01:00"
        with _looking_on(port, token, cookie) as seen:
            turned = Ran(["worker", "--once"], TROSKEL_NOW=tomorrow)
    return {
        "clients": size,
        "lines": lines,
        "seconds": round(ran.seconds, 1),
        "lines_per_second": round(lines / ran.seconds),
        "cpu_seconds": round(ran.cpu_seconds, 1),
        "peak_mb": round(ran.peak_mb),
        "others": during,
        "next_day": {
            "seconds": round(turned.seconds, 1),
            "peak_mb": round(turned.peak_mb),
            "others": seen(),
        },
    }


def write_extract(folder: Path, clients: int) -> int:
    """Writes a night with so many clients: half have an alarm as well. Returns the lines of all files."""
    files: dict[str, list[str]] = {
        "utforare": ["orgnr;namn;epost;typ"],
        "kunder": [
            "kund_id;personnummer;fornamn;efternamn;skydd;adress;postnummer;ort;lagenhet;hemkommun;telefon;avliden"
        ],
        "beslut": [
            "beslut_id;kund_id;utredning_id;insats;status;fran;till;ersatter;handlaggare;avslutsorsak"
        ],
        "fordelning": ["fordelning_id;beslut_id;utforare;fran;till"],
    }
    for number, kind in ((PROVIDER, "hemtjanst"), (SECOND, "hemtjanst"), (ALARM, "larm")):
        files["utforare"].append(f"{number};Utförare {number[-3:]};post@{number}.example;{kind}")
    today = clock.today()
    for n in range(clients):
        identity = identity_number(date(1926, 1, 1) + timedelta(days=n // 20), 980 + n % 20)
        lives = address(n // 2 * 2 if n % 10 == 1 else n)  # a tenth live with another
        place = ";".join(lives[name] for name in ("street", "postcode", "town", "apartment"))
        name = f"{FIRST_NAMES[n % len(FIRST_NAMES)]};{LAST_NAMES[n % len(LAST_NAMES)]}"
        files["kunder"].append(f"K{n};{identity};{name};;{place};{MUNICIPALITY};;")
        since, through = today - timedelta(days=30 + n % 700), today + timedelta(days=1 + n % 700)
        files["beslut"].append(f"B{n};K{n};U{n};HTJ;VERKST;{since};{through};;h;")
        files["fordelning"].append(f"F{n};B{n};{SECOND if n % 3 else PROVIDER};{since};")
        if n % 2:
            files["beslut"].append(f"L{n};K{n};V{n};TLARM;VERKST;{since};;;h;")
            files["fordelning"].append(f"G{n};L{n};{ALARM};{since};")
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(len(lines) - 1 for lines in files.values())


def _people() -> tuple[str, str]:
    """Founds the municipality, with an administrator (a token) and a manager (a cookie)."""
    since = (clock.today() - timedelta(days=30)).isoformat()
    perform("found_municipality", name="Bench", valid_from=since)
    office = {"orgnr": OFFICE, "name": "Kontoret", "email": "kontoret@example.org", "kind": "municipality"}
    perform("register_organisations", organisations=[office])
    for username, role in (("siri", "administrator"), ("maria", "manager")):
        perform("register_account", username=username, name=username, role=role, organisation=OFFICE)
    return str(perform("issue_token", username="siri", label="bench")["token"]), _cookie("maria")


def _cookie(username: str) -> str:
    actor = people.actor_of_username(f"{MUNICIPALITY}/{username}")
    assert actor is not None and actor.account is not None
    response = HttpResponse()
    session_cookie.set_cookie(response, actor.account)
    morsel = response.cookies[session_cookie.COOKIE_NAME]
    return f"{session_cookie.COOKIE_NAME}={morsel.coded_value}"


@contextmanager
def _looking_on(port: int, token: str, cookie: str) -> Iterator[Callable[[], Report]]:
    """Inside, one acts and another looks at pages, all the time. Returns what they saw, once outside."""
    stop = threading.Event()
    seen: dict[str, list[tuple[int, float]]] = {"act": [], "page": []}

    def act() -> None:
        caller, start = Caller(port, Authorization=f"Bearer {token}"), new_id().hex[-12:]
        while not stop.is_set():
            number = f"T{start}-{len(seen['act'])}"
            values = {"kind": "tag", "numbers": [number], "organisation": OFFICE}
            answer = caller.post("/api/v1/acts/register_things", json.dumps(values).encode(), number)
            seen["act"].append((answer.status, answer.milliseconds))
            stop.wait(PAUSE_SECONDS)

    def look() -> None:
        caller = Caller(port, Cookie=cookie)
        while not stop.is_set():
            answer = caller.get("/")
            seen["page"].append((answer.status, answer.milliseconds))
            stop.wait(PAUSE_SECONDS)

    def told() -> Report:
        return {
            name: {
                "calls": len(answers),
                "median_ms": round(statistics.median(time for _, time in answers), 1),
                "longest_ms": round(max(time for _, time in answers), 1),
                "errors": sum(status != 200 for status, _ in answers),
            }
            for name, answers in seen.items()
        }

    threads = [threading.Thread(target=work) for work in (act, look)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()


# --- visits


def _visits(workers: int) -> Report:
    """Visits a second, with one, four and eight who report at once, each next to the bare view."""
    report: Report = {"workers": workers, "clients": []}
    with temporary_database():
        tokens = carers(max(CLIENTS_AT_ONCE))
        with served(workers) as port:
            for count in CLIENTS_AT_ONCE:
                visit = _a_second(port, tokens[:count], "/api/v1/acts/register_visit", _visit)
                bare = _a_second(port, tokens[:count], "/bench/bare", _visit)
                report["clients"].append(
                    {"at_once": count, "visits_per_second": visit, "bare_per_second": bare}
                )
    return report


_taken = iter(range(1_000_000))


def _visit(carer: int) -> dict[str, Any]:
    """A visit of a minute, at a minute of its own."""
    arrived = clock.now() - timedelta(minutes=next(_taken) * 2 + 10)
    departed = arrived + timedelta(minutes=1)
    times = {"arrived": arrived.isoformat(), "departed": departed.isoformat()}
    return {"client": f"K{carer}", "by": "hand", "reason": "no_tag_yet", **times}


def carers(count: int) -> list[str]:
    """A provider with so many carers, each with a client. Returns their tokens."""
    _people()
    since = (clock.today() - timedelta(days=40)).isoformat()
    provider = {"orgnr": PROVIDER, "name": "Provider", "email": "p@example.org", "kind": "home_care"}
    perform("register_organisations", organisations=[provider])
    tokens = []
    for n in range(count):
        client = {"reference": f"K{n}", "first_name": "A", "last_name": "B", "address": address(n)}
        client["identity"] = identity_number(date(1940, 1, 2) + timedelta(days=n), 980)
        perform("register_clients", clients=[client])
        decision = {"client": f"K{n}", "reference": f"B{n}", "service": "home_care", "valid_from": since}
        perform("make_decisions", decisions=[decision])
        perform(
            "allocate",
            allocations=[
                {"decision": f"B{n}", "reference": f"F{n}", "organisation": PROVIDER, "valid_from": since}
            ],
        )
        perform("register_account", username=f"c{n}", name="C", role="carer", organisation=PROVIDER)
        tokens.append(str(perform("issue_token", username=f"c{n}", label="bench")["token"]))
    return tokens


def _a_second(port: int, tokens: Sequence[str], path: str, make: Callable[[int], dict[str, Any]]) -> float:
    """Returns how many of `VISITS` calls a second, shared by these callers. Raises where one is not answered."""

    def report(carer: int) -> None:
        caller = Caller(port, Authorization=f"Bearer {tokens[carer]}")
        for _ in range(VISITS // len(tokens)):
            values = make(carer)
            answer = caller.post(path, json.dumps(values).encode(), f"{path} {values['arrived']}")
            statuses.append(answer.status)

    statuses: list[int] = []
    for carer in range(len(tokens)):  # each worker has its queries compiled
        report_once = Caller(port, Authorization=f"Bearer {tokens[carer]}")
        values = make(carer)
        report_once.post(path, json.dumps(values).encode(), f"{path} {values['arrived']}")
    threads = [threading.Thread(target=report, args=(carer,)) for carer in range(len(tokens))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if wrong := [status for status in statuses if status != 200]:
        raise RuntimeError(f"{path} answered {wrong[0]}, {len(wrong)} times")
    return round(len(statuses) / took, 1)
