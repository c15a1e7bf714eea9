// Search and commands in one place. A combobox over a list of links: the server writes the results, this moves among them.
(() => {
  "use strict";
  const { texts, fill, isComposing } = window.crm;
  const dialog = document.getElementById("palette");
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-palette-status]");
  const template = (name) => dialog.querySelector(`template[${name}]`).content.cloneNode(true);
  let current = -1;
  let timer;
  let asked;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const choose = (place) => {
    const found = options();
    current = found.length ? (place + found.length) % found.length : -1;
    found.forEach((option, at) => {
      option.id ||= `option-${at}`;
      option.tabIndex = -1;
      option.setAttribute("aria-selected", String(at === current));
    });
    const option = found[current];
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const group = (label, children) => {
    const box = document.createElement("div");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    const heading = document.createElement("div");
    Object.assign(heading, { className: "option-group", textContent: label, ariaHidden: "true" });
    box.append(heading, ...children);
    return box;
  };
  const readRecents = () => {
    try {
      return JSON.parse(localStorage.getItem("crm.recents") || "[]");
    } catch {
      return [];
    }
  };
  const recentOptions = (wanted) =>
    readRecents()
      .filter((each) => each.label.toLowerCase().includes(wanted))
      .map(({ url, label, kind }) => {
        const option = document.createElement("a");
        Object.assign(option, { href: url, className: "option" });
        option.setAttribute("role", "option");
        const [name, what] = [document.createElement("span"), document.createElement("span")];
        name.textContent = label;
        Object.assign(what, { className: "small", textContent: kind });
        option.append(template("data-recent-icon"), name, what);
        return option;
      });
  const commandOptions = (wanted) =>
    [...template("data-commands").querySelectorAll("[role=option]")].filter((option) =>
      option.textContent.toLowerCase().includes(wanted),
    );
  const showLocal = (typed) => {
    const onlyCommands = typed.startsWith(">");
    const wanted = typed.replace(/^[>@]\s*/, "").toLowerCase();
    const recents = onlyCommands ? [] : recentOptions(wanted);
    const commands = commandOptions(wanted);
    list.replaceChildren(
      ...(recents.length ? [group(texts.recent, recents)] : []),
      ...(commands.length ? [group(texts.commands, commands)] : []),
    );
    choose(0);
    return onlyCommands || !wanted;
  };
  const sayCount = (typed) => {
    const count = options().length;
    status.textContent = count ? fill(texts.results, { n: count }) : fill(texts.noHit, { q: typed });
    if (count) return;
    const none = document.createElement("p");
    Object.assign(none, { className: "palette-none", textContent: status.textContent });
    list.append(none);
  };
  // Server results are added below what is shown already, so that nothing jumps under the cursor.
  const askServer = async (typed) => {
    asked?.abort();
    asked = new AbortController();
    const url = new URL(dialog.dataset.searchUrl, location.href);
    url.searchParams.set("q", typed);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const known = new Set(options().map((option) => option.getAttribute("href")));
      holder.content.querySelectorAll("[role=option]").forEach((option) => known.has(option.getAttribute("href")) && option.remove());
      holder.content.querySelectorAll("[role=group]").forEach((box) => box.querySelector("[role=option]") || box.remove());
      list.append(holder.content);
      choose(Math.max(current, 0));
    } catch (problem) {
      if (problem.name === "AbortError") return;
    }
    sayCount(typed);
  };
  const search = () => {
    const typed = field.value.trim();
    clearTimeout(timer);
    asked?.abort();
    if (showLocal(typed)) return sayCount(typed);
    status.textContent = texts.searching;
    timer = setTimeout(() => askServer(typed), 150);
  };
  const open = (newTab) => {
    const option = options()[current];
    if (!option) {
      const url = new URL(dialog.dataset.searchUrl, location.href);
      url.searchParams.set("q", field.value.trim());
      return location.assign(url);
    }
    if (newTab) return window.open(option.href);
    dialog.close();
    return location.assign(option.href);
  };
  field.addEventListener("typed", search);
  field.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(current + step);
    else if (event.key === "Enter") open(event.ctrlKey || event.metaKey);
    else if (event.key === "Escape") dialog.close(); // a search field would first be emptied
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  dialog.addEventListener("opened", () => {
    field.select();
    search();
  });
  dialog.addEventListener("close", () => asked?.abort());
  if (dialog.open) search();
})();
