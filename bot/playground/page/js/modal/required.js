/** Slack's client-side validation of a modal. */

import { valueOf } from "../elements/values.js";

const REQUIRED = "Please complete this required field.";
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The validation errors of a modal: {block_id: text}. */
export function problemsIn(blocks, ctx) {
  const problems = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const problem = problemOf(block, valueOf(ctx, block.block_id, block.element));
    if (problem) problems[block.block_id] = problem;
  }
  return problems;
}

function problemOf(block, value) {
  const isEmpty = value === null || value === undefined || (typeof value === "string" ? !value.trim() : value.length === 0);
  if (isEmpty) return block.optional ? null : REQUIRED;
  const check = CHECKS[block.element.type];
  return check ? check(block.element, value) : null;
}

function lengthProblem(element, value) {
  const count = [...value].length;
  if (element.max_length && count > element.max_length) return `Please use at most ${element.max_length} characters; this is ${count}.`;
  if (element.min_length && count < element.min_length) return `Please use at least ${element.min_length} characters.`;
  return null;
}

function numberProblem(element, value) {
  const number = Number(value);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  const { min_value: min, max_value: max } = element;
  if (min !== undefined && number < Number(min)) return `Please enter ${min} or more.`;
  if (max !== undefined && number > Number(max)) return `Please enter ${max} or less.`;
  return null;
}

const CHECKS = {
  plain_text_input: lengthProblem,
  number_input: numberProblem,
  email_text_input: (_, value) => (EMAIL.test(value) ? null : "Please enter a full email address."),
  url_text_input: (_, value) => (/^https?:\/\/\S+$/i.test(value) ? null : "Please enter a full address that begins with https://."),
};
