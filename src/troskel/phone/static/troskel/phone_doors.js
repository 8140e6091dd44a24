// SPDX-License-Identifier: EUPL-1.2
// Opens a door without the server: over Bluetooth, by a grant that was taken along (docs/door-protocol.md). The lock decides,
// and signs what it did; what it does not sign is shown as unknown, and nothing is asked twice by itself.
"use strict";

const PhoneDoors = (() => {
  const SERVICE = "5a1d7e00-9c1f-4b6a-8a34-3d2f6d0b1c01";
  const MAILBOX = "5a1d7e01-9c1f-4b6a-8a34-3d2f6d0b1c01";
  const CHUNK = 240;
  const LAST = 1;
  const GIVE_HELLO = 2;
  const DOUBT = 120; // seconds that a lock's clock may be off
  const PATIENCE = 8_000; // a challenge lives a minute, and somebody stands at the door

  const app = () => document.getElementById("app").dataset;
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const protocol = () => import(app().door);

  // Asks for the grants of today's doors. What the server can't give now is asked for with each batch until it can.
  async function take(lock) {
    if (!lock.signer || !navigator.bluetooth) return;
    await PhoneQueue.keep("asks", true);
    await PhoneQueue.send();
    await protocol().catch(() => undefined); // so that it is here without coverage
  }

  // -- over the air: write and read, nothing that the lock says by itself

  const readBox = async (box) => {
    const { buffer, byteOffset, byteLength } = await box.readValue();
    return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const writeBox = (box, flags, part = []) => box.writeValueWithResponse(Uint8Array.of(flags, ...part));

  async function writeWhole(box, message) {
    for (let at = 0; at < message.length; at += CHUNK) {
      const isLast = at + CHUNK >= message.length;
      await writeBox(box, isLast ? LAST : 0, message.slice(at, at + CHUNK));
    }
  }

  // The grant to present. A lock that has lost its clock, or whose clock is far off, may refuse a good one: where there is
  // coverage it gets one for this challenge alone, which puts its clock right. Otherwise the one that was taken along.
  async function grantFor(grant, { lock, nonce, clock, sure }) {
    const isRight = sure && Math.abs(clock - Date.now() / 1000) <= DOUBT;
    if (isRight || hex(lock) !== grant.lock) return grant;
    try {
      const key = (await PhoneQueue.meta("lock")).signer.point;
      const asked = { key, client: grant.case, serial: grant.serial, nonce: hex(nonce) };
      const response = await PhoneQueue.post(app().once, asked, PATIENCE);
      return response.ok ? await response.json() : grant;
    } catch {
      return grant;
    }
  }

  // Gives what the lock said, as a word. `no_answer`: it was asked nothing. `unknown`: it may have turned.
  async function open(grant, signer, device) {
    const door = await protocol();
    let hello;
    let request;
    try {
      const service = await (await device.gatt.connect()).getPrimaryService(SERVICE);
      const box = await service.getCharacteristic(MAILBOX);
      await writeBox(box, GIVE_HELLO);
      hello = await readBox(box);
      const given = await grantFor(grant, door.readHello(hello));
      const heads = (await PhoneQueue.meta("heads")) ?? {};
      const asked = await door.ask({
        hello, key: signer, lock: fromHex(grant.lock), grant: PhoneSeal.bytes(given.grant.replaceAll("=", "")),
        operation: door.OPERATION.unlock, nonce: crypto.getRandomValues(new Uint8Array(8)),
        time: Math.floor(Date.now() / 1000), since: Math.max(given.lines, heads[grant.lock] ?? 0),
      });
      request = asked; // from here on the lock may turn
      await writeWhole(box, request);
      const result = await readBox(box);
      const told = await door.readResult(result, request, fromHex(grant.key));
      await PhoneQueue.noteAnswer({
        hello: PhoneSeal.coded(hello), request: PhoneSeal.coded(request), result: PhoneSeal.coded(result),
      });
      await PhoneQueue.keep("heads", { ...heads, [grant.lock]: told.known });
      document.dispatchEvent(new Event("lock-answered"));
      return told.outcome;
    } catch (error) {
      if (error.code === door.CODES.OTHER_LOCK) return "other_lock";
      return request ? "unknown" : "no_answer";
    } finally {
      device.gatt.disconnect();
    }
  }

  // -- the page

  function button(words, grant, signer) {
    const part = document.createElement("div");
    part.className = "at-lock";
    const press = document.createElement("button");
    const said = document.createElement("p");
    Object.assign(press, { type: "button", className: "ds-button thumb", textContent: words.open.replace("#", grant.serial) });
    Object.assign(press.dataset, { variant: "primary", size: "lg" });
    said.setAttribute("role", "status");
    part.append(press, said);
    press.addEventListener("click", async () => {
      press.disabled = true;
      said.textContent = words.opening;
      try {
        const device = await navigator.bluetooth.requestDevice({ filters: [{ services: [SERVICE] }] });
        said.textContent = words[`opened_${await open(grant, signer, device)}`];
      } catch {
        said.textContent = words.opened_none; // nobody chose a lock
      } finally {
        press.disabled = false;
      }
    });
    return part;
  }

  // A button at each client whose door this phone has a grant for. Whether it still holds is the lock's to say.
  function offer(place, words, { grants, signer }) {
    for (const link of place.querySelectorAll("h3 a")) {
      const number = link.pathname.split("/").filter(Boolean).pop();
      for (const grant of grants) {
        if (grant.case === number) link.closest("li").append(button(words, grant, signer));
      }
    }
  }

  return { take, offer };
})();
