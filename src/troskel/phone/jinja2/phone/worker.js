// SPDX-License-Identifier: EUPL-1.2
// The phone's service worker. It keeps the app's own files and the page without coverage, and no page about a client;
// it sends what was noted when the network is back. What is unsent lies in IndexedDB, which no update touches.
"use strict";
importScripts(...{{ scripts|tojson }});
const SHELL = {{ ("shell-" ~ version)|tojson }};
const FILES = {{ files|tojson }};
const OFFLINE = {{ offline|tojson }};
const SCOPE = {{ scope|tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    // without credentials: the page is nobody's
    await cache.addAll([OFFLINE, ...FILES].map((url) => new Request(url, { credentials: "omit", cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith((async () => {
      try {
        const response = await fetch(request);
        // sent to sign in: the session is over, perhaps ended by somebody who was told that the phone is gone
        if (response.type === "opaqueredirect" && pathname.startsWith(SCOPE)) await PhoneQueue.dropDay();
        return response;
      } catch {
        return (await caches.open(SHELL)).match(OFFLINE);
      }
    })());
  } else if (FILES.includes(pathname)) {
    event.respondWith((async () => {
      try {
        return await fetch(request);
      } catch {
        return (await (await caches.open(SHELL)).match(pathname)) ?? Response.error();
      }
    })());
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "send") return;
  event.waitUntil((async () => {
    await PhoneQueue.send();
    for (const page of await self.clients.matchAll()) page.postMessage("sent");
    const left = (await PhoneQueue.events()).some((kept) => PhoneQueue.UNSETTLED.includes(kept.state));
    if (left) throw new Error("not all is sent: the browser tries again");
  })());
});
