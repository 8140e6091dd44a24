# SPDX-License-Identifier: EUPL-1.2
"""A door is opened without the server: from the stairwell without a network to the lock's answer in the journal."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import statistics
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Opens, _served, opening
from tests.browser.emulated_lock import ARGUMENTS, EmulatedLock
from tests.browser.page_faults import in_every_state
from tests.browser.test_offline_phone import goes_without_coverage, kept, with_worker
from tests.browser.test_phone_day import UNLOCK, has_clients_with_it, with_passkeys
from tests.browser.town_server import CHECKOUT, Town
from tests.doorproto.street import LOCK, LOCK_ID
from tools import browser as chromium
from troskel.doorproto.cose import key_at, name_of
from troskel.doorproto.messages import Hello
from troskel.simulator.door_locks import CHUNK, MAILBOX, SERVICE, FaultOnDemand, LockMailbox, LockThing

OPEN = "Öppna lås L1"
VECTORS = CHECKOUT / "tests/doorproto/vectors.json"
RUN_VECTORS = """async (vectors) => {
  const door = await import(document.getElementById("app").dataset.door);
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const coded = (text) => PhoneSeal.coded(bytes(text));
  const { opening, keys, refused } = vectors;
  const { asked } = opening;
  const point = bytes(`04${keys.lock.x}${keys.lock.y}`);
  const jwk = { kty: "EC", crv: "P-256", d: coded(keys.phone.d), x: coded(keys.phone.x), y: coded(keys.phone.y) };
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const request = await door.ask({
    hello: bytes(opening.hello), lock: bytes(opening.lock), grant: bytes(opening.grant), key,
    operation: asked.operation, nonce: bytes(asked.nonce), time: asked.time, since: asked.since,
  });
  const read = await door.readResult(bytes(opening.result), bytes(opening.request), point);
  const told = [];
  for (const one of refused.filter((each) => ["hello", "result"].includes(each.reads))) {
    try {
      if (one.reads === "hello") door.readHello(bytes(one.data));
      else await door.readResult(bytes(one.data), bytes(opening.request), point);
      told.push([one.what, one.code, 0]);
    } catch (error) {
      told.push([one.what, one.code, error.code]);
    }
  }
  let other = 0;
  try {
    await door.ask({ hello: bytes(opening.hello), lock: bytes("00".repeat(8)), grant: bytes(opening.grant), key });
  } catch (error) {
    other = error.code;
  }
  const forRequest = await door.requestAad(bytes(opening.hello), bytes(opening.grant));
  const forResult = await door.resultAad(bytes(opening.request));
  return { aads: [hex(forRequest), hex(forResult)], request: hex(request), read, told, other };
}"""
TIMED = """([name, opened]) => {
  window.taken = [];
  let pressed;
  document.addEventListener("click", (event) => {
    if (event.target.textContent.includes(name)) pressed = performance.now();
  }, true);
  new MutationObserver(([{ target }]) => {
    if (target.textContent === opened) taken.push(performance.now() - pressed);
  }).observe(document.body, { childList: true, subtree: true });
}"""
BARE = """([serviceId, boxId, sizes]) => {
  window.bare = [];
  const press = document.body.appendChild(document.createElement("button"));
  press.textContent = "bare link";
  press.addEventListener("click", async () => {
    const began = performance.now();
    const device = await navigator.bluetooth.requestDevice({ filters: [{ services: [serviceId] }] });
    const service = await (await device.gatt.connect()).getPrimaryService(serviceId);
    const box = await service.getCharacteristic(boxId);
    await box.writeValueWithResponse(Uint8Array.of(2));
    await box.readValue();
    for (const [number, size] of sizes.entries()) {
      const part = new Uint8Array(size);
      part[0] = number === sizes.length - 1;
      await box.writeValueWithResponse(part);
    }
    await box.readValue();
    bare.push(performance.now() - began);
    device.gatt.disconnect();
  });
}"""
ROUNDS = 15
SIGNATURE = 2 * 64
CBOR = range(1, 10)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town with one client and a lock."""
    with _served(tmp_path_factory, "tests.browser.seed_door") as town:
        yield town


@pytest.fixture(scope="module")
def radio(browser: Browser) -> Iterator[Browser]:
    """A browser with Web Bluetooth."""
    arguments = [*chromium.arguments(), *ARGUMENTS]
    opened = browser.browser_type.launch(executable_path=chromium.find(), args=arguments)
    yield opened
    opened.close()


@pytest.fixture
def visits(house: Town, radio: Browser) -> Iterator[Opens]:
    with opening(house.address.replace("127.0.0.1", "localhost"), radio) as open_for:
        yield open_for


@pytest.fixture
def lock(house: Town) -> LockThing:
    points = [bytes.fromhex(point) for point in house.cases["issuers"].split()]
    return LockThing(LOCK_ID, LOCK, {name_of(key_at(point)): key_at(point) for point in points})


AtDoor = tuple[Page, EmulatedLock]


