// The product on this device: the service worker and the pages it keeps, and leaving without leaving anything behind.
(() => {
  "use strict";
  const { device, drafts, outbox, crm } = window;
  const { texts, toast } = crm;
  const { user, urls, sleep, fresh } = outbox;
  const doc = document;
  const root = doc.documentElement;
  const find = (selector, inside = doc) => inside.querySelector(selector);
  const REFRESH_MS = 10 * 60 * 1000;

  // --- the service worker ----------------------------------------------------------------------------------------
  // Resolves when the worker has done what it was told, or after a second.
  const tellWorker = async (message) => {
    const worker = (await navigator.serviceWorker?.getRegistration())?.active;
    if (!worker) return;
    const channel = new MessageChannel();
    const done = new Promise((heard) => (channel.port1.onmessage = heard));
    worker.postMessage(message, [channel.port2]);
    await Promise.race([done, sleep(1000)]);
  };
  // The kept pages are fetched anew when somebody arrives, when they would look different, and every ten minutes.
  const arrive = async () => {
    const look = [root.lang, root.dataset.bsTheme, root.dataset.density].join(" ");
    const last = await device.get("facts", "here");
    if (last?.user === user && last.look === look && last.at < Date.now() && last.at > Date.now() - REFRESH_MS) return;
    const session = await fresh();
    if (session.state !== "ok") return;
    if (session.worker && navigator.serviceWorker) {
      await navigator.serviceWorker.register(urls.worker, { scope: "/", updateViaCache: "none" });
      await navigator.serviceWorker.ready;
      await tellWorker({ type: "here", user, pages: session.pages, asOf: texts.asOf });
    }
    await device.write(["facts", { id: "here", user, look, at: Date.now() }]);
  };

  // --- a page that came from the device while a newer one was on its way -------------------------------------------
  let touched = false;
  ["pointerdown", "keydown"].forEach((name) => doc.addEventListener(name, () => (touched = true), { capture: true, once: true }));
  // What the newer answer said, which nobody has seen yet.
  const sayMissed = (html) => {
    const holder = doc.createElement("template");
    holder.innerHTML = html;
    return [...holder.content.querySelectorAll("[data-toast]")].map((box) => ({
      text: find("p", box).textContent,
      undo: find("form", box)?.getAttribute("action").match(/\d+/)?.[0],
    }));
  };
  const showNewer = ({ differs, said }) => {
    const missed = sayMissed(said);
    if (differs && !touched && !find("dialog[open]")) return outbox.reload(missed[0]);
    missed.forEach(outbox.sayDone);
    if (differs) toast(texts.asOfNew, { action: { label: texts.showNew, onClick: () => outbox.reload() } });
    return undefined;
  };
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.type === "flush") outbox.flush(true);
    if (data?.type === "newer" && root.dataset.kept && data.path === location.pathname) showNewer(data);
  });
  window.addEventListener("pageshow", async (event) => {
    // Back, after everybody has signed out or somebody else has signed in.
    if (event.persisted && ["signed-out", "other"].includes((await fresh()).state)) location.reload();
  });

  // --- signing out -----------------------------------------------------------------------------------------------
  // What has not been sent; where the device cannot encrypt, open drafts count too, for nothing would protect them.
  const unsent = async () => {
    const sealed = await device.isProtected(user);
    const rows = await device.rowsOf("outbox", user);
    const open = sealed ? [] : (await device.rowsOf("drafts", user)).filter((row) => row.state === "open");
    const boxes = await Promise.all([...rows, ...open].map((row) => device.unseal(user, row.box).catch(() => null)));
    return { sealed, boxes: boxes.map((box) => box || { title: texts.untitled, text: "" }) };
  };
  const ask = (form, { sealed, boxes }) => {
    const dialog = doc.getElementById("sign-out-ask");
    const items = boxes.map((box) => Object.assign(doc.createElement("li"), { textContent: box.title }));
    const anyway = find("[data-sign-out-anyway]", dialog);
    find("[data-unsent]", dialog).replaceChildren(...items);
    find("[data-sealed]", dialog).hidden = anyway.hidden = !sealed;
    find("[data-unsealed]", dialog).hidden = sealed;
    find("[data-copy-unsent]", dialog).onclick = () => outbox.copy(boxes.map((box) => `${box.title}\n${box.text}`).join("\n\n"));
    anyway.onclick = () => signOut(form);
    form.closest("details")?.removeAttribute("open");
    crm.openDialog("sign-out-ask");
  };
  const signOut = async (form) => {
    const session = await fresh();
    if (session.state === "unreachable") return toast(texts.sendError, { tone: "warn" });
    if (session.csrf) form.elements.csrfmiddlewaretoken.value = session.csrf;
    await device.forget(user);
    await tellWorker({ type: "forget" });
    Object.keys(localStorage).filter((key) => !/^crm\.(outbox|drafts)\./.test(key)).forEach((key) => localStorage.removeItem(key));
    sessionStorage.clear();
    device.tell({ type: "signed-out" });
    return form.submit();
  };
  doc.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-out]") || event.defaultPrevented) return;
    event.preventDefault();
    await drafts.flush();
    await Promise.race([Promise.all([outbox.flush(true), fresh()]), sleep(5000)]);
    const left = await unsent();
    if (left.boxes.length) ask(form, left);
    else signOut(form);
  });
  // Who has left finds nothing on his device any more, not even the page he looks at.
  const leave = async () => {
    await tellWorker({ type: "forget" });
    localStorage.clear();
    sessionStorage.clear();
    location.assign(urls.signIn);
  };
  device.onNews((news) => {
    if (news.type === "gone") leave();
    if (news.type === "signed-out" && news.elsewhere) location.assign(urls.signIn);
    if (news.type === "sent" && !news.elsewhere) tellWorker({ type: "stale" });
  });

  window.shell = { ready: outbox.ready.then(arrive).catch(console.error) };
})();
