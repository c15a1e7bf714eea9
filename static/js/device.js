// What a device keeps until the server has it: drafts, the outbox, and the keys that protect both. Nothing here touches
// a page, so the service worker can load this file too.
//
// While somebody is signed in, his key lies here beside what it protects, as his session does. Signing out, or another
// person's page, throws the key away: what is left cannot be read until he signs in again and is handed the same key.
// Without WebCrypto (a plain http address in the office network) rows are kept as they are, and signing out must ask.
((scope) => {
  "use strict";
  const STORES = ["outbox", "drafts", "keys", "facts"];
  const DAY = 24 * 3600 * 1000;
  const KEEP_MS = 7 * DAY;
  const RESCUE = "crm.rescue.";
  const subtle = scope.crypto?.subtle;

  const newId = () => {
    const bytes = scope.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  };
  const me = newId(); // this tab, for as long as its page lives

  // --- two places to keep rows: IndexedDB, and localStorage where there is none -----------------------------------
  const openDatabase = () =>
    new Promise((done, fail) => {
      const request = scope.indexedDB.open("crm", 1);
      request.onupgradeneeded = () =>
        STORES.forEach((name) => request.result.createObjectStore(name, { keyPath: "id" }));
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        done(request.result);
      };
    });

  const inDatabase = (database) => {
    // `change(tx)` may only use the transaction's own requests, so everything in it happens together or not at all.
    const together = (mode, change) =>
      new Promise((done, fail) => {
        const tx = database.transaction(STORES, mode, { durability: "strict" });
        let result;
        tx.oncomplete = () => done(result);
        tx.onabort = () => fail(tx.error || new Error("aborted"));
        change(tx, (value) => (result = value));
      });
    const reading = (act) => together("readonly", (tx, keep) => (act(tx).onsuccess = (event) => keep(event.target.result)));
    return {
      protects: Boolean(subtle),
      all: (store) => reading((tx) => tx.objectStore(store).getAll()),
      get: (store, id) => reading((tx) => tx.objectStore(store).get(id)),
      write: (rows) =>
        together("readwrite", (tx) =>
          rows.forEach(([store, row, gone]) => (gone ? tx.objectStore(store).delete(row) : tx.objectStore(store).put(row))),
        ),
      // Write `row` unless another tab has taken the draft over meanwhile; returns whether it was written.
      writeMine: (row) =>
        together("readwrite", (tx, keep) => {
          const store = tx.objectStore("drafts");
          store.get(row.id).onsuccess = (event) => {
            const there = event.target.result;
            const mine = !there || there.holder === row.holder;
            keep(mine);
            if (mine) store.put(row);
          };
        }),
    };
  };

  const inLocalStorage = () => {
    const name = (store, id) => `crm.${store}.${id}`;
    const rowsOf = (store) =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(name(store, "")))
        .map((key) => JSON.parse(localStorage.getItem(key)));
    const get = (store, id) => JSON.parse(localStorage.getItem(name(store, id)) || "null") || undefined;
    const put = (store, row) => localStorage.setItem(name(store, row.id), JSON.stringify(row));
    return {
      protects: false,
      all: async (store) => rowsOf(store),
      get: async (store, id) => get(store, id),
      write: async (rows) =>
        rows.forEach(([store, row, gone]) => (gone ? localStorage.removeItem(name(store, row)) : put(store, row))),
      writeMine: async (row) => {
        const there = get("drafts", row.id);
        if (there && there.holder !== row.holder) return false;
        put("drafts", row);
        return true;
      },
    };
  };

  let opening;
  const store = () => (opening ??= openDatabase().then(inDatabase).catch(() => inLocalStorage()));
  const all = async (name) => (await store()).all(name);
  const get = async (name, id) => (await store()).get(name, id);
  const write = async (...rows) => (await store()).write(rows);
  const rowsOf = async (name, user) => (await all(name)).filter((row) => row.user === user);

  // --- sealing ---------------------------------------------------------------------------------------------------
  const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const known = new Map();

  const keysOf = async (user) => {
    if (!known.get(user)?.length) known.set(user, (await get("keys", user))?.keys || []);
    return known.get(user);
  };
  const seal = async (user, value) => {
    const [first] = (await store()).protects ? await keysOf(user) : [];
    if (!first) return { plain: value };
    const iv = scope.crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    return { key: first.id, iv, data: await subtle.encrypt({ name: "AES-GCM", iv }, first.key, text) };
  };
  const unseal = async (user, box) => {
    if (!box || "plain" in box) return box?.plain;
    const found = (await keysOf(user)).find((key) => key.id === box.key);
    if (!found) return undefined;
    const text = await subtle.decrypt({ name: "AES-GCM", iv: box.iv }, found.key, box.data);
    return JSON.parse(new TextDecoder().decode(text));
  };

  // Seal what was written before the key was known.
  const protect = async (user) => {
    for (const name of ["outbox", "drafts"]) {
      for (const row of await rowsOf(name, user)) {
        const open = ["box", "reply"].filter((part) => row[part] && "plain" in row[part]);
        if (!open.length) continue;
        for (const part of open) row[part] = await seal(user, row[part].plain);
        await write([name, row]);
      }
    }
  };
  const learnKeys = async (user, list) => {
    if (!(await store()).protects) return;
    const raw = (key) => subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    const keys = await Promise.all(list.map(async ({ id, key }) => ({ id, key: await raw(key) })));
    known.set(user, keys);
    await write(["keys", { id: user, keys }]);
    await protect(user);
  };
  const isProtected = async (user) => {
    const rows = [...(await rowsOf("outbox", user)), ...(await rowsOf("drafts", user))];
    return rows.every((row) => !("plain" in row.box));
  };

  // --- who uses this device --------------------------------------------------------------------------------------
  // A page that is being closed cannot wait for the database; it leaves its last words here, and the next page files them.
  const rescue = (row) => localStorage.setItem(RESCUE + row.id, JSON.stringify(row));
  const settle = (id) => localStorage.removeItem(RESCUE + id);
  const fileRescued = async () => {
    for (const name of Object.keys(scope.localStorage || {}).filter((key) => key.startsWith(RESCUE))) {
      const row = JSON.parse(localStorage.getItem(name));
      const there = await get("drafts", row.id);
      if (!there || (there.state === "open" && there.changed <= row.changed)) {
        row.box = await seal(row.user, row.box.plain);
        await write(["drafts", row]);
      }
      localStorage.removeItem(name);
    }
  };
  const dropKeys = async (keep) => {
    await fileRescued();
    const others = (await all("keys")).filter((row) => row.id !== keep).map((row) => row.id);
    others.forEach((id) => known.delete(id));
    if (others.length) await write(...others.map((id) => ["keys", id, true]));
  };
  // Returns whether somebody else used the device before.
  const claim = async (user) => {
    await fileRescued();
    const before = (await get("facts", "user"))?.user;
    await dropKeys(user);
    if (before !== user) await write(["facts", { id: "user", user }], ["facts", "here", true]);
    return before !== undefined && before !== user;
  };
  // Everything the device may forget at sign-out: keys always, rows only when they could be read without one.
  const forget = async (user) => {
    await dropKeys(null);
    const plain = (await rowsOf("drafts", user)).filter((row) => "plain" in row.box);
    await write(["facts", "user", true], ["facts", "here", true], ...plain.map((row) => ["drafts", row.id, true]));
  };

  // Everything of a person who has left; nobody will sign in again to read it.
  const wipe = async (user) => {
    await fileRescued();
    const rows = await Promise.all(
      ["outbox", "drafts"].map(async (name) => (await rowsOf(name, user)).map((row) => [name, row.id, true])),
    );
    known.delete(user);
    await write(...rows.flat(), ["keys", user, true], ...["user", "here", "mark"].map((id) => ["facts", id, true]));
  };

  // Drafts go seven days after the server has what they became, or after they were thrown away.
  const purge = async (user, now) => {
    const old = (await rowsOf("drafts", user)).filter((row) => row.state !== "open" && row.over && row.over < now - KEEP_MS);
    if (old.length) await write(...old.map((row) => ["drafts", row.id, true]));
  };

  // --- tabs hear of each other -----------------------------------------------------------------------------------
  const channel = scope.BroadcastChannel ? new BroadcastChannel("crm") : null;
  const listeners = [];
  const tell = (news) => {
    listeners.forEach((listen) => listen(news));
    channel?.postMessage(news);
  };
  if (channel) channel.onmessage = (event) => listeners.forEach((listen) => listen({ ...event.data, elsewhere: true }));

  // One at a time across tabs. Without Web Locks a lease in localStorage does; the server takes repetitions anyway.
  const LEASE = "crm.lease";
  const holder = () => JSON.parse(localStorage.getItem(LEASE) || "{}");
  const release = () => holder().by === me && localStorage.removeItem(LEASE);
  // A page that goes away in the middle must not make the next one wait.
  if (!scope.navigator.locks) scope.addEventListener("pagehide", release);
  const leased = async (act) => {
    const held = holder();
    if (held.by && held.by !== me && held.until > Date.now() && held.until < Date.now() + 60000) return undefined;
    localStorage.setItem(LEASE, JSON.stringify({ by: me, until: Date.now() + 30000 }));
    await new Promise((done) => setTimeout(done, 60));
    if (holder().by !== me) return undefined;
    try {
      return await act();
    } finally {
      release();
    }
  };
  const oneAtATime = (act) => (scope.navigator.locks ? scope.navigator.locks.request("crm-sender", act) : leased(act));

  scope.device = {
    me, newId, all, get, write, rowsOf, seal, unseal, learnKeys, isProtected, rescue, settle, claim, forget, wipe, purge,
    oneAtATime, tell,
    writeMine: async (row) => (await store()).writeMine(row),
    onNews: (listen) => listeners.push(listen),
  }; // prettier-ignore
})(self);
