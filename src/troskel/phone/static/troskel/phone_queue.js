// SPDX-License-Identifier: EUPL-1.2
// What a carer notes without coverage: kept until the server has answered about it. For the page and its service worker.
// Nothing about a client is kept but sealed to the server (phone_seal.js): this phone can't read it again either. In the
// clear are id, number, time, and whether it is an arrival or a departure.
"use strict";

const PhoneQueue = (() => {
  const BATCH = 50;
  const KEPT_REFUSALS = 7 * 24 * 60 * 60 * 1000;
  const UNSETTLED = ["noted", "on_the_way"];

  // -- keeping

  const open = () => idb.openDB("troskel-phone", 1, {
    upgrade(database) {
      database.createObjectStore("events", { keyPath: "id" });
      database.createObjectStore("meta");
    },
  });

  // One connection a task, closed after it: an update of the app never waits for an old page.
  async function within(work) {
    const database = await open();
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }

  const meta = (name) => within((database) => database.get("meta", name));
  // the session is over: what a passkey opens goes as well
  const dropDay = () => within(async (database) => {
    for (const name of ["day", "grants", "asks", "lock"]) await database.delete("meta", name);
  });
  const drop = (name) => within((database) => database.delete("meta", name));
  const keep = (name, value) => within((database) => database.put("meta", value, name));

  // This installation's id, which also one that has noted nothing yet has.
  const installation = () => within(async (database) => {
    const all = database.transaction("meta", "readwrite");
    const phone = (await all.store.get("phone")) ?? { id: crypto.randomUUID(), sequence: 0 };
    await all.store.put(phone, "phone");
    await all.done;
    return phone.id;
  });

  // Notes an event, `content` sealed. Gives its id.
  async function note(content, { id = crypto.randomUUID(), noted = new Date() } = {}) {
    const { account, key } = await meta("person");
    const sealed = await PhoneSeal.seal(key, `${account} ${id}`, JSON.stringify(content));
    await within(async (database) => {
      const all = database.transaction(["events", "meta"], "readwrite");
      const known = all.objectStore("meta");
      const phone = (await known.get("phone")) ?? { id: crypto.randomUUID(), sequence: 0 };
      phone.sequence += 1;
      const event = { id, account, kind: content.kind, noted: noted.toISOString(), sealed, phone: phone.id };
      all.objectStore("events").put({ ...event, sequence: phone.sequence, state: "noted", tries: 0, error: "" });
      known.put(phone, "phone");
      // a visit that the client did not want is over as it begins
      if (content.kind === "arrive" && content.reason !== "declined") known.put({ id, account, noted: event.noted }, "under_way");
      else known.delete("under_way");
      await all.done;
    });
    return id;
  }

  const events = async () => (await within((database) => database.getAll("events"))).sort((a, b) => a.sequence - b.sequence);

  // -- what locks have answered, without the server: kept the same way, until it has been told

  async function noteAnswer(messages) {
    const { account, key } = await meta("person");
    const id = crypto.randomUUID();
    const sealed = await PhoneSeal.seal(key, `${account} ${id}`, JSON.stringify(messages));
    await within(async (database) => {
      const all = database.transaction("meta", "readwrite");
      const kept = (await all.store.get("answers")) ?? [];
      await all.store.put([...kept, { id, account, noted: new Date().toISOString(), sealed }], "answers");
      await all.done;
    });
  }

  const answers = async () => (await meta("answers")) ?? [];

  async function sendAnswers() {
    const person = await meta("person");
    const own = (await answers()).filter((kept) => kept.account === person?.account).slice(0, BATCH);
    if (!own.length || !person.answers) return;
    const body = { answers: own.map(({ id, sealed }) => ({ id, sealed })) };
    const told = await post(person.answers, body).then((response) => response.ok && response.json()).catch(() => null);
    if (!told) return;
    const settled = new Set(told.answers.map((answer) => answer.id));
    await within(async (database) => {
      const all = database.transaction("meta", "readwrite");
      await all.store.put(((await all.store.get("answers")) ?? []).filter((kept) => !settled.has(kept.id)), "answers");
      await all.done;
    });
  }

  // -- today's grants: asked for beside what is sent, until an answer brings them, and sealed to the passkey's owner

  const asksFor = async (account) => {
    const lock = await meta("lock");
    return lock?.signer && lock.account === account && (await meta("asks")) ? lock : null;
  };

  // `grants` null: the server could not say. What lies here stays, and it is asked again with the next batch.
  async function takeGrants({ account, publicKey }, grants) {
    if (!grants) return;
    const sealed = await PhoneSeal.seal(publicKey, `${account} grants`, JSON.stringify(grants));
    await within(async (database) => {
      const all = database.transaction("meta", "readwrite");
      await all.store.put({ account, sealed }, "grants");
      for (const name of ["asks", "heads"]) await all.store.delete(name); // the server has said what it has of the logs
      await all.done;
    });
  }

  // -- sending

  const post = async (url, body, patience = 20_000) => fetch(url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(patience),
    headers: { "Content-Type": "application/json", "X-CSRFToken": (await meta("person")).csrf },
    body: JSON.stringify(body),
  });

  async function sendOnce() {
    const person = await meta("person");
    if (!person) return 0;
    const own = (await events()).filter((event) => event.account === person.account && UNSETTLED.includes(event.state));
    const asks = await asksFor(person.account);
    if (!own.length && !asks) return 0;
    const phone = own[0]?.phone ?? await installation(); // what another installation noted is told as its own
    const ofPhone = own.filter((event) => event.phone === phone);
    const batch = ofPhone.slice(0, BATCH);
    const told = ({ id, sequence, noted }) => ({ id, sequence, noted });
    const body = {
      phone,
      sent: new Date().toISOString(),
      events: batch.map((event) => ({ ...told(event), sealed: event.sealed })),
      waiting: ofPhone.slice(BATCH, BATCH + 1000).map(told),
      ...(asks && { key: asks.signer.point }),
    };
    let answers = [];
    let error = "";
    try {
      const response = await post(person.sync, body);
      if (response.ok) {
        const answer = await response.json();
        answers = answer.events;
        if (asks) await takeGrants(asks, answer.grants);
      } else error = response.type === "opaqueredirect" ? "signed_out" : String(response.status);
      if (error === "signed_out" || response.status === 401 || response.status === 403) await dropDay();
    } catch {
      error = "no_network";
    }
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    return within(async (database) => {
      const all = database.transaction("events", "readwrite");
      let settled = 0;
      for (const sent of batch) {
        const event = (await all.store.get(sent.id)) ?? sent;
        const answer = byId.get(sent.id);
        if (answer && !UNSETTLED.includes(answer.state)) {
          settled += 1;
          if (answer.state === "refused") {
            const { sealed, ...rest } = event; // the server has it, and tells why
            all.store.put({ ...rest, state: "refused", error: answer.code });
          } else all.store.delete(sent.id);
        } else all.store.put({ ...event, state: "on_the_way", tries: event.tries + 1, error: answer?.code ?? error });
      }
      await all.done;
      return settled;
    });
  }

  // Sends until nothing more is settled. A page and the worker take turns; were they not to, nothing would count twice.
  // The server's page has told of them.
  const forgetRefused = (account) => within(async (database) => {
    const all = database.transaction("events", "readwrite");
    for (const event of await all.store.getAll()) {
      if (event.state === "refused" && event.account === account) all.store.delete(event.id);
    }
    await all.done;
  });

  const send = () => navigator.locks.request("troskel-send", async () => {
    await sendAnswers(); // first: then grants say what the server has of the locks' logs
    let settled = 0;
    for (let now = await sendOnce(); now; now = await sendOnce()) settled += now;
    await within(async (database) => {
      const since = new Date(Date.now() - KEPT_REFUSALS).toISOString();
      const all = database.transaction("events", "readwrite");
      for (const event of await all.store.getAll()) {
        if (event.state === "refused" && event.noted < since) all.store.delete(event.id);
      }
      await all.done;
    });
    return settled;
  });

  return { note, noteAnswer, answers, post, events, send, forgetRefused, keep, meta, dropDay, drop, UNSETTLED };
})();
