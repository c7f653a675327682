/** The HTTP client: one state per user, a stream of versions, and POSTs. */

import { server, setServer, setUi, ui } from "./store.js";

let stream = null;
let loading = null;
let wanted = 0;

/** Fetch the state of the acting user, and follow its changes. */
export async function actAs(id) {
  stream?.close();
  setUi({ as: id });
  await load();
  follow();
}

function follow() {
  stream = new EventSource(`/client/stream?as=${encodeURIComponent(ui.as)}`);
  stream.onopen = () => ui.online || setUi({ online: true });
  stream.onerror = () => setUi({ online: false });
  stream.onmessage = (event) => {
    const { version } = JSON.parse(event.data);
    if (version !== server?.version) {
      wanted += 1;
      load();
    }
  };
}

async function load() {
  if (loading) return loading;
  loading = loadOnce();
  try {
    await loading;
  } finally {
    loading = null;
  }
}

async function loadOnce() {
  let seen;
  do {
    seen = wanted;
    const as = ui.as;
    const query = as ? `?as=${encodeURIComponent(as)}` : "";
    try {
      const response = await fetch(`/client/state${query}`);
      const state = await response.json();
      if (!response.ok) throw new Error(state.message ?? response.statusText);
      if (ui.as !== as) wanted += 1;
      else {
        ui.as = state.me.id;
        ui.online = true;
        setServer(state);
      }
    } catch (error) {
      console.warn("The workspace did not answer:", error.message);
      setUi({ online: false });
    }
  } while (seen !== wanted);
}

/**
 * Perform an action as the acting user.
 * @returns {Promise<{ok: boolean, error?: string, message?: string}>} never throws
 */
export async function post(what, body = {}) {
  try {
    const response = await fetch(`/client/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: ui.as, ...body }),
    });
    return await response.json();
  } catch {
    return { ok: false, error: "unreachable", message: "The workspace can’t be reached." };
  }
}
