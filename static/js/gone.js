// On the sign-in page: whoever used this device last may have left; then it forgets what it kept of him.
(async () => {
  "use strict";
  const { device, sender } = window;
  const { url } = document.currentScript.dataset;
  const mark = await device.get("facts", "mark");
  if (!mark || (await sender.askSession(url, mark.user)).state !== "gone") return;
  localStorage.clear();
  const worker = (await navigator.serviceWorker?.getRegistration())?.active;
  worker?.postMessage({ type: "forget" });
})();
