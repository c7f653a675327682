/** The confirmation dialog of an element. */

import { h } from "../core/dom.js";
import { setUi, ui } from "../core/store.js";
import { plain, textNodes } from "../text/mrkdwn.js";

/** The open confirmation, or null. */
export function confirmDialog() {
  const asked = ui.confirm;
  if (!asked) return null;
  const close = () => setUi({ confirm: null });
  const agree = () => {
    close();
    asked.proceed();
  };
  const style = asked.style === "danger" ? "button-danger-solid" : "button-primary";
  return h(
    "dialog",
    {
      class: "modal confirm",
      key: "confirm",
      role: "alertdialog",
      "aria-labelledby": "confirm-title",
      "aria-describedby": "confirm-text",
      oncancel: (event) => event.preventDefault(),
      mounted: (el) => {
        el.showModal();
        el.querySelector(".confirm-deny").focus();
      },
      removed: (el) => el.close(),
    },
    h("h2", { class: "confirm-title", id: "confirm-title" }, plain(asked.title.text)),
    h("div", { class: "confirm-text", id: "confirm-text" }, textNodes(asked.text)),
    h(
      "footer",
      { class: "modal-foot" },
      h("button", { class: "button confirm-deny", type: "button", onclick: close }, plain(asked.deny?.text ?? "Cancel")),
      h("button", { class: `button ${style}`, type: "button", onclick: agree }, plain(asked.confirm?.text ?? "Yes")),
    ),
  );
}
