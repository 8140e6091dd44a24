// SPDX-License-Identifier: EUPL-1.2
// Today's clients without coverage: the list lies sealed on the phone, and a passkey opens it. The passkey's PRF gives the
// same secret each time, and only to its owner; the secret wraps a key, and nothing that opens the list is ever stored.
"use strict";

const PhoneDay = (() => {
  const SALT = new TextEncoder().encode("troskel: today's clients");
  const SHIFT = 14 * 60 * 60 * 1000;
  const UNUSED = 5 * 60 * 1000; // then the list is locked again

  const secretOf = (credential) => credential.getClientExtensionResults().prf?.results?.first;
  const eachTime = () => crypto.getRandomValues(new Uint8Array(32));

  // The secret of the passkey with this id. Throws where its owner says no.
  async function secret(id) {
    const credential = await navigator.credentials.get({
      publicKey: {
        challenge: eachTime(),
        allowCredentials: [{ type: "public-key", id: PhoneSeal.bytes(id) }],
        userVerification: "required",
        extensions: { prf: { eval: { first: SALT } } },
      },
    });
    return secretOf(credential);
  }

  // Makes the passkey that locks, and the key it wraps. False where this phone has no passkeys that can.
  async function begin(account, name) {
    if (!window.PublicKeyCredential) return false;
    const user = { id: new TextEncoder().encode(`${account} lock`), name, displayName: name }; // the same one is replaced
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { name: "Tröskel" }, user, challenge: eachTime(),
        pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
        authenticatorSelection: { authenticatorAttachment: "platform", userVerification: "required" },
        extensions: { prf: { eval: { first: SALT } } },
      },
    });
    if (!made.getClientExtensionResults().prf?.enabled) return false;
    const id = PhoneSeal.coded(new Uint8Array(made.rawId));
    const given = secretOf(made) ?? await secret(id);
    if (!given) return false;
    const signer = await PhoneSeal.makeSigner(given);
    await PhoneQueue.dropDay(); // what was sealed to the key before
    await PhoneQueue.keep("lock", { account, id, signer, ...(await PhoneSeal.makePair(given)) });
    return true;
  }

  const lockOf = async (account) => {
    const lock = await PhoneQueue.meta("lock");
    return lock?.account === account ? lock : null;
  };

  function until() {
    const midnight = new Date();
    midnight.setHours(24, 0, 0, 0);
    return new Date(Math.min(midnight.getTime(), Date.now() + SHIFT)).toISOString();
  }

  // Seals the list as it stands on the page, and asks for grants. It holds until midnight, and no longer than a shift.
  async function keep(account, list) {
    const lock = await lockOf(account);
    if (!lock) return;
    const ends = until();
    await PhoneQueue.keep("day", { account, ends, sealed: await PhoneSeal.seal(lock.publicKey, `${account} ${ends}`, list) });
    await PhoneDoors.take(lock);
  }

  // What lies here of today, for this person; what has run out goes.
  async function kept(account) {
    const day = await PhoneQueue.meta("day");
    if (!day) return null;
    if (day.ends <= new Date().toISOString()) for (const name of ["day", "grants", "asks"]) await PhoneQueue.drop(name);
    else if (day.account === account && await lockOf(account)) return day;
    return null;
  }

  // The list, the grants, and the key that signs, once the passkey's owner has opened them.
  async function unlock(account) {
    const lock = await lockOf(account);
    const given = await secret(lock.id);
    const key = await PhoneSeal.unwrap(given, lock.wrapped);
    const day = await kept(account);
    if (!day) return null;
    const opened = await PhoneSeal.open(key, lock.publicKey, `${account} ${day.ends}`, day.sealed);
    const { list, grants: old } = opened.startsWith("{") ? JSON.parse(opened) : { list: opened, grants: [] }; // of before
    const taken = await PhoneQueue.meta("grants");
    const grants = taken?.account === account
      ? JSON.parse(await PhoneSeal.open(key, lock.publicKey, `${account} grants`, taken.sealed)) : old;
    return { list, grants, signer: lock.signer && await PhoneSeal.unwrapSigner(given, lock.signer.wrapped) };
  }

  // -- the pages

  function chooses(link, form) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      form.elements.client.value = link.pathname.split("/").filter(Boolean).pop();
      form.closest("details").open = true;
      form.closest("section").hidden = false;
      form.elements.reason[0].focus();
    });
  }

  // Without coverage: a button that opens the list, and the list until nobody has touched the page for minutes.
  async function offline(part, account) {
    const button = part.querySelector("button");
    const place = part.querySelector("[data-list]");
    const said = part.querySelector("[role=status]");
    let timer = 0;
    const lock = () => {
      place.replaceChildren();
      button.hidden = false;
    };
    const used = () => {
      clearTimeout(timer);
      timer = setTimeout(lock, UNUSED);
    };
    part.hidden = !(await kept(account));
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        const day = await unlock(account);
        part.hidden = !day;
        const page = new DOMParser().parseFromString(day?.list ?? "", "text/html");
        place.replaceChildren(...page.body.children);
        if (day) PhoneDoors.offer(place, part.dataset, day);
        const form = document.querySelector("form[data-noted] [name=client]")?.form;
        for (const link of place.querySelectorAll("a")) if (form) chooses(link, form);
        button.hidden = true;
        used();
      } catch {
        said.textContent = part.dataset.locked;
      }
    });
    for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, used);
    addEventListener("pagehide", lock);
  }

  // With coverage: the list is sealed anew, or a button begins it; the same button ends it, so that nothing moves.
  async function online(part, account, list) {
    const button = part.querySelector("button");
    const said = part.querySelector("[role=status]");
    const first = { says: said.textContent, does: button.textContent };
    const tell = async () => {
      const is = Boolean(await lockOf(account));
      said.textContent = is ? part.dataset.kept : first.says;
      button.textContent = is ? part.dataset.leave : first.does;
    };
    const cannot = () => {
      said.textContent = part.dataset.cannot;
      button.hidden = true;
    };
    if (!window.PublicKeyCredential) return cannot();
    button.addEventListener("click", async () => {
      try {
        if (await lockOf(account)) await PhoneQueue.dropDay();
        else if (!(await begin(account, part.dataset.name))) return cannot();
        await keep(account, list);
        await tell();
      } catch {
        said.textContent = part.dataset.failed;
      }
    });
    await keep(account, list);
    await tell();
    button.disabled = false;
  }

  return { offline, online };
})();
