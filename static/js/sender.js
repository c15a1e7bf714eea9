// Sends what waits in the outbox. Loaded by pages, and by the service worker when the browser wakes it for that.
((scope) => {
  "use strict";
  const { device } = scope;
  const FORMAT = 1;
  const PATIENCE_MS = 20000;
  const RETRY_MS = [30000, 60000, 120000, 240000, 300000];
  const LATER = new Set([408, 425, 429]);

  const patient = async (url, options = {}) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(url, {
        credentials: "same-origin", cache: "no-store", redirect: "manual", signal: stop.signal, ...options,
      }); // prettier-ignore
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      return { status: answer.type === "opaqueredirect" ? 302 : answer.status, data: isJson ? await answer.json() : null };
    } catch {
      return { status: 0, data: null };
    } finally {
      clearTimeout(timer);
    }
  };

  // Who is signed in now, with a fresh token. `state`: ok, signed-out, gone (has left: everything is wiped), other
  // (somebody else), unreachable.
  const askSession = async (url, user) => {
    const known = await device.get("facts", "mark");
    const mark = known?.user === user ? known.mark : "";
    const { status, data } = await patient(url, { headers: { Accept: "application/json", "X-Device": mark } });
    if (status === 401 && data?.gone) {
      await device.wipe(user);
      device.tell({ type: "gone" });
      return { state: "gone" };
    }
    if (status === 401) return { state: "signed-out" };
    if (status !== 200 || !data?.user) return { state: "unreachable", status };
    if (data.user !== user) return { state: "other" };
    await device.learnKeys(user, data.keys);
    if (data.mark && data.mark !== mark) await device.write(["facts", { id: "mark", user, mark: data.mark }]);
    return { state: "ok", csrf: data.csrf, pages: data.pages, worker: data.worker };
  };

  // What an answer means: sent, session (sign in again), problem (the person must look), later.
  const meaning = (row, { status, data }) => {
    if (status >= 200 && status < 300) return data?.client_id === row.id ? "sent" : "later";
    if (status === 401 || (status >= 300 && status < 400) || (status === 403 && !data)) return "session";
    return status >= 400 && status < 500 && !LATER.has(status) ? "problem" : "later";
  };

  const post = async (row, box, csrf) => {
    const body = {
      format: FORMAT, client_id: row.id, user: row.user, written_at: new Date(row.created).toISOString(), fields: box.fields,
    }; // prettier-ignore
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf };
    return patient(box.url, { method: "POST", headers, body: JSON.stringify(body) });
  };

  const markSent = async (row, box, answer) => {
    const changes = [["outbox", row.id, true]];
    const draft = await device.get("drafts", row.id);
    if (draft) changes.push(["drafts", { ...draft, state: "sent", over: Date.now() }]);
    await device.write(...changes);
    device.tell({ type: "sent", id: row.id, title: answer.data.title || box.title, answer: answer.data, box });
  };
  const markProblem = async (row, box, { status, data }) => {
    row.state = "problem";
    row.reply = await device.seal(row.user, { status, ...data });
    await device.write(["outbox", row]);
    device.tell({ type: "problem", id: row.id, title: box.title });
  };
  const markLater = async (row) => {
    row.tries = (row.tries || 0) + 1;
    row.next = Date.now() + RETRY_MS[Math.min(row.tries, RETRY_MS.length) - 1];
    await device.write(["outbox", row]);
  };

  // One item; returns what its answer meant, having written that down.
  const sendOne = async (row, session, sessionUrl) => {
    const box = await device.unseal(row.user, row.box);
    if (!box) return "session"; // no key: it can be read after the next sign-in
    let answer = await post(row, box, session.csrf);
    let means = meaning(row, answer);
    if (means === "session") {
      Object.assign(session, await askSession(sessionUrl, row.user));
      if (session.state !== "ok") return session.state === "unreachable" ? "later" : "session";
      answer = await post(row, box, session.csrf);
      means = meaning(row, answer);
      if (means === "session") means = "later";
    }
    if (means === "sent") await markSent(row, box, answer);
    else if (means === "problem") await markProblem(row, box, answer);
    else await markLater(row);
    return means === "later" && !answer.status ? "unreachable" : means;
  };

  // A clock that was set back must not put a retry off for days.
  const isDue = (row, now) => row.state === "waiting" && (!row.next || row.next <= now || row.next > now + 600000);

  // Send what is due; `all` sends what waits for its next try too. Returns ok, signed-out, other or unreachable.
  const flush = ({ user, sessionUrl, all = false }) =>
    device.oneAtATime(async () => {
      const waiting = (await device.rowsOf("outbox", user)).filter((row) => row.state === "waiting");
      const due = waiting.filter((row) => all || isDue(row, Date.now())).sort((a, b) => a.created - b.created);
      if (!due.length) return "ok";
      const session = await askSession(sessionUrl, user);
      if (session.state !== "ok") return session.state;
      for (const row of due) {
        const means = await sendOne(row, session, sessionUrl);
        device.tell({ type: "changed" });
        if (means === "session") return "signed-out";
        if (means === "unreachable") return "unreachable";
      }
      return "ok";
    });

  scope.sender = { flush, askSession, RETRY_MS };
})(self);
