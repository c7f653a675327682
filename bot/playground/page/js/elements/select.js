/** Select menus of every kind: options, users, channels and conversations; single or multi. */

import { domId, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { setUi, ui } from "../core/store.js";
import { plain } from "../text/mrkdwn.js";
import { actionKey, choose, isBusy, placeKey } from "./act.js";
import { actionError } from "./button.js";
import { choicesOf } from "./choices.js";
import { closePopover, popover } from "./popover.js";
import { valueOf } from "./values.js";

const SEARCH_FROM = 7;

/** A select element of any type, single or multi. */
export function select(element, ctx, blockId, field = {}) {
  const key = actionKey(ctx, blockId, element);
  const place = placeKey(ctx, blockId, element);
  const groups = choicesOf(element);
  const all = groups.flatMap((group) => group.choices);
  const multi = element.type.startsWith("multi_");
  const held = valueOf(ctx, blockId, element);
  const chosen = (multi ? held : held === null ? [] : [held]).map((one) => matching(all, one));
  const model = { place, groups, all, multi, chosen, element, field };
  model.set = (choices) => {
    const values = choices.map((choice) => choice.value);
    choose(ctx, blockId, element, multi ? values : (values[0] ?? null));
  };
  return h(
    "span",
    { class: `select${multi ? " select-multi" : ""}`, key },
    multi ? chosen.map((choice) => chip(model, choice)) : null,
    trigger(model),
    !multi && field.optional && chosen.length ? clear(model) : null,
    ui.popover?.id === place ? panel(model) : null,
    isBusy(ctx, blockId, element) ? h("span", { class: "spinner" }) : null,
    actionError(key),
  );
}

function matching(all, value) {
  const id = typeof value === "object" ? value.value : value;
  const known = all.find((choice) => choice.id === id);
  return known ?? { id, value, label: typeof value === "object" ? plain(value.text?.text) : id };
}

function trigger(model) {
  const { place, multi, chosen, element, field } = model;
  const open = ui.popover?.id === place;
  const placeholder = plain(element.placeholder?.text ?? (multi ? "Select options" : "Select an option"));
  const only = multi ? null : chosen[0];
  const first = Math.max(0, model.all.indexOf(only));
  return h(
    "button",
    {
      class: "select-trigger",
      type: "button",
      role: "combobox",
      id: field.id ?? null,
      "aria-haspopup": "listbox",
      "aria-expanded": String(open),
      "aria-controls": open ? listId(model) : null,
      "aria-labelledby": field.labelledBy ?? null,
      "aria-label": field.labelledBy ? null : placeholder,
      "aria-describedby": field.describedBy ?? null,
      "aria-invalid": field.invalid ? "true" : null,
      onclick: () => setUi({ popover: open ? null : { id: place, query: "", active: first } }),
    },
    only?.mark ?? null,
    h("span", { class: only ? "select-value" : "select-placeholder" }, only ? only.label : multi && chosen.length ? "Add more" : placeholder),
    icon("chevronDown", 16),
  );
}

function listId(model) {
  return `${domId(model.place)}-list`;
}

function optionId(model, at) {
  return at >= 0 ? `${listId(model)}-${at}` : null;
}

function chip(model, choice) {
  const remove = () => model.set(model.chosen.filter((one) => one.id !== choice.id));
  return h(
    "span",
    { class: "chip", key: `chip-${choice.id}` },
    choice.mark ?? null,
    choice.label,
    h("button", { class: "chip-remove", type: "button", "aria-label": `Remove ${choice.label}`, onclick: remove }, icon("close", 14)),
  );
}

function clear(model) {
  return h("button", { class: "select-clear", type: "button", "aria-label": "Clear selection", onclick: () => model.set([]) }, icon("close", 16));
}

function panel(model) {
  const query = ui.popover.query ?? "";
  const wanted = query.trim().toLowerCase();
  const fits = (choice) => `${choice.label} ${choice.note ?? ""}`.toLowerCase().includes(wanted);
  const groups = model.groups
    .map((group) => ({ ...group, choices: group.choices.filter(fits) }))
    .filter((group) => group.choices.length);
  const shown = groups.flatMap((group) => group.choices);
  const searchable = model.all.length >= SEARCH_FROM;
  return popover(
    {
      class: "listbox-panel",
      width: "anchor",
      focus: searchable ? ".select-search" : ".listbox",
      onkeydown: (event) => steer(event, model, shown),
    },
    searchable ? search(query, shown, model) : null,
    h(
      "div",
      {
        class: "listbox",
        id: listId(model),
        role: "listbox",
        tabindex: "-1",
        "aria-label": "Options",
        "aria-multiselectable": model.multi ? "true" : null,
        "aria-activedescendant": optionId(model, ui.popover.active),
      },
      groups.map((group) => listGroup(group, model, shown)),
      shown.length ? null : h("div", { class: "listbox-empty" }, "No results"),
    ),
  );
}

function search(query, shown, model) {
  return h("input", {
    class: "select-search",
    type: "text",
    "aria-label": "Filter options",
    "aria-controls": listId(model),
    "aria-activedescendant": optionId(model, ui.popover.active),
    placeholder: "Type to filter",
    value: query,
    oninput: (event) => setUi({ popover: { ...ui.popover, query: event.target.value, active: shown.length ? 0 : -1 } }),
  });
}

function listGroup(group, model, shown) {
  const options = group.choices.map((choice) => listOption(choice, model, shown.indexOf(choice)));
  if (!group.label) return options;
  return h("div", { class: "listbox-group", role: "group", "aria-label": group.label }, h("div", { class: "listbox-heading" }, group.label), options);
}

function listOption(choice, model, at) {
  const selected = model.chosen.some((one) => one.id === choice.id);
  const active = ui.popover.active === at;
  return h(
    "div",
    {
      class: `listbox-option${active ? " is-active" : ""}`,
      key: `option-${choice.id}`,
      id: optionId(model, at),
      role: "option",
      "aria-selected": String(selected),
      onclick: () => pick(choice, model),
      updated: (el) => active && el.scrollIntoView({ block: "nearest" }),
    },
    choice.mark ?? null,
    h("span", { class: "listbox-text" }, choice.label, choice.note ? h("span", { class: "listbox-note" }, choice.note) : null),
    selected ? icon("check", 16) : null,
  );
}

function pick(choice, model) {
  if (!model.multi) {
    closePopover();
    model.set([choice]);
    return;
  }
  const has = model.chosen.some((one) => one.id === choice.id);
  const most = model.element.max_selected_items ?? Infinity;
  if (has) model.set(model.chosen.filter((one) => one.id !== choice.id));
  else if (model.chosen.length < most) model.set([...model.chosen, choice]);
}

function steer(event, model, shown) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) {
    const active = (Math.max(ui.popover.active, step > 0 ? -1 : 0) + step + shown.length) % shown.length;
    setUi({ popover: { ...ui.popover, active } });
    event.preventDefault();
  } else if (event.key === "Enter" && shown[ui.popover.active]) {
    pick(shown[ui.popover.active], model);
    event.preventDefault();
  } else if (event.key === "Tab") {
    closePopover();
    event.preventDefault();
  }
}
