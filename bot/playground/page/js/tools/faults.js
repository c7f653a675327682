/** Injects faults of Slack and of the network. */

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { changed, server, ui } from "../core/store.js";
import { labelled, tool } from "./parts.js";

const FIELDS = {
  error: { label: "Error", type: "text", start: "missing_scope" },
  method: { label: "Web API method", type: "text", start: "*" },
  seconds: { label: "Seconds", type: "number", start: 3 },
  count: { label: "How many times", type: "number", start: 1 },
};

/** The faults section. */
export function faultTools() {
  const kinds = server.fault_kinds;
  const draft = (ui.fault ??= { kind: kinds[0]?.kind });
  const kind = kinds.find((one) => one.kind === draft.kind) ?? kinds[0];
  return tool(
    "bolt",
    "Faults",
    h("p", { class: "hint" }, "Let Slack fail on purpose. What follows from a fault is not counted as a violation."),
    server.faults.length ? active(kinds) : null,
    h(
      "form",
      {
        class: "tool-form",
        onsubmit: (event) => {
          event.preventDefault();
          switchOn(kind, draft);
        },
      },
      labelled("What goes wrong", kindField(kinds, draft)),
      h("div", { class: "tool-grid" }, namesOf(kind).map((name) => labelled(FIELDS[name]?.label ?? name, valueField(name, draft)))),
      h("button", { class: "button button-small", type: "submit" }, "Switch on"),
    ),
  );
}

function namesOf(kind) {
  return (kind?.fields ?? []).map((field) => field.name ?? field);
}

function kindField(kinds, draft) {
  return h(
    "select",
    {
      class: "field",
      onchange: (event) => {
        draft.kind = event.target.value;
        changed();
      },
    },
    kinds.map((one) => h("option", { value: one.kind, selected: one.kind === draft.kind, key: one.kind }, one.label)),
  );
}

function valueField(name, draft) {
  const { type = "text", start = "" } = FIELDS[name] ?? {};
  return h("input", {
    class: "field",
    type,
    min: type === "number" ? "0" : null,
    step: type === "number" ? "any" : null,
    value: String(draft[name] ?? start),
    oninput: (event) => {
      draft[name] = event.target.value;
      changed();
    },
  });
}

function switchOn(kind, draft) {
  const body = { kind: kind.kind };
  for (const name of namesOf(kind)) {
    const { type, start = "" } = FIELDS[name] ?? {};
    const value = draft[name] ?? start;
    if (value !== "") body[name] = type === "number" ? Number(value) : value;
  }
  post("fault", body);
}

function active(kinds) {
  const label = (fault) => kinds.find((one) => one.kind === fault.kind)?.label ?? fault.kind;
  return h(
    "div",
    { class: "active-faults" },
    h("ul", null, server.faults.map((fault) => h("li", { key: fault.id }, h("strong", null, label(fault)), h("span", { class: "hint" }, details(fault))))),
    h("button", { class: "button button-small", type: "button", onclick: () => post("faults_clear") }, "Switch all off"),
  );
}

function details(fault) {
  const parts = [];
  if (fault.kind === "refused") parts.push(fault.error);
  if (fault.method && fault.method !== "*") parts.push(fault.method);
  if (fault.count !== null && fault.count !== undefined) parts.push(`${fault.count} more`);
  if (["latency", "rate_limited", "accept_late"].includes(fault.kind)) parts.push(`${fault.seconds} s`);
  return parts.join(" · ");
}
