// The form in which a visit is logged. Everything here works from data that came with the page, so it needs no network.
(() => {
  "use strict";
  const { crm } = window;
  const { texts, fill } = crm;
  const doc = document;
  const find = (selector, root = doc) => root.querySelector(selector);
  const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
  const MANY = 8; // more customers than this need a search field
  const LOCATE_MS = 20000;
  const forms = () => all("form[data-visit-form]");
  const data = () => JSON.parse(doc.getElementById("visit-data")?.textContent || '{"accounts": [], "stops": []}');
  const accountOf = (id) => data().accounts.find((account) => String(account.id) === String(id));
  const stopOf = (id) => data().stops?.find((stop) => String(stop.id) === String(id));
  const two = (number) => String(number).padStart(2, "0");
  const dayOf = (moment) => `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const clock = (moment = new Date()) => `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));
  const element = (name, props) => Object.assign(doc.createElement(name), props);

  // --- the customer, and what follows from him ---------------------------------------------------------------------
  const chip = (contact) => {
    const label = element("label", { className: "chip" });
    const words = element("span", { textContent: [contact.name, contact.title].filter(Boolean).join(" ") });
    label.append(element("input", { type: "checkbox", name: "met", value: contact.id }), words);
    return label;
  };
  const showContacts = (form, account) => {
    const box = find("[data-met]", form);
    if (box) box.replaceChildren(...(account?.contacts || []).map(chip));
  };
  const showOpportunities = (form, account) => {
    const select = form.elements.opportunity;
    if (!select?.options) return;
    const none = [...select.options].find((option) => !option.value) || new Option("---", "");
    const found = (account?.opportunities || []).map((each) => new Option(each.name, each.id));
    select.replaceChildren(none, ...found);
    select.value = "";
  };
  const rowFrom = (form, name) => find(`template[${name}]`, form)?.content.firstElementChild.cloneNode(true);
  const stanceRow = (form, contact) => {
    const row = rowFrom(form, "data-stance-row");
    const select = find("select", row);
    row.dataset.stanceOf = contact.id;
    find("[data-stance-name]", row).textContent = contact.name;
    select.name = `stance-${contact.id}`;
    if (contact.stance_label) select.options[0].textContent += ` (${contact.stance_label})`;
    return row;
  };
  const evidenceRow = (form, opportunity, [id, words]) => {
    const row = rowFrom(form, "data-evidence-row");
    find("[name=evidence]", row).value = `${opportunity.id}:${id}`;
    find("[data-criterion]", row).textContent = words;
    find(".evidence-text", row).name = `evidence_text-${opportunity.id}-${id}`;
    return row;
  };
  const evidenceGroup = (form, opportunity) => {
    const group = rowFrom(form, "data-evidence-group");
    group.dataset.evidenceOf = opportunity.id;
    find("[data-opportunity-name]", group).textContent = opportunity.name;
    find("[data-evidence-rows]", group).replaceChildren(...opportunity.criteria.map((each) => evidenceRow(form, opportunity, each)));
    return group;
  };
  const showWhatMayChange = (form, account) => {
    const [stances, evidence] = [find("[data-stances]", form), find("[data-evidence]", form)];
    if (stances) stances.replaceChildren(...(account?.contacts || []).map((contact) => stanceRow(form, contact)));
    const chances = (account?.opportunities || []).filter((each) => each.criteria?.length);
    if (evidence) evidence.replaceChildren(...chances.map((each) => evidenceGroup(form, each)));
  };
  // Only people who were met can have moved, and evidence is for the opportunity it was about.
  const showWhatFits = (form) => {
    const met = new Set(all("[name=met]:checked", form).map((box) => box.value));
    all("[data-stance-of]", form).forEach((row) => {
      row.hidden = !met.has(row.dataset.stanceOf) && !find("select", row).value;
    });
    const chances = find("[data-stances]", form)?.closest("fieldset");
    if (chances) chances.hidden = !all("[data-stance-of]", chances).some((row) => !row.hidden);
    const chosen = form.elements.opportunity?.value;
    all("[data-evidence-of]", form).forEach((group) => (group.hidden = Boolean(chosen) && group.dataset.evidenceOf !== chosen));
  };
  const showCadence = (form, account) =>
    all("[data-cadence]", form).forEach((choice) => {
      choice.dataset.date = account?.next_on || "";
      choice.closest("label").hidden = !account?.next_on;
      const day = find("[data-cadence-day]", choice.closest("label"));
      if (day) day.textContent = (account?.next_on || "").slice(5);
      if (choice.checked) form.elements.next_on.value = choice.dataset.date;
    });
  const showAccount = (form, id) => {
    const account = accountOf(id);
    if (id && !account) return; // not among this page's: what the server wrote stays
    showContacts(form, account);
    showOpportunities(form, account);
    showWhatMayChange(form, account);
    showWhatFits(form);
    showCadence(form, account);
    if (account) form.dataset.title = account.name;
    all("[data-quick]", form).forEach((chips) => (chips.hidden = Boolean(account)));
    const field = find("[data-account-search]", form);
    if (field) field.value = account?.name || "";
  };

  // --- choosing him without a connection ---------------------------------------------------------------------------
  const fits = (account, wanted) => `${account.name} ${account.search || ""}`.toLowerCase().includes(wanted);
  const choose = (form, select, account) => {
    select.value = account.id;
    changed(select);
    find("[data-account-list]", form).replaceChildren();
    find("[data-account-search]", form).setAttribute("aria-expanded", "false");
    find("[data-account-search]", form).setCustomValidity("");
    find("[data-focus], textarea", form)?.focus();
  };
  const showFound = (form, select, field, list) => {
    const wanted = field.value.trim().toLowerCase();
    const found = wanted ? data().accounts.filter((account) => fits(account, wanted)) : [];
    const options = found.slice(0, MANY).map((account, at) => {
      const option = element("div", { id: `${list.id}-${at}`, className: "option", textContent: account.name });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(at === 0));
      option.addEventListener("click", () => choose(form, select, account));
      return option;
    });
    list.replaceChildren(...options);
    field.setAttribute("aria-expanded", String(Boolean(options.length)));
    if (options.length) field.setAttribute("aria-activedescendant", options[0].id);
    else field.removeAttribute("aria-activedescendant");
    const words = found.length ? fill(texts.customersFound, { n: found.length }) : texts.customerNone;
    find("[data-account-status]", form).textContent = wanted ? words : "";
  };
  const moveTo = (field, list, step) => {
    const options = all("[role=option]", list);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[(at + step + options.length) % options.length];
    options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
    if (next) field.setAttribute("aria-activedescendant", next.id);
  };
  const addSearch = (form, select) => {
    const label = find(`label[for="${select.id}"]`, form);
    const list = element("div", { id: `${select.id}-list`, className: "card card-flush" });
    const field = element("input", {
      type: "search", id: `${select.id}-search`, className: "form-control", placeholder: texts.findCustomer, autocomplete: "off",
    }); // prettier-ignore
    const status = element("p", { className: "small" });
    field.dataset.accountSearch = "";
    field.dataset.noDraft = "";
    list.dataset.accountList = "";
    status.dataset.accountStatus = "";
    status.setAttribute("role", "status");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label?.textContent.trim() || texts.findCustomer);
    Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })
      .forEach(([name, value]) => field.setAttribute(name, value)); // prettier-ignore
    if (label) label.htmlFor = field.id;
    else field.setAttribute("aria-label", texts.findCustomer);
    select.before(field, list, status);
    select.hidden = true;
    field.addEventListener("input", () => field.setCustomValidity(""));
    field.addEventListener("typed", () => showFound(form, select, field, list));
    field.addEventListener("keydown", (event) => {
      if (crm.isComposing(event)) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const current = find("[aria-selected=true]", list);
      if (step) moveTo(field, list, step);
      else if (event.key === "Enter" && current) current.click();
      else if (event.key !== "Enter") return;
      event.preventDefault();
    });
    field.addEventListener("blur", () => setTimeout(() => (field.value = accountOf(select.value)?.name || ""), 200));
    // The browser cannot ask for a field that is not shown, so the search field asks in its place.
    form.addEventListener("invalid", (event) => {
      if (event.target !== select) return;
      event.preventDefault();
      field.setCustomValidity(select.validationMessage);
      field.reportValidity();
    }, true); // prettier-ignore
  };

  // --- new people, next step -----------------------------------------------------------------------------------
  const addContact = (form) => {
    const row = find("template[data-new-contact]", form).content.cloneNode(true);
    const field = find("input", row);
    const remove = element("button", { type: "button", className: "btn btn-text btn-sm", textContent: texts.remove });
    const holder = row.firstElementChild;
    remove.addEventListener("click", () => {
      holder.remove();
      changed(form.elements[0]);
    });
    holder.append(remove);
    find("[data-new-contacts]", form).append(row);
    return field;
  };
  const nextStep = (form, choice) => {
    const field = form.elements.next_on;
    if (!field) return;
    if (choice.dataset.date === undefined) return field.focus();
    field.value = choice.dataset.date;
    changed(field);
  };

  // --- arriving ------------------------------------------------------------------------------------------------
  const locate = () =>
    new Promise((done) => {
      if (!navigator.geolocation) return done(null);
      const options = { enableHighAccuracy: true, timeout: LOCATE_MS, maximumAge: 60000 };
      setTimeout(() => done(null), LOCATE_MS + 500);
      navigator.geolocation.getCurrentPosition((place) => done(place.coords), () => done(null), options);
    });
  const formOfStop = (id) => forms().find((form) => String(form.elements.plan_item?.value) === String(id));
  const put = (form, values) =>
    Object.entries(values).forEach(([name, value]) => {
      const field = form?.elements[name];
      if (!field) return;
      field.value = value;
      changed(field);
    });
  const say = (form, text) => {
    const place = find("[data-arrived]", form.closest("[data-stop]") || doc);
    if (place) place.textContent = text;
  };
  const arrive = async (form) => {
    const visit = formOfStop(form.dataset.arrive);
    const at = new Date();
    const button = find("button", form);
    if (button) button.disabled = true;
    put(visit, { started_at: clock(at) });
    say(form, `${fill(texts.arrived, { time: clock(at) })} · ${texts.locating}`);
    const place = await locate();
    const where = place && {
      latitude: place.latitude.toFixed(6), longitude: place.longitude.toFixed(6), accuracy: Math.round(place.accuracy),
    }; // prettier-ignore
    if (where) put(visit, where);
    const words = where ? texts.located : texts.arrived;
    say(form, fill(words, { time: clock(at), metres: where?.accuracy }));
    if (!form.dataset.outbox) return;
    form.dataset.title ||= find("h3, b", form.closest("[data-stop]") || doc)?.textContent.trim() || "";
    ["at", "latitude", "longitude", "accuracy"].forEach((name) => {
      if (!form.elements[name]) form.append(element("input", { type: "hidden", name }));
    });
    put(form, { at: at.toISOString(), ...(where || {}) });
    form.dataset.arrived = "1";
    form.requestSubmit();
  };

  // --- wiring --------------------------------------------------------------------------------------------------
  const prepare = (form) => {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const select = find("select[data-account]", form);
    if (select && select.options.length > MANY) addSearch(form, select);
    if (select?.value) {
      const field = find("[data-account-search]", form);
      if (field) field.value = accountOf(select.value)?.name || "";
    }
    showWhatFits(form);
  };
  // A page that was kept yesterday still means yesterday.
  const applyDay = (form) => {
    const day = dayOf(new Date());
    const { happened_on: on } = form.elements;
    const kept = doc.documentElement.dataset.kept;
    if (!kept || dayOf(new Date(Number(kept))) === day || !on || on.value !== dayOf(new Date(Number(kept)))) return;
    on.value = day;
    const next = new Date();
    do next.setDate(next.getDate() + 1);
    while ([0, 6].includes(next.getDay()));
    all("[name=next_choice][value=tomorrow]", form).forEach((choice) => (choice.dataset.date = dayOf(next)));
  };
  const fillFromStop = (form, stop) => {
    const select = find("select[data-account]", form);
    if (!select) return;
    select.value = stop.account;
    changed(select);
    put(form, { plan_item: stop.id || "", opportunity: stop.opportunity || "", purpose: stop.purpose || "" });
    all(`[name=met][value="${stop.contact}"]`, form).forEach((box) => ((box.checked = true), changed(box)));
  };
  // One tap on a customer of the day, or one met last: the rest of the form follows, and the keyboard opens.
  const pick = (chip) => {
    const form = chip.closest("form");
    fillFromStop(form, stopOf(chip.dataset.pickStop) || { account: chip.dataset.pick });
    find("[data-focus]", form)?.focus();
  };
  // A page that was kept on the device does not know for which customer it was opened; the address does.
  const applyAddress = (form) => {
    const asked = new URLSearchParams(location.search);
    if (!doc.documentElement.dataset.kept || !location.search || asked.has("outbox")) return;
    const stop = stopOf(asked.get("item")) || { account: asked.get("account"), id: asked.get("item") };
    if (stop.account) fillFromStop(form, stop);
  };

  doc.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-visit-form]");
    if (!form) return;
    if (event.target.matches("[data-account]")) showAccount(form, event.target.value);
    if (event.target.name === "next_choice") nextStep(form, event.target);
    if (event.target.matches("[name=met], [name=opportunity]")) showWhatFits(form);
  });
  doc.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-contact]");
    if (add) addContact(add.closest("form")).focus();
    const chip = event.target.closest("form[data-visit-form] [data-pick]");
    if (!chip || event.ctrlKey || event.metaKey || !accountOf(chip.dataset.pick)) return;
    event.preventDefault();
    pick(chip);
  });
  // The keyboard of a phone opens only when the field takes the focus in the very gesture that opened the sheet.
  doc.addEventListener("opened", (event) => find("form[data-visit-form] [data-focus]", event.target)?.focus());
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.arrive || form.dataset.arrived) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    arrive(form);
  }, true); // prettier-ignore
  doc.addEventListener("outbox:save", (event) => {
    const { started_at: from, ended_at: to, happened_on: on } = event.target.elements;
    if (from?.value && to && !to.value && (!on || on.value === dayOf(new Date())) && clock() > from.value.slice(0, 5)) to.value = clock();
  });
  // A draft may hold people and rows that are not on the form yet.
  doc.addEventListener("draft:fill", (event) => {
    const form = event.target;
    const { values } = event.detail;
    if (!form.matches("[data-visit-form]")) return;
    const account = values.account?.[0];
    const known = all("[name=met]", form).map((box) => box.value);
    const missing = (values.met || []).some((id) => !known.includes(id));
    if (account && (missing || account !== String(form.elements.account?.value)) && accountOf(account)) showAccount(form, account);
    const rows = () => all("[data-new-contacts] [name=new_name]", form).length;
    while (find("template[data-new-contact]", form) && rows() < (values.new_name || []).length) addContact(form);
  });
  doc.addEventListener("draft:filled", (event) => {
    const form = event.target;
    const field = find("[data-account-search]", form);
    if (field) field.value = accountOf(form.elements.account?.value)?.name || "";
    if (form.matches("[data-visit-form]")) showWhatFits(form);
  });
  doc.addEventListener("reset", (event) => {
    const form = event.target;
    if (!form.matches("[data-visit-form]")) return;
    setTimeout(() => {
      all("[data-new-contacts] > :not(:first-child)", form).forEach((row) => row.remove());
      if (find("select[data-account]", form)) showAccount(form, form.elements.account.value);
      showWhatFits(form);
    }, 0);
  });

  const start = (root) => all("form[data-visit-form]", root).forEach((form) => (prepare(form), applyDay(form), applyAddress(form)));
  doc.addEventListener("htmx:afterSettle", (event) => start(event.detail.elt));
  start(doc);
})();
