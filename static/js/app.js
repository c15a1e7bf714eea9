// What every page does beyond plain links and forms. Pages work without this file; nothing here decides anything.
(() => {
  "use strict";
  const doc = document;
  const texts = JSON.parse(doc.getElementById("texts")?.textContent || "{}");
  const find = (selector, root = doc) => root.querySelector(selector);
  const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
  const csrf = () => find("meta[name=csrf-token]")?.content || "";
  const fill = (text, values) => (text || "").replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");

  // --- toasts: 8 seconds, but never away under the pointer or the focus -----------------------------------------
  const TOAST_MS = 8000;

  const keepAWhile = (toast) => {
    let timer;
    const stop = () => clearTimeout(timer);
    const start = () => {
      stop();
      timer = setTimeout(() => (toast.matches(":hover, :focus-within") ? start() : toast.remove()), TOAST_MS);
    };
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusout", start);
    start();
  };

  const closeButton = () => {
    const button = doc.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-icon", textContent: "✕", ariaLabel: texts.close });
    button.addEventListener("click", () => button.closest("[data-toast]").remove());
    return button;
  };

  const actionButton = ({ label, url, onClick, isUndo }) => {
    const control = doc.createElement(url ? "a" : "button");
    Object.assign(control, { className: "btn toast-act", textContent: label });
    if (isUndo) Object.assign(control.dataset, { undo: "" }), control.setAttribute("aria-keyshortcuts", "Control+Z");
    if (url) control.href = url;
    else control.type = "button";
    control.addEventListener("click", (event) => {
      onClick?.(event);
      control.closest("[data-toast]").remove();
    });
    return control;
  };

  // Beside an open dialog nothing can be tapped, so what is said while one is open is said inside it.
  const placeOfToasts = () => {
    const place = find("#toasts");
    const dialog = all("dialog[open]").at(-1);
    if (dialog && !dialog.contains(place)) {
      dialog.append(place);
      dialog.addEventListener("close", () => doc.body.append(place), { once: true });
    }
    return place;
  };
  const toast = (text, { tone = "", action = null, actions = action ? [action] : [] } = {}) => {
    const box = doc.createElement("div");
    box.className = `toast${tone ? ` toast-${tone}` : ""}`;
    box.dataset.toast = "";
    const words = doc.createElement("p");
    words.textContent = text;
    box.append(words, ...actions.map(actionButton), closeButton());
    placeOfToasts().append(box);
    if (tone === "danger") find("#alerts").textContent = text;
    keepAWhile(box);
    return box;
  };

  // --- typing with an input method ------------------------------------------------------------------------------
  // A word written in pinyin sends an input event for every letter. `typed` comes once, when the word is chosen.
  // (An htmx filter such as input[!isComposing] would need eval, which the page's security policy forbids.)
  let composed = false;
  const tellTyped = (target) => target.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
  const isComposing = (event) => event.isComposing || event.keyCode === 229 || composed;

  doc.addEventListener("input", (event) => {
    if (!event.isComposing) tellTyped(event.target);
  });
  doc.addEventListener("compositionend", (event) => {
    composed = true;
    setTimeout(() => (composed = false), 0);
    tellTyped(event.target);
  });
  // The Enter that takes a candidate must not send the form; some browsers end the composition just before the key.
  doc.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !isComposing(event)) return;
      event.stopImmediatePropagation();
      if (!event.isComposing) event.preventDefault();
    },
    true,
  );

  // --- dialogs and menus ----------------------------------------------------------------------------------------
  const openDialog = (id) => {
    const dialog = doc.getElementById(id);
    if (!dialog?.showModal || dialog.open) return dialog;
    dialog.showModal();
    find("[autofocus], textarea, input:not([type=hidden]), button", dialog)?.focus();
    dialog.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
    return dialog;
  };
  const closeMenus = (except) =>
    all("details.menu[open]").forEach((menu) => {
      if (!menu.contains(except)) menu.open = false;
    });

  // --- palette: its script comes when it is first wanted, or when the page has nothing else to do ----------------
  let palette;
  const loadPalette = () => {
    const dialog = doc.getElementById("palette");
    palette ??= dialog && new Promise((done) => {
      const script = doc.createElement("script");
      script.src = dialog.dataset.script;
      script.onload = done;
      doc.head.append(script);
    });
    return palette;
  };
  const openPalette = () => {
    if (!openDialog("palette")) return false;
    loadPalette();
    return true;
  };

  // --- clicks by attribute --------------------------------------------------------------------------------------
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast(texts.copied);
    } catch {
      toast(texts.copyFailed, { tone: "warn" });
    }
  };
  const insertText = (button) => {
    const field = find(button.dataset.insert);
    const lead = field.selectionStart && !field.value.slice(0, field.selectionStart).endsWith("\n") ? "\n" : "";
    field.setRangeText(lead + button.dataset.text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    tellTyped(field);
  };
  const byAttribute = {
    "data-palette": (_element, event) => openPalette() && event.preventDefault(),
    "data-open": (element, event) => openDialog(element.dataset.open) && event.preventDefault(),
    "data-close": (element) => element.closest("dialog")?.close(),
    "data-copy": (element) => copy(element.dataset.copy),
    "data-copy-from": (element) => copy(find(element.dataset.copyFrom).innerText),
    "data-print": () => window.print(),
    "data-insert": (element) => insertText(element),
    "data-reload": (_element, event) => (event.preventDefault(), location.reload()),
  };
  doc.addEventListener("click", (event) => {
    const target = event.target;
    for (const [name, act] of Object.entries(byAttribute)) {
      const element = target.closest(`[${name}]`);
      if (element && !(name !== "data-close" && (event.ctrlKey || event.metaKey))) act(element, event);
    }
    if (target.matches("dialog")) target.close(); // the click was on the backdrop
    closeMenus(target);
    const row = !event.defaultPrevented && target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label, select, textarea, summary") && !String(getSelection())) {
      event.ctrlKey || event.metaKey ? window.open(row.dataset.href) : location.assign(row.dataset.href);
    }
  });

  // --- forms ----------------------------------------------------------------------------------------------------
  const free = (form) => {
    delete form.dataset.busy;
    all("[aria-busy=true]", form).forEach((button) => button.removeAttribute("aria-busy"));
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-out]")) localStorage.removeItem("crm.recents");
    if (form.method !== "post") return;
    if (form.dataset.busy) return event.preventDefault();
    form.dataset.busy = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => event.defaultPrevented && !form.closest("[hx-post]") && free(form), 0);
    setTimeout(() => free(form), 15000);
  });
  window.addEventListener("pageshow", (event) => event.persisted && all("form[data-busy]").forEach(free));
  doc.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-select-all], [name=ids]")) countSelected(event.target);
  });
  const countSelected = (box) => {
    const form = box.form;
    const boxes = [...form.elements].filter((each) => each.name === "ids");
    if (box.matches("[data-select-all]")) boxes.forEach((each) => (each.checked = box.checked));
    const chosen = boxes.filter((each) => each.checked).length;
    const bar = find(".select-bar", form);
    if (!bar) return;
    bar.hidden = !chosen;
    const words = find("[data-select-count]", bar);
    if (words) words.textContent = fill(texts.selected, { n: chosen });
  };

  // --- keyboard -------------------------------------------------------------------------------------------------
  const inField = (target) => target.closest("input, textarea, select, [contenteditable], [role=combobox]");
  const visible = (element) => element.getClientRects().length > 0;
  const lettersOn = doc.body.dataset.keys !== "off";
  let goUntil = 0;

  const press = (selector) => {
    const control = all(selector, find("dialog[open]") || doc).find(visible);
    control?.click();
    return Boolean(control);
  };
  const moveRow = (step) => {
    const rows = all("[data-rows] > :is(a, li, article, div), [data-rows] > tbody > tr").filter((row) => visible(row) && (row.matches("a") || find("a", row)));
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.matches(".is-current"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    rows[at]?.classList.remove("is-current");
    next.classList.add("is-current");
    (next.matches("a") ? next : find("a", next)).focus();
    return true;
  };
  const withCtrl = (event, key) => {
    if (key === "k") return openPalette();
    if (key === "enter") {
      const form = event.target.closest("form[method=post]");
      form?.requestSubmit();
      return Boolean(form);
    }
    const undo = key === "z" && !inField(event.target) && all("[data-undo]:not(script)").at(-1);
    if (undo) undo.requestSubmit ? undo.requestSubmit() : undo.click();
    return Boolean(undo);
  };
  const single = (key) => {
    if (goUntil > Date.now()) {
      goUntil = 0;
      return press(`[data-go="${CSS.escape(key)}"]`);
    }
    if (key === "g") goUntil = Date.now() + 1500;
    if (key === "j" || key === "k") return moveRow(key === "j" ? 1 : -1);
    return press(`.is-current [data-key="${CSS.escape(key)}"]`) || press(`[data-key="${CSS.escape(key)}"]`) || command(key);
  };
  // What the palette offers under a letter works on every page, with or without a button for it there.
  const command = (key) => {
    const offered = find("#palette template[data-commands]")?.content.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
    if (!offered || find("dialog[open]")) return false;
    location.assign(offered.getAttribute("href"));
    return true;
  };
  doc.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (isComposing(event) || event.defaultPrevented) return;
    if (key === "escape") return closeMenus(null);
    if (event.altKey) return;
    let done = false;
    if (event.ctrlKey || event.metaKey) done = withCtrl(event, key);
    else if (inField(event.target)) return;
    else if (key === "/" && lettersOn) done = openPalette();
    else if (key === "?" && lettersOn) done = Boolean(openDialog("keys"));
    else if (/^[a-z]$/.test(key) && lettersOn && !event.repeat) done = single(key);
    if (done) event.preventDefault();
  });

  // --- htmx -----------------------------------------------------------------------------------------------------
  let focusWasInside = false;
  const wordsFor = { 401: "signedOut", 403: "forbidden", 404: "missing", 409: "conflict", 429: "tooMany" };
  doc.addEventListener("htmx:configRequest", (event) => (event.detail.headers["X-CSRFToken"] = csrf()));
  doc.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  doc.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute("aria-busy");
    const form = event.detail.elt.closest?.("form");
    if (form) free(form);
  });
  doc.addEventListener("htmx:responseError", (event) => {
    const name = wordsFor[event.detail.xhr.status] || "serverError";
    toast(texts[name], { tone: "danger" });
  });
  // A form that needs correcting comes back as 422 with its fields, and is shown like any other answer.
  doc.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) Object.assign(event.detail, { shouldSwap: true, isError: false });
    focusWasInside = event.detail.target.contains(doc.activeElement) && doc.activeElement !== doc.body;
  });
  // An answer knows only what stood in its fields when it was asked for: what was typed since is put into the new ones.
  const askedWith = new WeakMap();
  const typedIn = (root) => new Map(all("input, textarea", root).map((field) => [field.name, field.value]));
  let typedSince = [];
  doc.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.target.matches("[data-keep-typed]")) askedWith.set(event.detail.xhr, typedIn(event.detail.target));
  });
  doc.addEventListener("htmx:beforeSwap", (event) => {
    const asked = askedWith.get(event.detail.xhr);
    typedSince = asked ? [...typedIn(event.detail.target)].filter(([name, value]) => asked.get(name) !== value) : [];
  });
  doc.addEventListener("htmx:afterSwap", (event) => {
    typedSince.forEach(([name, value]) => {
      const field = find(`[name="${CSS.escape(name)}"]:is(input, textarea)`, event.detail.elt);
      if (field) field.value = value;
    });
    typedSince = [];
  });
  doc.addEventListener("htmx:sendError", () => toast(texts.sendError, { tone: "danger" }));
  doc.addEventListener("htmx:timeout", () => toast(texts.timeout, { tone: "danger" }));
  doc.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    if (!focusWasInside || doc.activeElement !== doc.body) return;
    focusWasInside = false;
    const place = find("[autofocus], [data-error-summary]", event.detail.elt) || event.detail.elt;
    if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  // --- what is looked at once per page or fragment ---------------------------------------------------------------
  // A table wider than its place is scrolled with the arrow keys, for which it must be reached and named.
  const wideTables = new ResizeObserver((entries) =>
    entries.forEach(({ target }) => {
      const wide = target.scrollWidth > target.clientWidth;
      const label = find("caption", target) || find("h2, h1", target.closest("section, .card, main"));
      target.toggleAttribute("tabindex", wide);
      if (!wide) return ["role", "aria-label"].forEach((name) => target.removeAttribute(name));
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      target.setAttribute("aria-label", label.textContent.trim());
    }),
  );
  const prepare = (root) => {
    // On a phone a table is laid out as two-line rows, which takes its meaning away unless it is said again.
    all("table.table-list", root).forEach((table) => {
      table.setAttribute("role", "table");
      all("thead, tbody", table).forEach((part) => part.setAttribute("role", "rowgroup"));
      all("tr", table).forEach((row) => row.setAttribute("role", "row"));
      all("td", table).forEach((cell) => cell.setAttribute("role", "cell"));
      all("thead th", table).forEach((cell) => cell.setAttribute("role", "columnheader"));
      all("tbody th", table).forEach((cell) => cell.setAttribute("role", "rowheader"));
    });
    all(".table-wrap:not([tabindex])", root).forEach((wrap) => wideTables.observe(wrap));
    find("[data-error-summary]", root)?.focus();
  };
  const remember = () => {
    if (doc.body.hasAttribute("data-plain")) return localStorage.removeItem("crm.recents");
    const kind = find("#main")?.dataset.recent;
    const label = find("h1")?.textContent.trim();
    if (!kind || !label) return;
    const url = location.pathname;
    const before = JSON.parse(localStorage.getItem("crm.recents") || "[]").filter((each) => each.url !== url);
    localStorage.setItem("crm.recents", JSON.stringify([{ url, label, kind }, ...before].slice(0, 8)));
  };
  const showOffline = () => {
    const banner = doc.getElementById("offline-banner");
    if (!banner) return;
    banner.hidden = navigator.onLine;
    banner.textContent = navigator.onLine ? "" : texts.offline;
  };

  // On a phone a row of tabs is wider than the screen: the open one stands in its middle.
  all(".tabs [aria-current]").forEach((tab) => {
    const row = tab.parentElement;
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
  });
  window.crm = { toast, texts, fill, csrf, openDialog, isComposing };
  all("[data-toast]").forEach((box) => {
    box.append(closeButton());
    keepAWhile(box);
  });
  try {
    remember();
  } catch {
    // Storage may be off; recents are a comfort.
  }
  prepare(doc);
  showOffline();
  window.addEventListener("online", showOffline);
  window.addEventListener("offline", showOffline);
  (window.requestIdleCallback || ((act) => setTimeout(act, 3000)))(loadPalette);
})();
