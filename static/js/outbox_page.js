// Fills the outbox: what this device has not sent, drafts, and what was sent or thrown away in the last week.
(() => {
  "use strict";
  const { device, drafts, outbox, crm } = window;
  const { texts, fill, toast } = crm;
  const doc = document;
  const find = (selector) => doc.querySelector(selector);
  const { user } = outbox;

  const element = (name, className, text = "") => Object.assign(doc.createElement(name), { className, textContent: text });
  const age = (moment) => {
    const minutes = Math.max(0, Math.round((Date.now() - moment) / 60000));
    if (minutes < 1) return texts.ageNow;
    if (minutes < 60) return fill(texts.ageMinutes, { n: minutes });
    if (minutes < 48 * 60) return fill(texts.ageHours, { n: Math.round(minutes / 60) });
    return fill(texts.ageDays, { n: Math.round(minutes / 1440) });
  };
  const action = (label, act, tone = "") => {
    const button = element("button", `btn btn-sm ${tone}`.trim(), label);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  };

  // --- what can be done with an item -----------------------------------------------------------------------------
  const view = (title, text) => {
    find("#item-title").textContent = title;
    find("[data-item-text]").textContent = text;
    crm.openDialog("item-view");
  };
  const retry = async (row) => {
    const now = await device.get("outbox", row.id);
    if (now) await device.write(["outbox", { ...now, state: "waiting", next: 0 }]);
    await outbox.flush(true);
  };
  const withItem = (page, id) => {
    const url = new URL(page, location.href);
    url.searchParams.set("outbox", id);
    return url.pathname + url.search;
  };
  const askDelete = (title, act) => {
    find("[data-delete-name]").textContent = title;
    find("[data-delete-now]").onclick = async () => {
      await act();
      find("#delete-ask").close();
      toast(texts.deleted);
      show();
    };
    crm.openDialog("delete-ask");
  };
  // The words of a deleted item stay with the drafts for a week, like everything else that was thrown away.
  const removeItem = async (row) => {
    const draft = await device.get("drafts", row.id);
    const changes = draft ? [["drafts", { ...draft, state: "discarded", over: Date.now() }]] : [];
    await device.write(["outbox", row.id, true], ...changes);
    await outbox.showState();
  };

  // --- rows ------------------------------------------------------------------------------------------------------
  const stateOf = (row, locked) => {
    if (locked) return [texts.stateLocked, "danger"];
    if (row.state === "problem") return [row.status === 409 ? texts.stateConflict : texts.stateProblem, "danger"];
    return [{ waiting: texts.stateWaiting, sent: texts.stateSent, discarded: texts.stateDiscarded }[row.state] || texts.stateDraft, ""];
  };
  const line = ({ title, state, tone, facts, sentences = [], actions }) => {
    const item = element("li", "list-row");
    const body = element("div", "body stack");
    const head = element("div", "spread");
    head.append(element("b", "", title), element("span", `pill ${tone ? `pill-${tone}` : ""}`.trim(), state));
    const buttons = element("div", "row-flex");
    buttons.append(...actions);
    body.append(head, element("span", "small", facts.join(" · ")), ...sentences.map((text) => element("p", "note note-danger", text)), buttons);
    item.append(body);
    return item;
  };
  const readRow = async (row) => {
    const box = await device.unseal(user, row.box).catch(() => undefined);
    const reply = row.reply ? await device.unseal(user, row.reply).catch(() => undefined) : null;
    const title = box?.title || texts.untitled;
    return { row: { ...row, status: reply?.status }, box, reply, title, text: box?.text || "" };
  };
  const factsOf = (moment, text) => [age(moment), ...(text ? [fill(texts.size, { n: text.length })] : [])];
  const words = ({ title, text }) => (text ? [
    action(texts.look, () => view(title, text)),
    action(texts.copyText, () => outbox.copy(`${title}\n${text}`)),
  ] : []); // prettier-ignore

  const itemLine = (entry) => {
    const { row, box, reply, title, text } = entry;
    const [state, tone] = stateOf(row, !box);
    const said = reply ? drafts.sentences(reply) : [];
    const edit = box && row.state === "problem" ? [action(texts.edit, () => location.assign(withItem(box.page, row.id)))] : [];
    const actions = [
      ...edit, action(texts.retry, () => retry(row)), ...words(entry),
      action(texts.delete, () => askDelete(title, () => removeItem(row)), "btn-danger"),
    ]; // prettier-ignore
    const sentences = reply && !said.length ? [texts.problemUnknown] : said;
    return line({ title, state, tone: tone || "warn", facts: factsOf(row.created, text), sentences, actions });
  };
  const draftLine = (entry) => {
    const { row, box, title, text } = entry;
    const [state, tone] = stateOf(row, !box);
    const open = box && row.state === "open" ? [action(texts.edit, () => location.assign(box.page))] : [];
    const remove = () => device.write(["drafts", row.id, true]);
    const actions = [...open, ...words(entry), action(texts.delete, () => askDelete(title, remove), "btn-danger")];
    return line({ title, state, tone, facts: factsOf(row.changed, text), actions });
  };
  const fillList = (selector, lines) => {
    const list = find(selector);
    list.replaceChildren(...lines);
    list.closest("section").hidden = !lines.length;
  };

  const show = async () => {
    const rows = (await device.rowsOf("outbox", user)).sort((a, b) => a.created - b.created);
    const waiting = new Set(rows.map((row) => row.id));
    const kept = (await device.rowsOf("drafts", user)).filter((row) => !waiting.has(row.id)).sort((a, b) => b.changed - a.changed);
    const open = kept.filter((row) => ["open", "posted"].includes(row.state));
    const past = kept.filter((row) => !["open", "posted"].includes(row.state));
    fillList("[data-outbox-list]", (await Promise.all(rows.map(readRow))).map(itemLine));
    fillList("[data-draft-list]", (await Promise.all(open.map(readRow))).map(draftLine));
    fillList("[data-past-list]", (await Promise.all(past.map(readRow))).map(draftLine));
    find("[data-outbox-retry]").hidden = !rows.length;
    find("[data-outbox-summary]").textContent = rows.length
      ? fill(texts.outboxSummary, { n: rows.length, age: age(rows[0].created) })
      : texts.outboxEmpty;
  };

  find("[data-outbox-retry]").addEventListener("click", async () => {
    for (const row of await device.rowsOf("outbox", user)) await device.write(["outbox", { ...row, state: "waiting", next: 0 }]);
    await outbox.flush(true);
  });
  doc.addEventListener("outbox:changed", show);
  drafts.ready.then(show);
})();
