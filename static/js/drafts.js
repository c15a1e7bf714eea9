// Every form with data-draft is kept on the device while it is typed into, and given back when it is opened again.
(() => {
  "use strict";
  const { device, crm } = window;
  const { texts, fill } = crm;
  const user = Number(document.body.dataset.user);
  const WRITE_AFTER_MS = 150;
  const NEVER = ["csrfmiddlewaretoken", "client_id"];
  const sessions = new Map(); // form → what is known about the draft it is writing
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- a form's values -------------------------------------------------------------------------------------------
  const isKept = (field) =>
    field.name && !field.disabled && !NEVER.includes(field.name) && !field.closest("[data-no-draft]") &&
    !["password", "file", "submit", "button", "image", "reset"].includes(field.type); // prettier-ignore
  const kept = (form) => [...form.elements].filter(isKept);
  const isBox = (field) => field.type === "checkbox" || field.type === "radio";

  const valuesOf = (form) => {
    const values = {};
    kept(form).forEach((field) => {
      const list = (values[field.name] ||= []);
      if (isBox(field)) field.checked && list.push(field.value);
      else if (field.multiple) list.push(...[...field.selectedOptions].map((option) => option.value));
      else list.push(field.value);
    });
    return values;
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // The form may first make the fields that the values need ("draft:fill"), and then look at what it holds ("draft:filled").
  const fillForm = (form, values) => {
    form.dispatchEvent(new CustomEvent("draft:fill", { bubbles: true, detail: { values } }));
    const place = {};
    kept(form).forEach((field) => {
      const list = values[field.name];
      if (!list) return;
      if (isBox(field)) field.checked = list.includes(field.value);
      else if (field.multiple) [...field.options].forEach((option) => (option.selected = list.includes(option.value)));
      else {
        const at = (place[field.name] = (place[field.name] ?? -1) + 1);
        if (at >= list.length) return;
        // Which cities can be chosen depends on the province: the choice itself is kept.
        const isPlace = field.options && field.closest("[data-keep-typed]");
        if (isPlace && ![...field.options].some((option) => option.value === list[at])) field.add(new Option(list[at]));
        field.value = list[at];
      }
    });
    form.dispatchEvent(new CustomEvent("draft:filled", { bubbles: true, detail: { values } }));
  };

  const caretOf = (form) => {
    const field = document.activeElement;
    if (!form.contains(field) || !field.name || field.selectionStart === null) return null;
    return { name: field.name, start: field.selectionStart, end: field.selectionEnd };
  };
  const setCaret = (form, caret) => {
    const field = caret && form.elements[caret.name];
    if (!field?.setSelectionRange || ["number", "date", "email"].includes(field.type)) return;
    field.setSelectionRange(caret.start, caret.end);
  };

  // --- writing ---------------------------------------------------------------------------------------------------
  const setId = (form, session, id) => {
    session.id = id;
    const field = form.elements.client_id;
    if (field) field.value = id;
  };
  const rowOf = (form, session) => ({
    id: session.id, user, form: form.dataset.draft, holder: device.me, state: "open",
    created: session.created, changed: session.changed,
  }); // prettier-ignore
  const contentOf = (form) => ({
    values: valuesOf(form), caret: caretOf(form), title: form.dataset.title || document.title, page: pageOf(form),
    text: readable(form),
  }); // prettier-ignore
  // Where the form can be opened again: its own address, not that of the page it was a sheet of.
  const pageOf = (form) => form.dataset.page || form.getAttribute("action") || location.pathname + location.search;
  const labelOf = (field) => {
    const group = isBox(field) && field.closest("fieldset, [role=group], .mb-3, [data-met]");
    const words = group ? group.querySelector("legend, .form-label")?.textContent : field.labels?.[0]?.textContent;
    return (words || field.getAttribute("aria-label") || field.name).trim().replace(/\s*\*$/, "");
  };
  const shownOf = (field) => {
    if (isBox(field)) return field.checked ? field.labels?.[0]?.textContent.trim() || field.value : "";
    if (field.selectedOptions) return field.value ? [...field.selectedOptions].map((o) => o.textContent.trim()).join(", ") : "";
    return field.value.trim();
  };
  // What a person would copy: labels and words instead of names and numbers.
  const readable = (form) =>
    kept(form)
      .filter((field) => field.type !== "hidden")
      .map((field) => [labelOf(field), shownOf(field)])
      .filter(([, shown]) => shown)
      .map(([label, shown]) => `${label}${texts.colon}${shown}`)
      .join("\n");

  const isUnsaved = (session) => session.edits > session.written; // also while a write is on its way
  const save = async (form, session) => {
    if (session.closed || !isUnsaved(session)) return;
    const { edits } = session;
    const row = rowOf(form, session);
    try {
      row.box = await device.seal(user, contentOf(form));
      if (session.closed) return;
      if (!(await device.writeMine(row))) return fork(form, session);
      session.written = edits;
      if (!isUnsaved(session)) device.settle(row.id);
    } catch {
      cannotKeep();
    }
  };
  // Another window has taken this draft over: what is typed here becomes one of its own.
  const fork = (form, session) => {
    hold(form, session, device.newId());
    return save(form, session);
  };
  // One write after the other, so that an older text can never land on a newer one.
  const inTurn = (form, session) => (session.writing = (session.writing || Promise.resolve()).then(() => save(form, session)));
  const soon = (form, session) => {
    session.changed = Date.now();
    session.created ||= session.changed;
    session.edits += 1;
    session.timer ||= setTimeout(() => {
      session.timer = null;
      inTurn(form, session);
    }, WRITE_AFTER_MS);
  };
  let warned = false;
  const cannotKeep = () => {
    if (!warned) crm.toast(texts.deviceFull, { tone: "danger" });
    warned = true;
  };
  // The page may be gone before the database answers, so the last words are left where the next page finds them at once.
  const lastWords = () =>
    sessions.forEach((session, form) => {
      if (!isUnsaved(session) || session.closed) return;
      try {
        device.rescue({ ...rowOf(form, session), box: { plain: contentOf(form) } });
      } catch {
        cannotKeep();
      }
      inTurn(form, session);
    });

  // --- one window a draft ----------------------------------------------------------------------------------------
  const release = (session) => {
    session.release?.();
    session.release = null;
  };
  // Resolves to whether the draft is free; keeps it until released. Without Web Locks the database's holder decides.
  const take = (session, id) =>
    new Promise((done) => {
      if (!navigator.locks) return done(true);
      navigator.locks.request(`crm-draft-${id}`, { ifAvailable: true }, (lock) => {
        done(Boolean(lock));
        return lock && new Promise((end) => (session.release = end));
      });
    });
  const hold = (form, session, id) => {
    release(session);
    setId(form, session, id);
    take(session, id);
  };

  // --- giving back -----------------------------------------------------------------------------------------------
  const clock = (moment) => {
    const day = new Date(moment);
    const time = day.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    if (day.toDateString() === new Date().toDateString()) return time;
    return `${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")} ${time}`;
  };
  const button = (label, act) => {
    const control = document.createElement("button");
    Object.assign(control, { type: "button", className: "btn btn-text btn-sm", textContent: label });
    control.addEventListener("click", act);
    return control;
  };
  const notice = (form, text, ...actions) => {
    let box = form.querySelector("[data-draft-notice]");
    if (!box) {
      box = document.createElement("div");
      box.dataset.draftNotice = "";
      (form.querySelector(".sheet-body") || form).prepend(box);
    }
    const line = document.createElement("div");
    line.className = "note note-info row-flex";
    line.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = text;
    line.append(words, ...actions);
    box.append(line);
    return line;
  };
  const clearNotices = (form) => form.querySelector("[data-draft-notice]")?.replaceChildren();

  const giveBack = (form, session, draft) => {
    fillForm(form, draft.content.values);
    Object.assign(session, { created: draft.created, changed: draft.changed, caret: draft.content.caret });
    if (draft.content.title && form.dataset.title !== undefined) form.dataset.title = draft.content.title;
    setCaret(form, session.caret);
    const line = notice(form, fill(texts.draftRestored, { time: clock(draft.changed) }), button(texts.discard, () => {
      discard(form, session);
      line.remove();
    })); // prettier-ignore
  };
  const discard = async (form, session) => {
    session.closed = true;
    await session.writing;
    const row = await device.get("drafts", session.id);
    if (row) await device.write(["drafts", { ...row, state: "discarded", over: Date.now() }]);
    device.settle(session.id);
    form.reset();
    fillForm(form, session.pristine);
    startAnew(form, session);
    crm.toast(texts.discarded);
  };
  const startAnew = (form, session) => {
    Object.assign(session, { closed: false, edits: 0, written: 0, created: 0, changed: 0, caret: null, writing: null });
    hold(form, session, device.newId());
  };

  const openDrafts = async (form, pristine) => {
    const kind = form.dataset.draft;
    const rows = (await device.rowsOf("drafts", user)).filter((row) => row.form === kind && ["open", "posted"].includes(row.state));
    const found = [];
    for (const row of rows.sort((a, b) => b.changed - a.changed)) {
      const content = await device.unseal(user, row.box).catch(() => undefined);
      if (content && !same(content.values, pristine)) found.push({ ...row, content });
    }
    return found;
  };
  const offer = (form, session, draft) => {
    const line = notice(form, fill(texts.draftOther, { time: clock(draft.changed) }), button(texts.draftUse, async () => {
      if (!(await take(session, draft.id))) return crm.toast(texts.draftOpenElsewhere, { tone: "warn" });
      await session.writing;
      clearNotices(form);
      setId(form, session, draft.id);
      giveBack(form, session, draft);
      await adopt(draft);
    })); // prettier-ignore
    return line;
  };
  const adopt = ({ content: _content, ...row }) => device.write(["drafts", { ...row, state: "open", holder: device.me }]);

  const open = async (form) => {
    const session = { pristine: valuesOf(form), created: 0, changed: 0, edits: 0, written: 0, closed: false };
    sessions.set(form, session);
    setId(form, session, device.newId());
    const wanted = await fromOutbox(form, session);
    if (wanted) return;
    const drafts = await openDrafts(form, session.pristine);
    let busy = false;
    for (const draft of drafts) {
      if (session.changed) break; // typing has begun already: never write over it
      if (draft.state === "posted") continue; // the server may have it: it is offered, not put in
      if (!(await take(session, draft.id))) {
        busy = true;
        continue;
      }
      setId(form, session, draft.id);
      giveBack(form, session, draft);
      await adopt(draft);
      break;
    }
    drafts.filter((draft) => draft.id !== session.id).slice(0, 3).forEach((draft) => offer(form, session, draft));
    if (!session.release) take(session, session.id);
    if (busy) notice(form, texts.draftOpenElsewhere);
  };

  // --- a form that the server sent back --------------------------------------------------------------------------
  const sentences = (reply) => [
    reply.message,
    ...Object.values(reply.errors || {}).flat(),
    ...(reply.clashes || []).map((clash) =>
      `${clash.label}${texts.colon}${fill(texts.theirs, { value: clash.theirs })} · ${fill(texts.ours, { value: clash.ours })}`),
  ].filter(Boolean); // prettier-ignore
  const showReply = (form, reply) => {
    const said = sentences(reply);
    let box = form.querySelector("[data-form-errors]");
    if (!box) (form.querySelector(".sheet-body") || form).prepend((box = document.createElement("div")));
    Object.assign(box, { className: "note note-danger", tabIndex: -1, hidden: false });
    box.dataset.formErrors = "";
    box.replaceChildren(...(said.length ? said : [texts.problemUnknown]).map((text) =>
      Object.assign(document.createElement("p"), { textContent: text }))); // prettier-ignore
    Object.keys(reply.errors || {}).forEach((name) => form.elements[name]?.setAttribute?.("aria-invalid", "true"));
    if (reply.version && form.elements.version) form.elements.version.value = reply.version;
    box.focus();
  };
  // The same item again, under its own identifier, with what the server said about it. False when the form is in use.
  const reopen = async (form, id, box, reply) => {
    const session = sessions.get(form);
    if (!session || (session.changed && !session.closed)) return false;
    const draft = await device.get("drafts", id);
    if (draft) await device.write(["drafts", { ...draft, holder: device.me }]);
    form.inert = false;
    const dialog = form.closest("dialog");
    if (dialog?.id) crm.openDialog(dialog.id);
    fillForm(form, box.fields);
    Object.assign(session, { closed: false, edits: 0, written: 0, created: Date.now(), changed: Date.now() });
    hold(form, session, id);
    if (reply) showReply(form, reply);
    return true;
  };
  // "Open and edit" of the outbox.
  const fromOutbox = async (form, session) => {
    const id = new URLSearchParams(location.search).get("outbox");
    const row = id && form.dataset.outbox ? await device.get("outbox", id) : null;
    if (!row || row.user !== user) return false;
    const box = await device.unseal(user, row.box);
    if (!box || box.url !== form.dataset.outbox) return false;
    return reopen(form, id, box, row.reply && (await device.unseal(user, row.reply)));
  };

  // --- the end of a draft ----------------------------------------------------------------------------------------
  const POSTED = "crm.posted";
  // Returns the draft's last row, to be written with whatever it has become.
  const end = async (form, state) => {
    const session = sessions.get(form);
    if (!session) return null;
    session.closed = true;
    await session.writing;
    const there = await device.get("drafts", session.id);
    if (there?.state === "open" && there.holder !== device.me) hold(form, session, device.newId()); // another window goes on with it
    const row = { ...rowOf(form, session), state, over: Date.now(), box: await device.seal(user, contentOf(form)) };
    device.settle(session.id);
    return row;
  };
  // A plain form is acknowledged by the next page of ours that does not show it again.
  const acknowledgePosted = async (keysHere) => {
    const posted = JSON.parse(sessionStorage.getItem(POSTED) || "null");
    const fromSignIn = document.referrer && new URL(document.referrer).pathname.startsWith("/account/");
    if (!posted) return;
    sessionStorage.removeItem(POSTED);
    const row = await device.get("drafts", posted.id);
    if (!row || row.user !== user || row.state !== "posted") return;
    const shownAgain = keysHere.includes(row.form) || fromSignIn;
    await device.write(["drafts", { ...row, state: shownAgain ? "open" : "sent", over: Date.now() }]);
  };

  const onChange = (event) => {
    const form = event.target.form;
    const session = form && sessions.get(form);
    if (session && !session.closed && isKept(event.target)) soon(form, session);
  };
  const prepare = (root) =>
    Promise.all(all("form[data-draft]", root).filter((form) => !sessions.has(form)).map(open)).catch(() => cannotKeep());

  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && lastWords());
  window.addEventListener("pagehide", lastWords);
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt));
  document.addEventListener("opened", (event) => {
    const form = event.target.querySelector("form[data-draft]");
    const session = form && sessions.get(form);
    if (session?.caret) setTimeout(() => setCaret(form, session.caret), 0);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !sessions.has(form) || form.dataset.outbox) return;
    const session = sessions.get(form);
    if (!session.changed) return;
    sessionStorage.setItem(POSTED, JSON.stringify({ id: session.id }));
    device.rescue({ ...rowOf(form, session), state: "posted", changed: Date.now(), box: { plain: contentOf(form) } });
    session.closed = true;
    setTimeout(() => event.defaultPrevented && (session.closed = false), 0);
  });
  document.addEventListener("htmx:afterRequest", async (event) => {
    const form = event.detail.elt; // a part of a form may ask, too; only the form itself is posted
    if (!sessions.has(form) || event.detail.requestConfig.verb !== "post") return;
    sessionStorage.removeItem(POSTED);
    const row = event.detail.successful ? await end(form, "sent") : null;
    if (row) await device.write(["drafts", row]);
    else sessions.get(form).closed = false;
  });

  window.drafts = {
    readable, pageOf, clock, end, reopen, sentences,
    // Write down what was typed last; resolves when it is kept.
    flush: () => Promise.all([...sessions].map(([form, session]) => isUnsaved(session) && inTurn(form, session))),
    ready: device
      .claim(user)
      .then(() => acknowledgePosted(all("form[data-draft]").map((form) => form.dataset.draft)))
      .then(() => prepare(document)),
    // After Save: the form is free for the next one, with an identifier of its own.
    restart: (form) => {
      const session = sessions.get(form);
      if (!session) return;
      form.reset();
      clearNotices(form);
      const errors = form.querySelector("[data-form-errors]");
      if (errors) errors.hidden = true;
      startAnew(form, session);
    },
    // Save did not work: go on keeping what is typed.
    resume: (form) => sessions.has(form) && (sessions.get(form).closed = false),
  }; // prettier-ignore
})();