@pytest.fixture
def at_the_door(visits: Opens, radio: Browser, lock: LockThing) -> Iterator[AtDoor]:
    """Carin has taken today's clients along, stands in the stairwell, and has unlocked the list."""
    page = visits("carin", width=390).page
    emulated = EmulatedLock(radio, page, LockMailbox(lock.hello, lock.answer))
    with_passkeys(page)
    with_worker(page)
    has_clients_with_it(page)
    assert "grant" not in kept(page)["text"]
    goes_without_coverage(page)
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("[data-list]")).to_contain_text("Åberg")
    yield page, emulated
    emulated.closes()


def outcomes(house: Town) -> list[Any]:
    with contextlib.closing(sqlite3.connect(house.folder / "town.sqlite3", timeout=60)) as database:
        return database.execute("SELECT outcome, battery FROM access_opening ORDER BY noted, id").fetchall()


def test_the_browser_and_the_server_have_one_protocol(visits: Opens) -> None:
    page = visits("carin", width=390).goes("/phone/")
    vectors = json.loads(VECTORS.read_text("utf-8"))
    told = page.evaluate(RUN_VECTORS, vectors)
    wanted = vectors["opening"]
    assert told["aads"] == [wanted["request_aad"], wanted["result_aad"]]
    assert told["request"][:-SIGNATURE] == wanted["request"][:-SIGNATURE]
    assert (told["read"]["outcome"], told["read"]["head"], told["read"]["clock"]) == (
        "done",
        wanted["read"]["head"],
        wanted["read"]["clock"],
    )
    assert told["other"] == 22
    assert len(told["told"]) > 12
    for what, code, got in told["told"]:
        assert got in CBOR if code in CBOR else got == code, (what, code, got)


def test_from_the_stairwell_to_an_opened_door_to_the_sync(
    house: Town, at_the_door: AtDoor, lock: LockThing, axe: str
) -> None:
    page, emulated = at_the_door
    assert in_every_state(page, axe) == []
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Dörren är öppen.")).to_be_visible()
    assert len(lock.turns) == 1 and max(emulated.writes) <= CHUNK + 1
    expect(page.locator("#queue")).to_contain_text("Öppning")
    assert in_every_state(page, axe) == []
    assert outcomes(house) == []
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="En kund i dag")).to_be_visible()
    assert outcomes(house) == [("opened", 100)]
    assert len(lock.turns) == 1


def test_a_lock_without_its_clock_is_opened_by_a_grant_for_its_challenge_where_there_is_coverage(
    house: Town, at_the_door: AtDoor, lock: LockThing
) -> None:
    page, _emulated = at_the_door
    assert not Hello.of_bytes(lock.hello()).sure
    page.context.set_offline(False)
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_role("heading", name="En kund i dag")).to_be_visible()
    assert len(lock.turns) == 1 and Hello.of_bytes(lock.hello()).sure
    assert outcomes(house)[-1][0] == "opened"


def test_an_answer_that_does_not_come_is_unknown(at_the_door: AtDoor, lock: LockThing) -> None:
    page, emulated = at_the_door
    emulated.is_deaf = True
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Dörren kan vara öppen: känn på den.")).to_be_visible()
    assert len(lock.turns) == 1, "it is asked once"


def test_a_jam_and_a_lock_without_power_are_said(at_the_door: AtDoor, lock: LockThing) -> None:
    page, _emulated = at_the_door
    lock.fault = FaultOnDemand.JAM
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Låset gick inte runt.")).to_be_visible()
    lock.fault = FaultOnDemand.POWER_LOST_IN_TURN
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Låset hann inte svara.")).to_be_visible()
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Låset svarar inte.")).to_be_visible()


@pytest.mark.long
def test_what_an_opening_takes_beside_the_bare_emulation(at_the_door: AtDoor, lock: LockThing) -> None:
    """`./dev test -m long -s tests/browser/test_door.py` prints the figures; none is asserted."""
    page, emulated = at_the_door
    page.evaluate(TIMED, [OPEN, "Dörren är öppen."])
    of_lock, of_nothing = emulated.box, LockMailbox(lambda: bytes(38), lambda _: bytes(190))
    for number in range(1, ROUNDS + 1):  # in turn, so that a busy machine disturbs them alike
        emulated.box = of_lock
        page.get_by_role("button", name=OPEN).click()
        page.wait_for_function("number => taken.length === number", arg=number)
        if number == 1:
            page.evaluate(BARE, [SERVICE, MAILBOX, emulated.writes[1:]])
        emulated.box = of_nothing
        page.get_by_role("button", name="bare link").click()
        page.wait_for_function("number => bare.length === number", arg=number)
    of_door, of_link = (statistics.median(page.evaluate(name)) for name in ("taken", "bare"))
    sys.stdout.write(f"\nopening {of_door:.0f} ms, bare {of_link:.0f} ms (p50): {of_door / of_link:.2f}\n")
    assert len(lock.turns) == ROUNDS
