// Keeps every page of the site on the reader's device, so that it opens without a network.
// The build writes the list of files in; a file is kept under its address and the digest of its
// content, so that a new build fetches what has changed and drops what is gone.
"use strict";

const VERSION = "{version}"; // of the whole site
const FILES = new Map(Object.entries({files}));
const { scope } = self.registration;
const CACHE = `unrolled ${scope}`; // other sites may live on the same host
const address = (name) => `${scope}${encodeURI(name)}?${FILES.get(name)}`;

async function fetchMissing() {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  const missing = [...FILES.keys()].map(address).filter((url) => !kept.has(url));
  await Promise.all(missing.map((url) => cache.add(url)));
}

async function dropOld() {
  const cache = await caches.open(CACHE);
  const wanted = new Set([...FILES.keys()].map(address));
  const old = (await cache.keys()).filter((request) => !wanted.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function answer(request, name) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address(name), { ignoreVary: true })) || fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetchMissing().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (!url.href.startsWith(scope)) return;
  const path = decodeURI(url.pathname.slice(new URL(scope).pathname.length));
  const name = path.replace(/(^|\/)$/, "$1index.html");
  if (FILES.has(name)) event.respondWith(answer(event.request, name));
});
