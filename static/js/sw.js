// The service worker. The server writes CONFIG above this text; version "0" makes it remove itself.
//
// It keeps the shell (files under their build's name, one offline page) and, for the person who is signed in, the few
// pages that may lie on a device. It never keeps a redirect, a sign-in page, an error, or somebody else's page: each
// page of a signed-in person says whose it is in X-Signed-In.
(() => {
  "use strict";
  const { version, shell = [], offline = "", session = "", scripts = [], statics = "/static/" } = self.CONFIG;
  const FILES = `files-${version}`;
  const HERE = "/.here";
  const QUICK_MS = 400; // so long a kept page waits for the network before it is shown
  if (scripts.length) self.importScripts(...scripts);

  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const pagesOf = (user) => `pages-${user}`;

  // --- whose device it is ----------------------------------------------------------------------------------------
  const readHere = async () => (await caches.match(HERE, { cacheName: "meta" }))?.json();
  const forgetPages = async (keep) => {
    const names = (await caches.keys()).filter((name) => name.startsWith("pages-") && name !== keep);
    await Promise.all(names.map((name) => caches.delete(name)));
  };
  const become = async (here) => {
    await forgetPages(pagesOf(here.user));
    await (await caches.open("meta")).put(HERE, new Response(JSON.stringify(here)));
  };
  // How often a session was seen to end: what was asked for before that is not kept when its answer comes after.
  let ends = 0;
  const forget = async () => {
    ends += 1;
    await forgetPages("");
    await caches.delete("meta");
  };

  // --- pages -----------------------------------------------------------------------------------------------------
  const isPageOf = (response, user) =>
    response.status === 200 && response.type === "basic" && !response.redirected &&
    (response.headers.get("Content-Type") || "").startsWith("text/html") &&
    response.headers.get("X-Signed-In") === String(user); // prettier-ignore

  // Tokens and identifiers are new in every answer; without them two copies of an unchanged page are equal.
  const essence = (html) => html.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{64}/g, "");

  // What an answer says once ("Saved") belongs to that moment and is never kept.
  const ONCE = /(<div class="toasts"[^>]*>)([\s\S]*?)(<\/div>\s*<div class="visually-hidden" id="alerts")/;

  // Keep a fresh answer; resolves to what is new in it against the copy before, if anything is.
  const keep = async (here, path, response, asked) => {
    if (response.type === "opaqueredirect") ends += 1;
    const cache = await caches.open(pagesOf(here.user));
    if (response.type === "opaqueredirect" || response.status === 403) await cache.delete(path);
    if (!isPageOf(response, here.user)) return null;
    const whole = await response.text();
    const html = whole.replace(ONCE, "$1$3");
    const before = await (await cache.match(path))?.text();
    const headers = new Headers(response.headers);
    ["Content-Encoding", "Content-Length"].forEach((name) => headers.delete(name));
    headers.set("X-Kept-At", String(Date.now()));
    if (asked !== ends) return null;
    await cache.put(path, new Response(html, { headers }));
    const said = (whole.match(ONCE)?.[2] || "").trim();
    const differs = before !== undefined && essence(before) !== essence(html);
    return differs || said ? { differs, said } : null;
  };
  const refresh = async (here) => {
    for (const path of here.pages) {
      const asked = ends;
      const options = { headers: { "X-Background": "1" }, redirect: "manual", cache: "no-store" };
      const response = await fetch(path, options).catch(() => null);
      if (response) await keep(here, path, response, asked);
    }
  };

  const two = (number) => String(number).padStart(2, "0");
  const clock = (moment) => {
    const day = new Date(moment);
    const time = `${two(day.getHours())}:${two(day.getMinutes())}`;
    if (day.toDateString() === new Date().toDateString()) return time;
    return `${two(day.getMonth() + 1)}-${two(day.getDate())} ${time}`;
  };
  const escape = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  // The copy, saying how old it is. It is written into the page, so that nothing moves once it is painted.
  const keptPage = async (here, path) => {
    if (!here?.pages.includes(path)) return null;
    const copy = await (await caches.open(pagesOf(here.user))).match(path);
    if (!copy) return null;
    const made = Number(copy.headers.get("X-Kept-At"));
    const words = escape((here.asOf || "").replace("%(time)s", clock(made)));
    const html = (await copy.text())
      .replace("<html ", `<html data-kept="${made}" `)
      .replace('id="kept-banner" hidden>', `id="kept-banner" role="status">${words}`);
    return new Response(html, { headers: copy.headers });
  };

  const offlinePage = async (here, url) => {
    if (url.pathname === "/" && here?.pages.length) return Response.redirect(here.pages[0]);
    return (await caches.match(offline)) || Response.error();
  };
  // Sent to sign in: where that is because the person has left, the copies go too (his rows have gone by then).
  const noteEnd = async (here, response) => {
    if (!here || response.type !== "opaqueredirect") return here;
    const { state } = await self.sender.askSession(session, here.user);
    if (state !== "gone") return here;
    await forget();
    return null;
  };
  // Somebody else's page has come through: the copies of the one before go.
  const noteWho = async (here, response) => {
    const user = Number(response.headers.get("X-Signed-In"));
    if (!user || user === here?.user) return here;
    await forget();
    return null;
  };
  const navigate = async (event, url) => {
    const here = await readHere();
    const path = url.pathname;
    const copy = await keptPage(here, path);
    const asked = ends;
    const fresh = fetch(event.request);
    const filed = fresh
      .then(async (response) => {
        const own = response.clone(); // at once: the browser takes the answer's body while this waits
        const still = await noteEnd(await noteWho(here, response), response);
        return still?.pages.includes(path) && !url.search ? keep(still, path, own, asked) : null;
      })
      .catch(() => null);
    event.waitUntil(filed);
    if (!copy) return fresh.catch(() => offlinePage(here, url));
    const answer = fresh.then((response) => (response.status >= 502 ? copy : response)).catch(() => copy);
    const shown = await Promise.race([answer, sleep(QUICK_MS).then(() => copy)]);
    if (shown === copy) event.waitUntil(filed.then((news) => news && tellNewer(event.resultingClientId, path, news)));
    return shown;
  };
  const tellNewer = async (id, path, news) => (await self.clients.get(id))?.postMessage({ type: "newer", path, ...news });

  // --- files -----------------------------------------------------------------------------------------------------
  const file = async (request) => {
    const kept = await caches.match(request);
    if (kept) return kept;
    const response = await fetch(request);
    if (response.status === 200 && response.type === "basic") await (await caches.open(FILES)).put(request, response.clone());
    return response;
  };
  const install = async () => {
    const cache = await caches.open(FILES);
    const put = async (url) => {
      const response = await fetch(url, { cache: "no-cache", headers: { "X-Background": "1" } });
      if (response.status === 200 && !response.redirected) await cache.put(url, response);
    };
    await Promise.all([...shell, offline].map((url) => put(url).catch(() => undefined)));
    await self.skipWaiting();
  };
  // The files of the build before stay: a page that is still open may ask for one of them.
  const activate = async () => {
    const builds = (await caches.keys()).filter((name) => name.startsWith("files-"));
    const old = builds.filter((name) => name !== FILES).slice(0, -1);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  const removeMyself = async () => {
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
    await self.registration.unregister();
  };

  // --- what waits, when the browser wakes the worker for it --------------------------------------------------------
  const send = async () => {
    const windows = await self.clients.matchAll({ type: "window" });
    if (windows.length) return windows.forEach((page) => page.postMessage({ type: "flush" }));
    const user = (await self.device.get("facts", "user"))?.user;
    if (!user) return undefined;
    const end = await self.sender.flush({ user, sessionUrl: session, all: true });
    if (end === "unreachable") throw new Error("try again"); // the browser will
    return undefined;
  };

  const orders = {
    here: async (event) => {
      const { user, pages, asOf } = event.data;
      await become({ user, pages, asOf });
      event.waitUntil(refresh({ user, pages, asOf }));
    },
    stale: async (event) => {
      const here = await readHere();
      if (here) event.waitUntil(refresh(here));
    },
    forget,
  };

  self.addEventListener("install", (event) => event.waitUntil(version === "0" ? self.skipWaiting() : install()));
  self.addEventListener("activate", (event) => event.waitUntil(version === "0" ? removeMyself() : activate()));
  if (version === "0") return;
  self.addEventListener("message", (event) => {
    const order = orders[event.data?.type];
    if (order) event.waitUntil(order(event).then(() => event.ports[0]?.postMessage("done")));
  });
  self.addEventListener("sync", (event) => event.tag === "crm-outbox" && event.waitUntil(send()));
  self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
    if (event.request.mode === "navigate") event.respondWith(navigate(event, url));
    else if (url.pathname.startsWith(statics)) event.respondWith(file(event.request));
  });
})();
