/** Buttons, icon buttons, feedback buttons, and menus that open from a button. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { setUi, ui } from "../core/store.js";
import { plain } from "../text/mrkdwn.js";
import { act, actionKey, isBusy, placeKey } from "./act.js";
import { closePopover, popover } from "./popover.js";

/** A button element; one with a url opens it and also sends the action, as in Slack. */
export function button(element, ctx, blockId) {
  const key = actionKey(ctx, blockId, element);
  const style = element.style ? ` button-${element.style}` : "";
  const waiting = isBusy(ctx, blockId, element);
  const press = () => {
    if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
    act(ctx, blockId, element, element.value === undefined ? {} : { value: element.value });
  };
  return h(
    "span",
    { class: "button-slot", key },
    h(
      "button",
      {
        class: `button${style}${waiting ? " is-waiting" : ""}`,
        type: "button",
        onclick: press,
        "aria-label": element.accessibility_label ?? null,
        "aria-busy": waiting ? "true" : null,
      },
      h("span", { class: "button-text" }, plain(element.text?.text, element.text?.emoji !== false)),
      waiting ? h("span", { class: "spinner" }) : null,
    ),
    actionError(key),
  );
}

/** The icon that shows that an action did not reach the app. */
export function actionError(key) {
  const message = ui.actionErrors[key];
  if (!message) return null;
  return h("span", { class: "action-error", role: "alert", title: message }, icon("warning", 16), h("span", { class: "sr-only" }, message));
}

/** The three-dots menu. */
export function overflow(element, ctx, blockId) {
  const key = actionKey(ctx, blockId, element);
  const place = placeKey(ctx, blockId, element);
  const open = ui.popover?.id === place;
  const choose = (option) => {
    closePopover();
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    act(ctx, blockId, element, { selected_option: option });
  };
  return h(
    "span",
    { class: "button-slot", key },
    h(
      "button",
      {
        class: "button button-icon",
        type: "button",
        "aria-label": "More options",
        "aria-haspopup": "menu",
        "aria-expanded": String(open),
        onclick: () => setUi({ popover: open ? null : { id: place } }),
      },
      icon("more"),
    ),
    actionError(key),
    open && popover({ role: "menu", class: "menu", align: "end" }, element.options.map((option) => menuItem(option, () => choose(option)))),
  );
}

function menuItem(option, onclick) {
  return h(
    "button",
    { class: "menu-item", type: "button", role: "menuitem", onclick },
    h("span", null, plain(option.text.text)),
    option.description ? h("span", { class: "menu-note" }, plain(option.description.text)) : null,
  );
}

/** Thumbs up and down under a message. */
export function feedbackButtons(element, ctx, blockId) {
  const one = (choice, name) =>
    h(
      "button",
      {
        class: "button button-icon",
        type: "button",
        title: plain(choice.text.text),
        "aria-label": choice.accessibility_label ?? plain(choice.text.text),
        onclick: () => act(ctx, blockId, element, { value: choice.value }),
      },
      icon(name),
    );
  return h(
    "span",
    { class: "button-slot" },
    one(element.positive_button, "thumbUp"),
    one(element.negative_button, "thumbDown"),
    actionError(actionKey(ctx, blockId, element)),
  );
}

/** A button with only an icon. */
export function iconButton(element, ctx, blockId) {
  return h(
    "span",
    { class: "button-slot" },
    h(
      "button",
      {
        class: "button button-icon",
        type: "button",
        title: plain(element.text.text),
        "aria-label": element.accessibility_label ?? plain(element.text.text),
        onclick: () => act(ctx, blockId, element, { value: element.value }),
      },
      icon(element.icon === "trash" ? "trash" : "more"),
    ),
    actionError(actionKey(ctx, blockId, element)),
  );
}
