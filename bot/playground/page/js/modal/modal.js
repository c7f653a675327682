/** The topmost modal. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { server, ui } from "../core/store.js";
import { keepUp } from "../elements/values.js";
import { appMark } from "../frame/marks.js";
import { renderBlocks } from "../blocks/index.js";
import { plain } from "../text/mrkdwn.js";
import { closeView, isWaiting, submitView, tidy, viewKey } from "./submit.js";

/** The topmost modal as a dialog, or null. */
export function modal() {
  tidy();
  for (const view of server.modals) keepUp(view);
  const view = server.modals.at(-1);
  if (!view) return null;
  const key = viewKey(view);
  const ctx = {
    key,
    hash: view.hash,
    container: { type: "view", view_id: view.id },
    blocks: view.blocks,
    serverValues: view.state?.values,
    errors: { ...view.errors, ...ui.fieldErrors[key] },
  };
  ctx.submit = () => submitView(view, ctx);
  return h(
    "dialog",
    {
      class: "modal",
      key: "modal",
      "aria-labelledby": "modal-title",
      oncancel: (event) => event.preventDefault(),
      removed: (el) => el.close(),
    },
    h(
      "form",
      {
        class: "modal-form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          ctx.submit();
        },
      },
      head(view),
      body(view, ctx, key),
      foot(view),
    ),
  );
}

function head(view) {
  const deep = server.modals.length > 1;
  return h(
    "header",
    { class: "modal-head", key: "head" },
    deep
      ? h("button", { class: "icon-button", type: "button", "aria-label": "Back", title: "Back", onclick: () => closeView(view) }, icon("back", 20))
      : appMark(28),
    h("h2", { class: "modal-title", id: "modal-title" }, plain(view.title.text)),
    h("button", { class: "icon-button", type: "button", "aria-label": "Close", title: "Close", onclick: () => closeView(view, true) }, icon("close", 20)),
  );
}

/** The blocks; without a field or a button, the keyboard scrolls them themselves. */
function body(view, ctx, key) {
  const error = view.connection_error ?? ui.actionErrors[key];
  const scrolls = view.blocks.some((one) => one.accessory || ["actions", "input"].includes(one.type))
    ? {}
    : { tabindex: "0", role: "group", "aria-labelledby": "modal-title" };
  return h(
    "div",
    { class: "modal-body", key: `body-${view.id}-${stepOf(view)}`, mounted: focusFirst, ...scrolls },
    renderBlocks(view.blocks, ctx),
    error ? h("div", { class: "modal-error", role: "alert", key: "error", mounted: (el) => el.scrollIntoView({ block: "nearest" }) }, icon("warning", 18), error) : null,
  );
}

/** Scroll a new view to the top; an updated view keeps its scroll position. */
function stepOf(view) {
  return `${view.callback_id ?? ""}/${view.blocks.filter((one) => one.type === "input").map((one) => one.block_id).join(",")}`;
}

const FIELDS = "input:not([type=file]), textarea, button.select-trigger";

/** Focus the first field. A closed dialog cannot take the focus, so it is opened first. */
function focusFirst(el) {
  const dialog = el.closest("dialog");
  if (!dialog.open) dialog.showModal();
  else if (el.contains(document.activeElement)) return;
  const first = el.querySelector("[autofocus]") ?? el.querySelector(FIELDS);
  (first ?? dialog.querySelector("button[type=submit], .modal-head button"))?.focus({ preventScroll: true });
}

function foot(view) {
  if (!view.submit && !view.close) return null;
  const waiting = isWaiting(view);
  return h(
    "footer",
    { class: "modal-foot", key: "foot" },
    h("button", { class: "button", type: "button", onclick: () => closeView(view) }, plain(view.close?.text ?? "Close")),
    view.submit
      ? h(
          "button",
          { class: `button button-primary${waiting ? " is-waiting" : ""}`, type: "submit", disabled: Boolean(view.submit_disabled), "aria-busy": waiting ? "true" : null },
          h("span", { class: "button-text" }, plain(view.submit.text)),
          waiting ? h("span", { class: "spinner", "aria-hidden": "true" }) : null,
        )
      : null,
  );
}
