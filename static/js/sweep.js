// One tap on a unit: it is kept on the phone at once and sent when there is a network, through the outbox.
(() => {
  "use strict";
  const KEPT_MS = 4000; // the outbox has read the small form long before
  const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
  const show = (door, state, label) => {
    door.className = `door is-${state.toLowerCase()}`;
    door.querySelector("[data-state]").textContent = label;
    door.querySelector("i")?.remove();
  };
  const send = (form, door, state) => {
    const small = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
    Object.assign(small.dataset, { outbox: form.dataset.sweep, title: door.dataset.door });
    small.append(hidden("unit", door.value), hidden("state", state), form.elements.csrfmiddlewaretoken.cloneNode());
    document.body.append(small);
    small.requestSubmit();
    setTimeout(() => small.remove(), KEPT_MS);
  };
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const door = event.submitter;
      if (!form.dataset.sweep || !door?.dataset.unit) return;
      event.preventDefault();
      const chosen = form.querySelector("[name=state]:checked");
      if (!chosen?.value) return location.assign(door.dataset.unit);
      show(door, chosen.value, chosen.nextElementSibling.textContent);
      send(form, door, chosen.value);
    },
    true,
  );
  // What a tap notes stays chosen when the page is loaded again, by an undo for one.
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-sweep] [name=state]")) return;
    const here = new URL(location.href);
    here.searchParams.set("tap", target.value);
    history.replaceState(history.state, "", here);
  });
  // The coverage above the doors follows; without a network it waits for the next page.
  const keepUp = async () => {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-coverage]").forEach((part) => {
      const now = fresh.querySelector(`[data-coverage="${part.dataset.coverage}"]`);
      if (now) part.replaceWith(document.adoptNode(now));
    });
  };
  document.addEventListener("crm:sent", keepUp);
})();
