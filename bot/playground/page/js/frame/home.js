/** App Home. */

import { h } from "../core/dom.js";
import { server, ui } from "../core/store.js";
import { keepUp } from "../elements/values.js";
import { renderBlocks } from "../blocks/index.js";

/** The Home tab that the app published for this user. */
export function homeView() {
  const view = server.home;
  if (!view) {
    return h("div", { class: "home-empty", key: "home" }, h("p", null, `${server.app.name} has not drawn its Home tab yet.`));
  }
  keepUp(view);
  const key = `view:${view.id}`;
  const ctx = {
    key,
    hash: view.hash,
    container: { type: "view", view_id: view.id },
    blocks: view.blocks,
    heading: "h2",
    serverValues: view.state?.values,
    errors: ui.fieldErrors[key],
  };
  return h("div", { class: "home", key: "home", role: "tabpanel", "aria-label": "Home", tabindex: "0" }, h("div", { class: "home-page" }, renderBlocks(view.blocks, ctx)));
}
