// Save works without a connection: the form goes into the outbox on this device first, the page goes on at once, and the
// server gets it as soon as there is a way. Also here: the state in the top bar.
(() => {
  "use strict";
  const { device, sender, drafts, crm } = window;
  const { texts, fill, toast } = crm;
  const doc = document;
  const urls = { ...doc.currentScript.dataset }; // session, outbox, signIn, undo, worker
  const user = Number(doc.body.dataset.user);
  const find = (selector, root = doc) => root.querySelector(selector);
  const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const ANSWER_MS = 1500; // so long a save waits for the server before the page goes on
  const TICK_MS = 15000;
  const DAY_MS = 24 * 3600 * 1000;
  const FLASH = "crm.flash";
  const awaited = new Set(); // items whose answer a save is waiting for, and will show itself
  let reached = "ok"; // how the last attempt ended: ok, signed-out, other, unreachable
  let sending = false;

  // --- the state in the top bar ----------------------------------------------------------------------------------
  const stateOf = (n, problems) => {
    if (problems) return [fill(texts.syncProblem, { n: problems }), "danger"];
    if (n && ["signed-out", "other"].includes(reached)) return [fill(texts.syncSignIn, { n }), "danger"];
    if (!navigator.onLine || reached === "unreachable")
      return [n ? fill(texts.syncOfflineWaiting, { n }) : texts.syncOffline, "warn"];
    if (n) return [sending ? texts.syncSending : fill(texts.syncWaiting, { n }), "warn"];
    return [texts.syncOk, "ok"];
  };
  const showState = async () => {
    const pill = doc.getElementById("sync-state");
    const rows = await device.rowsOf("outbox", user);
    const problems = rows.filter((row) => row.state === "problem").length;
    const [words, tone] = stateOf(rows.length - problems, problems);
    if (pill && pill.textContent !== words) pill.textContent = words;
    if (pill) pill.className = `pill pill-${tone} sync`;
    doc.dispatchEvent(new CustomEvent("outbox:changed"));
  };

  // --- stops of the day that wait --------------------------------------------------------------------------------
  const markStop = (id, words) =>
    all(`[data-stop="${CSS.escape(String(id))}"]`).forEach((card) => {
      let pill = find("[data-waiting-pill]", card);
      card.classList.add("done");
      if (!words) return pill?.remove();
      if (!pill) {
        pill = doc.createElement("span");
        pill.className = "pill pill-warn";
        pill.dataset.waitingPill = "";
        (find("[data-stop-state]", card) || card).append(pill);
      }
      pill.textContent = words;
      return pill;
    });
  const markWaiting = async () => {
    for (const row of await device.rowsOf("outbox", user)) {
      const box = await device.unseal(user, row.box).catch(() => null);
      const stop = box?.fields.plan_item?.[0];
      if (stop) markStop(stop, row.state === "problem" ? texts.stateProblem : texts.waitingToBeSent);
    }
  };

  // --- sending ---------------------------------------------------------------------------------------------------
  let told = "";
  const tellReached = async () => {
    const waiting = (await device.rowsOf("outbox", user)).filter((row) => row.state === "waiting");
    if (reached === "ok") told = "";
    if (!waiting.length || told === reached) return;
    told = reached;
    const action = { label: texts.signIn, url: `${urls.signIn}?next=${encodeURIComponent(location.pathname + location.search)}` };
    if (reached === "signed-out") toast(texts.signInToSend, { tone: "warn", action });
    if (reached === "other") toast(texts.someoneElse, { tone: "warn", action });
    if (reached === "unreachable" && navigator.onLine)
      toast(fill(texts.serverDown, { n: waiting.length, s: sender.RETRY_MS[0] / 1000 }), { tone: "warn" });
  };
  // Send what is due, or everything that waits.
  const flush = async (everything = false) => {
    sending = true;
    try {
      reached = (await sender.flush({ user, sessionUrl: urls.session, all: everything })) ?? reached;
    } catch (problem) {
      console.error(problem);
    }
    sending = false;
    await showState();
    if (!awaited.size) await tellReached();
  };
  const fresh = () => sender.askSession(urls.session, user);
  const wakeLater = async () => {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register("crm-outbox");
  };

  const takeBack = async (pk) => {
    const { csrf } = await fresh();
    const headers = { Accept: "application/json", "X-CSRFToken": csrf || crm.csrf() };
    const answer = await fetch(urls.undo.replace("/0/", `/${pk}/`), { method: "POST", headers }).catch(() => null);
    const data = await answer?.json().catch(() => null);
    if (answer?.ok) return reload({ text: data?.message });
    return toast(data?.message || texts.sendError, { tone: "danger" });
  };
  const sayDone = ({ text, undo, more }) => {
    const actions = undo ? [{ label: texts.undo, isUndo: true, onClick: () => takeBack(undo) }] : [];
    if (more) actions.push({ label: texts.addMore, url: more });
    toast(text || texts.saved, { actions });
  };

  // --- Save ------------------------------------------------------------------------------------------------------
  const fieldsOf = (form, submitter) => {
    const fields = {};
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    data.forEach((value, name) => {
      if (name !== "csrfmiddlewaretoken" && typeof value === "string") (fields[name] ||= []).push(value);
    });
    return fields;
  };
  const putIn = async (form, submitter) => {
    form.dispatchEvent(new CustomEvent("outbox:save", { bubbles: true })); // the last moment to fill something in
    const draft = await drafts.end(form, "saved");
    const id = draft?.id || device.newId();
    const box = {
      url: form.dataset.outbox, fields: { ...fieldsOf(form, submitter), client_id: [id] }, text: drafts.readable(form),
      title: form.dataset.title || texts.untitled, page: drafts.pageOf(form),
    }; // prettier-ignore
    const row = { id, user, created: Date.now(), state: "waiting", tries: 0, next: 0, box: await device.seal(user, box) };
    await device.write(["outbox", row], ...(draft ? [["drafts", draft]] : []));
    return { id, box };
  };
  // Resolves to what became of the item, when that is known quickly: the server's answer, or null.
  const answerFor = async (id) => {
    let answer = null;
    awaited.add(id);
    device.onNews((news) => news.id === id && news.type === "sent" && (answer = news.answer));
    await Promise.race([flush(), sleep(ANSWER_MS)]);
    awaited.delete(id);
    return answer;
  };
  const problemOf = async (id) => {
    const row = await device.get("outbox", id);
    return row?.state === "problem" ? device.unseal(user, row.reply) : null;
  };
  const settle = async (form, id, box) => {
    const answer = await answerFor(id);
    const problem = answer ? null : await problemOf(id);
    const again = problem && (await drafts.reopen(form, id, box, problem));
    if (again) return false;
    if (problem) tellProblem(box.title);
    else if (form.dataset.next && !form.closest("dialog")) sessionStorage.setItem(FLASH, JSON.stringify(answer || { text: texts.keptHere }));
    else if (answer) sayDone(answer);
    else if (["signed-out", "other"].includes(reached)) tellReached();
    else toast(texts.keptHere);
    return true;
  };
  const tellProblem = (title) =>
    toast(fill(texts.itemProblem, { title }), { tone: "warn", action: { label: texts.look, url: urls.outbox } });

  const goOn = async (form, id, box) => {
    const stop = box.fields.plan_item?.[0];
    const dialog = form.closest("dialog");
    if (stop) markStop(stop, texts.waitingToBeSent);
    if (dialog) {
      dialog.close();
      drafts.restart(form);
    }
    await showState();
    const done = await settle(form, id, box);
    if (!done || dialog) return;
    if (form.dataset.next) location.assign(form.dataset.next);
    else drafts.restart(form);
  };
  const save = async (form, submitter) => {
    if (form.dataset.saving) return;
    form.dataset.saving = "1";
    form.inert = !form.closest("dialog");
    try {
      await drafts.ready;
      const { id, box } = await putIn(form, submitter);
      navigator.storage?.persist?.().catch(() => undefined);
      wakeLater().catch(() => undefined);
      await goOn(form, id, box);
    } catch (problem) {
      console.error(problem);
      notKept(form);
    } finally {
      delete form.dataset.saving;
      form.inert = false;
    }
  };
  // Nowhere to keep it: with a connection the plain way is left, without one the words can be copied.
  const notKept = (form) => {
    drafts.resume(form);
    if (navigator.onLine) return form.submit();
    const action = { label: texts.copyText, onClick: () => copy(drafts.readable(form)) };
    return toast(texts.notKept, { tone: "danger", action });
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const holder = doc.createElement("textarea"); // plain http has no clipboard; the old way still works there
      holder.value = text;
      (find("dialog[open]") || doc.body).append(holder);
      holder.select();
      doc.execCommand("copy");
      holder.remove();
    }
    toast(texts.copied);
  };

  const hasFiles = (form) => all("input[type=file]", form).some((field) => field.files.length);
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-sign-out]")) return;
    const plain = !form.dataset.outbox || hasFiles(form) || event.submitter?.hasAttribute("formaction");
    if (!plain) {
      event.preventDefault();
      save(form, event.submitter);
    } else if (!navigator.onLine && !form.hasAttribute("hx-post")) {
      event.preventDefault(); // the browser's own error page would take the form away
      toast(texts.sendError, { tone: "warn" });
    }
  });

  // --- start -----------------------------------------------------------------------------------------------------
  device.onNews((news) => {
    if (news.elsewhere) showState();
    if (news.type === "sent") {
      const stop = news.box.fields.plan_item?.[0];
      if (stop) markStop(stop, "");
      doc.body.dispatchEvent(new CustomEvent("crm:sent", { bubbles: true, detail: news.answer }));
    }
    if (news.elsewhere || awaited.has(news.id)) return;
    if (news.type === "sent") toast(fill(texts.sent, { title: news.title }));
    if (news.type === "problem") tellProblem(news.title);
  });
  // A browser may throw away what it keeps after a week without a visit, so what has waited for a day is brought up.
  const warnOfOld = async () => {
    const old = (await device.rowsOf("outbox", user)).filter((row) => row.created < Date.now() - DAY_MS);
    if (old.length) toast(fill(texts.waitedLong, { n: old.length }), { tone: "warn", action: { label: texts.look, url: urls.outbox } });
  };
  const flash = sessionStorage.getItem(FLASH);
  const start = async () => {
    sessionStorage.removeItem(FLASH);
    if (flash) sayDone(JSON.parse(flash));
    await drafts.ready;
    await markWaiting();
    await flush(true);
    await warnOfOld();
    await device.purge(user, Date.now());
  };
  doc.addEventListener("htmx:afterSettle", markWaiting); // what was just drawn may wait, too
  window.addEventListener("online", () => flush(true));
  window.addEventListener("offline", showState);
  doc.addEventListener("visibilitychange", () => doc.visibilityState === "visible" && flush(true));
  setInterval(flush, TICK_MS);

  // Load the page again; what was said when it was opened is said again, unless there is something newer to say.
  const reload = (said) => {
    if (said || flash) sessionStorage.setItem(FLASH, said ? JSON.stringify(said) : flash);
    location.reload();
  };

  window.outbox = { user, urls, sleep, flush, fresh, showState, copy, reload, sayDone, ready: start().catch(console.error) };
})();
