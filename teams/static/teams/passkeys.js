// Ties the forms marked data-passkey to allauth's scripts, and says in words what went wrong.
(() => {
  "use strict";
  const doc = document;
  const kit = window.allauth?.webauthn?.forms;
  const form = doc.querySelector("form[data-passkey]");
  if (!form) return;

  const texts = () => window.crm?.texts || {};
  // A passkey belongs to a name; browsers refuse one for a bare number such as 127.0.0.1.
  const hasName = !/^(\d+\.){3}\d+$|^\[/.test(location.hostname);
  const able = Boolean(kit && window.PublicKeyCredential && hasName);
  const button = form.querySelector("button");

  if (!able) {
    if (form.dataset.passkey !== "addForm") return;
    button.disabled = true;
    doc.addEventListener("DOMContentLoaded", () => window.crm?.toast(texts().passkeyImpossible, { tone: "warn" }));
    return;
  }
  form.hidden = false;
  button.id ||= "passkey_button";
  const credential = form.querySelector("[name=credential]");
  const ids = { credential: credential.id, add: button.id, login: button.id, authenticate: button.id };
  const passwordless = form.querySelector("[name=passwordless]");
  if (passwordless) ids.passwordless = passwordless.id;
  if (doc.getElementById("js_data")) ids.data = "js_data";
  kit[form.dataset.passkey]({ ids });

  doc.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const cancelled = event.detail?.exception?.name === "NotAllowedError";
    window.crm?.toast(cancelled ? texts().passkeyCancelled : texts().passkeyFailed, { tone: "danger" });
  });
})();
