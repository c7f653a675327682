/** Text, number, date and time fields, and files. */

import { h } from "../core/dom.js";
import { plain } from "../text/mrkdwn.js";
import { act, choose } from "./act.js";
import { fieldOf, setValue, valueOf } from "./values.js";

const SPOKEN = { datepicker: "Date", timepicker: "Time", datetimepicker: "Date and time" };

function shared(element, field) {
  return {
    id: field.id ?? null,
    placeholder: element.placeholder ? plain(element.placeholder.text) : null,
    "aria-labelledby": field.labelledBy ?? null,
    "aria-label": field.labelledBy ? null : plain(element.placeholder?.text ?? SPOKEN[element.type] ?? "Value"),
    "aria-describedby": field.describedBy ?? null,
    "aria-invalid": field.invalid ? "true" : null,
    "aria-required": field.labelledBy && !field.optional ? "true" : null,
    autofocus: Boolean(element.focus_on_load),
  };
}

function reporting(element, ctx, blockId, on) {
  if (!ctx.reports) return false;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return triggers.includes(on);
}

function textHandlers(element, ctx, blockId) {
  const report = (value) => act(ctx, blockId, element, { value: value === "" ? null : value });
  return {
    oninput: (event) => {
      setValue(ctx, blockId, element, event.target.value);
      if (reporting(element, ctx, blockId, "on_character_entered")) report(event.target.value);
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      if (element.multiline && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      if (reporting(element, ctx, blockId, "on_enter_pressed")) report(event.target.value);
      else ctx.submit?.();
    },
  };
}

/** plain_text_input, with the number of remaining characters near the limit. */
export function textField(element, ctx, blockId, field = {}) {
  const value = valueOf(ctx, blockId, element) ?? "";
  const props = { ...shared(element, field), ...textHandlers(element, ctx, blockId), value, dir: "auto" };
  const left = element.max_length ? element.max_length - [...value].length : Infinity;
  const scarce = left <= Math.max(20, element.max_length * 0.1);
  return h(
    "span",
    { class: "text-field" },
    element.multiline
      ? h("textarea", { ...props, class: "field field-area", rows: 4 })
      : h("input", { ...props, class: "field", type: "text", autocomplete: "off" }),
    scarce ? h("span", { class: `room-left${left < 0 ? " is-over" : ""}`, "aria-live": "polite" }, `${left}`) : null,
  );
}

const TYPED = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** email_text_input, url_text_input and number_input. */
export function typedField(element, ctx, blockId, field = {}) {
  return h("input", {
    ...shared(element, field),
    ...textHandlers(element, ctx, blockId),
    class: "field",
    type: TYPED[element.type],
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    autocomplete: "off",
    value: valueOf(ctx, blockId, element) ?? "",
  });
}

/** rich_text_input, with plain paragraphs only. */
export function richField(element, ctx, blockId, field = {}) {
  const held = valueOf(ctx, blockId, element);
  const text = (held?.elements ?? []).flatMap((part) => part.elements ?? []).map((part) => part.text ?? "").join("");
  const asRich = (typed) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text: typed }] }],
  });
  return h("textarea", {
    ...shared(element, field),
    class: "field field-area",
    rows: 4,
    dir: "auto",
    value: text,
    oninput: (event) => setValue(ctx, blockId, element, event.target.value ? asRich(event.target.value) : null),
  });
}

const PICKED = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

/** datepicker, timepicker and datetimepicker. */
export function pickField(element, ctx, blockId, field = {}) {
  const isMoment = fieldOf(element) === "selected_date_time";
  const held = valueOf(ctx, blockId, element);
  return h("input", {
    ...shared(element, field),
    class: "field field-pick",
    type: PICKED[element.type],
    value: held === null ? "" : isMoment ? localMinute(held) : held,
    onchange: (event) => {
      const typed = event.target.value;
      const value = isMoment && typed ? Math.floor(new Date(typed).getTime() / 1000) : typed;
      choose(ctx, blockId, element, typed ? value : null);
    },
  });
}

function localMinute(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** file_input: the names of the chosen files; their content is not uploaded. */
export function fileField(element, ctx, blockId, field = {}) {
  const files = valueOf(ctx, blockId, element) ?? [];
  const extensions = element.filetypes?.map((one) => `.${one}`).join(",") ?? null;
  return h(
    "span",
    { class: "file-field" },
    h("input", {
      ...shared(element, field),
      class: "field",
      type: "file",
      accept: extensions,
      multiple: (element.max_files ?? 10) > 1,
      onchange: (event) => setValue(ctx, blockId, element, [...event.target.files].map(({ name, size }) => ({ name, size }))),
    }),
    files.length ? h("span", { class: "hint" }, files.map((file) => file.name).join(", ")) : null,
  );
}
