// What a list does beyond links and forms: a cell opened where it stands, chosen rows copied as cells, columns put into
// order. Without this file the pencils lead to a form and the arrows post one.
(() => {
  "use strict";
  const { crm, htmx } = window;
  const doc = document;
  const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
  const CONTROLS = "a, button, input, label, select, textarea, summary";
  const WAY = ".cell-edit";
  const phone = matchMedia("(max-width: 767.98px)");

  // --- a cell ---------------------------------------------------------------------------------------------------
  const kept = new WeakMap(); // row → what its open cells showed, by their place
  const typed = new WeakMap(); // form → what stood in it at first
  const content = (form) => new URLSearchParams(new FormData(form)).toString();
  const place = (element) => {
    const cell = element.closest("td");
    return { row: cell.parentNode, at: cell.cellIndex };
  };
  const cellOf = ({ row, at }) => row.cells[at];
  const urlOf = (way) => way.href.replace("/edit/?", "/cell/?");

  const open = async (way) => {
    const spot = place(way);
    if (!kept.has(spot.row)) kept.set(spot.row, new Map());
    kept.get(spot.row).set(spot.at, cellOf(spot).cloneNode(true));
    // What goes wrong on the way is said by the page; the cell stays as it is.
    await htmx.ajax("GET", urlOf(way), { target: cellOf(spot), swap: "outerHTML" }).catch(() => null);
    const form = cellOf(spot).querySelector("form");
    if (form) typed.set(form, content(form));
    form?.querySelector("[autofocus]")?.focus();
  };
  const showAgain = (spot, url) => htmx.ajax("GET", `${url}&shown=1`, { target: cellOf(spot), swap: "outerHTML" });
  const close = (form) => {
    const spot = place(form);
    if (form.hasAttribute("data-stale")) return showAgain(spot, form.getAttribute("action"));
    cellOf(spot).replaceWith(kept.get(spot.row).get(spot.at));
    return cellOf(spot).querySelector(WAY)?.focus();
  };
  const nextWay = (spot, step) => {
    const ways = all(`[data-rows] ${WAY}`);
    const after = ways.findIndex((way) => spot.row.compareDocumentPosition(way) & 4 && (way.closest("tr") !== spot.row || place(way).at > spot.at));
    const here = ways.findIndex((way) => way.closest("tr") === spot.row && place(way).at === spot.at);
    if (step > 0) return ways[after];
    return ways[(here >= 0 ? here : after >= 0 ? after : ways.length) - 1];
  };
  let goOn = null; // where to go once the cell is saved
  const leave = (form, step) => {
    const spot = place(form);
    const go = () => {
      const way = nextWay(spot, step);
      if (way) open(way);
    };
    if (content(form) !== typed.get(form)) {
      goOn = go;
      return form.requestSubmit();
    }
    close(form);
    return go();
  };

  const takeBack = async (url, spot, cellUrl) => {
    const headers = { Accept: "application/json", "X-CSRFToken": crm.csrf() };
    const answer = await fetch(url, { method: "POST", headers });
    const { message } = await answer.json();
    crm.toast(message, { tone: answer.ok ? "" : "danger" });
    showAgain(spot, cellUrl);
  };
  doc.addEventListener("cellSaved", ({ target, detail }) => {
    const spot = place(target);
    const cellUrl = target.getAttribute("action");
    const onClick = () => takeBack(detail.undo, spot, cellUrl).catch(() => crm.toast(crm.texts.sendError, { tone: "danger" }));
    if (detail.text) crm.toast(detail.text, { action: { label: crm.texts.undo, isUndo: true, onClick } });
    const go = goOn || (() => cellOf(spot).querySelector(WAY)?.focus());
    goOn = null;
    doc.addEventListener("htmx:afterSettle", go, { once: true }); // the cell is put in first
  });

  doc.addEventListener("click", (event) => {
    const { target } = event;
    const way = target.closest(WAY);
    if (way && !phone.matches && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      return open(way);
    }
    if (target.closest("[data-cell-cancel]")) return close(target.closest("form"));
    return undefined;
  });
  // One click on a cell opens the row, two open the cell: the first waits whether a second comes.
  let waiting;
  doc.addEventListener("click", (event) => {
    const cell = event.target.closest("tr[data-href] > td");
    if (!cell || phone.matches || event.target.closest(CONTROLS) || event.ctrlKey || event.metaKey) return;
    if (!cell.querySelector(WAY) && !cell.matches(".cell-open")) return;
    event.preventDefault();
    clearTimeout(waiting);
    if (event.detail > 1 || cell.matches(".cell-open") || String(getSelection())) return;
    waiting = setTimeout(() => location.assign(cell.parentNode.dataset.href), 300);
  }, true);
  doc.addEventListener("dblclick", (event) => {
    const way = !event.target.closest(CONTROLS) && event.target.closest("tr[data-href] > td")?.querySelector(WAY);
    if (!way || phone.matches) return;
    clearTimeout(waiting);
    getSelection().removeAllRanges();
    open(way);
  });

  const inForm = (event, form) => {
    const fields = all("input:not([type=hidden]), select", form);
    const { key, target } = event;
    if (key === "Escape") return close(form) || true;
    if (key === "Enter" && target.matches("select")) return form.requestSubmit() || true;
    const last = event.shiftKey ? fields[0] : fields.at(-1);
    if (key === "Tab" && target === last) return leave(form, event.shiftKey ? -1 : 1) || true;
    return false;
  };
  const inRow = (event) => {
    const row = event.target.closest("[data-rows] tr") || doc.querySelector("[data-rows] tr.is-current");
    const ways = row ? all(WAY, row) : [];
    const at = ways.indexOf(event.target.closest(WAY));
    if (event.key === "F2") return ways.length > 0 && !open(ways[Math.max(0, at)]).isOver;
    const to = event.key === "ArrowRight" ? at + 1 : event.key === "ArrowLeft" ? at - 1 : -1;
    if (!ways[to]) return false;
    ways[to].focus();
    return true;
  };
  doc.addEventListener("keydown", (event) => {
    if (crm.isComposing(event) || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const form = event.target.closest("[data-cell-form]");
    if (!form && event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    if (form ? inForm(event, form) : inRow(event)) event.preventDefault();
  });

  // --- chosen rows, copied as the cells of a sheet ----------------------------------------------------------------
  const textOf = (cell) => {
    const shown = cell.cloneNode(true);
    all(`.visually-hidden, ${WAY}`, shown).forEach((part) => part.remove());
    const text = shown.textContent.replace(/\s+/g, " ").trim().replace(/^--$/, "");
    // What a spreadsheet would take for a formula stays text.
    return /^["'`,;|\s]*[=+\-@＝＋－＠]/.test(text) && !/^[+-]?[\d ]+(?:[.,]\d+)*%?$/.test(text) ? `'${text}` : text;
  };
  doc.addEventListener("copy", (event) => {
    const rows = all("[data-copy-rows] [name=ids]:checked").map((box) => box.closest("tr"));
    if (!rows.length || String(getSelection()) || event.target.closest?.("input:not([type=checkbox]), textarea")) return;
    const lines = rows.map((row) => all("td:not(.cell-select)", row).map(textOf).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
    crm.toast(crm.texts.copied);
  });

  // --- columns, put into order without asking the server ----------------------------------------------------------
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns] button[name=up], [data-columns] button[name=down]");
    if (!button) return;
    event.preventDefault();
    const line = button.closest(".column-line");
    const other = button.name === "up" ? line.previousElementSibling : line.nextElementSibling;
    if (!other?.matches(".column-line")) return;
    if (button.name === "up") other.before(line);
    else other.after(line);
    button.focus();
  });

  // The pencils are reached with the arrow keys from their row, not one by one with Tab.
  const prepare = (root) => all(WAY, root).forEach((way) => (way.tabIndex = -1));
  prepare(doc);
  doc.addEventListener("htmx:afterSettle", () => prepare(doc));
})();
