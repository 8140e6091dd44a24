// SPDX-License-Identifier: EUPL-1.2
// The phone's pages as an app: what is tapped without coverage is noted here, and sent when the network is back.
"use strict";

(async () => {
  const app = document.getElementById("app");
  // The page came up by a tag's address. What the tag says of this tap counts once: it stays neither in the address nor
  // in the history, so that a reload says nothing twice. Without coverage the forms take it from here.
  const ofTag = app && location.pathname.startsWith(`${app.dataset.scope}tag/`);
  const signed = [...new URLSearchParams(location.search)].filter(([name]) => ["picc_data", "cmac"].includes(name));
  if (ofTag) history.replaceState(history.state, "", location.pathname);
  if (!app || !navigator.serviceWorker || !crypto.subtle || !window.idb) return;
  const { dataset } = app;

  if (dataset.key) {
    const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
    await PhoneQueue.keep("person", { account: dataset.account, key: dataset.key, sync: dataset.sync, answers: dataset.answers, csrf });
  }
  const person = await PhoneQueue.meta("person");
  const registered = navigator.serviceWorker.register(dataset.worker, { scope: dataset.scope }).catch(() => null);
  if (!person) return;

  // -- what is kept here

  async function show() {
    const list = document.getElementById("queue"); // a form's answer puts another in its place
    const all = await PhoneQueue.events();
    const own = all.filter((event) => event.account === person.account);
    for (const { account, noted } of await PhoneQueue.answers()) {
      if (account === person.account) own.push({ kind: "opened", noted, state: "noted", error: "" });
    }
    list.hidden = !all.length && !own.length;
    const rows = list.querySelector("ul");
    rows.replaceChildren(...own.map((event) => {
      const row = document.createElement("li");
      const lang = document.documentElement.lang;
      const hours = new Date(event.noted).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
      const time = lang === "sv" ? hours.replace(":", ".") : hours;
      const why = event.state === "refused" ? "" : dataset[`error_${event.error}`] ?? (event.error ? dataset.error_other : "");
      row.dataset.state = event.state;
      row.textContent = [`${dataset[event.kind]} ${time}.`, dataset[`state_${event.state}`], why].join(" ");
      return row;
    }));
    const others = all.filter((event) => event.account !== person.account).length;
    list.querySelector("[data-others]").hidden = !others;
  }

  const isWithoutCoverage = document.querySelector("form[data-noted]") !== null;

  const isUnsent = async () => (await PhoneQueue.answers()).some((kept) => kept.account === person.account)
    || (await PhoneQueue.events())
      .some((event) => event.account === person.account && PhoneQueue.UNSETTLED.includes(event.state));

  let wasUnsent = await isUnsent();
  async function send() {
    await PhoneQueue.send();
    if (isWithoutCoverage && wasUnsent && !(await isUnsent())) location.assign(dataset.scope);
    else await show();
  }

  async function sendLater() {
    const worker = await registered;
    if (worker?.sync) await worker.sync.register("send").catch(() => undefined);
  }

  // -- what is tapped

  const content = (form) => {
    const values = Object.fromEntries(new FormData(form));
    const told = { kind: values.do };
    if (values.do === "arrive" && (values.client || dataset.client)) told.client = values.client || dataset.client;
    for (const name of ["by", "tag", "serial", "reason", "visit", "picc_data", "cmac"]) if (values[name]) told[name] = values[name].trim();
    return told;
  };

  async function note(form, noted) {
    const told = content(form);
    if (told.kind === "depart" && !told.visit) told.visit = (await PhoneQueue.meta("under_way"))?.id;
    const key = form.elements.key?.value;
    await PhoneQueue.note(told, { noted, ...(key ? { id: key } : {}) });
    navigator.storage?.persist?.();
    await sendLater();
  }

  const tapped = new WeakMap();
  const isNoted = (form) => ["arrive", "depart"].includes(form?.elements?.do?.value);
  document.addEventListener("submit", (event) => {
    if (isNoted(event.target)) tapped.set(event.target, new Date());
  }, true);

  // online: the server answers the form as ever; where it does not, the tap is noted by the form's own key
  for (const missing of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(missing, async (event) => {
      const { response, sourceElement } = event.detail.ctx ?? {};
      const form = sourceElement?.closest?.("form");
      if (!isNoted(form) || (response && response.status < 500)) return;
      event.stopImmediatePropagation();
      await note(form, tapped.get(form) ?? new Date());
      await PhoneQueue.send();
      location.assign((await isUnsent()) ? dataset.offline : dataset.scope);
    }, true);
  }

  // the page without coverage: its forms are only noted
  for (const form of document.querySelectorAll("form[data-noted]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        await note(form, tapped.get(form) ?? new Date());
        wasUnsent = true;
        form.reset();
        await underWay();
        await send();
      } finally {
        button.disabled = false;
      }
    });
    form.querySelector("button").disabled = false;
  }

  const tagForms = ofTag && isWithoutCoverage ? [...document.querySelectorAll("form[data-noted]:has([name=tag])")] : [];
  for (const form of tagForms) {
    const number = form.elements.tag;
    number.value = decodeURIComponent(location.pathname.slice(dataset.scope.length).split("/")[1] ?? "");
    number.readOnly = true;
    number.required = !signed.length;
    for (const [name, value] of signed) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    form.addEventListener("reset", () => {
      for (const used of tagForms) {
        for (const [name] of signed) used.elements[name]?.remove();
        Object.assign(used.elements.tag, { readOnly: false, required: true, value: "" });
      }
    });
  }

  async function underWay() {
    const visit = await PhoneQueue.meta("under_way");
    const here = Boolean(visit && visit.account === person.account);
    for (const part of document.querySelectorAll("[data-begins]")) part.hidden = here;
    for (const part of document.querySelectorAll("[data-ends]")) part.hidden = !here;
  }

  // what the server says is under way, unless something that it does not know of yet has been noted since
  async function learns({ visit, account }) {
    if (visit === undefined || (await isUnsent())) return;
    await PhoneQueue.keep("under_way", visit ? { id: visit, account } : null);
  }
  await learns(dataset);
  document.addEventListener("htmx:after:swap", () => learns(document.getElementById("app")?.dataset ?? {}));

  navigator.serviceWorker.addEventListener("message", send); // the worker has sent
  document.addEventListener("lock-answered", async () => {
    wasUnsent = true;
    await sendLater();
    await send();
  });
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });

  // whoever signs out leaves nothing here but what is unsent
  for (const form of document.querySelectorAll("form[data-leaves]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await PhoneQueue.dropDay();
      await PhoneQueue.send().catch(() => undefined);
      form.elements.unsent.value = String((await PhoneQueue.answers()).length
        + (await PhoneQueue.events()).filter((kept) => kept.state !== "refused").length);
      form.submit();
    }, { once: true });
  }

  const clients = document.querySelector("[data-clients]");
  const day = document.getElementById("day");
  if (day && isWithoutCoverage) await PhoneDay.offline(day, person.account);
  else if (day && clients) await PhoneDay.online(day, dataset.account, clients.outerHTML);
  await underWay();
  await show();
  await send();
  if (document.querySelector("[data-tells-refusals]")) await PhoneQueue.forgetRefused(person.account);
})();
