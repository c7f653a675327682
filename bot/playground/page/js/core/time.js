/** Displayed times. A ts is "seconds.micros" since 1970. */

import { server } from "./store.js";

/** The Date of a message's ts. */
export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

/** The time of the workspace's clock. */
export function now() {
  const offset = server?.clock?.offset_seconds ?? 0;
  return new Date(Date.now() + offset * 1000);
}

const FORMATS = new Map();

/** A date in this user's time zone; formats are cached, because creating one is slow. */
function shown(date, options, locale = "en-US") {
  const timeZone = server?.me?.tz;
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  let format = FORMATS.get(key);
  if (!format) FORMATS.set(key, (format = new Intl.DateTimeFormat(locale, { ...options, timeZone })));
  return format.format(date);
}

const SECONDS = { hour: "numeric", minute: "2-digit", second: "2-digit" };

/** "9:41 AM" in this user's time zone. */
export function clockTime(date) {
  return shown(date, { hour: "numeric", minute: "2-digit" });
}

/** "Monday, March 9th at 9:41:05 AM", for a tooltip. */
export function fullTime(date) {
  return `${longDay(date)} at ${shown(date, SECONDS)}`;
}

/** A key for the day of a date. */
export function dayKey(date) {
  return shown(date, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA");
}

/** "Today", "Yesterday" or "Monday, March 9th". */
export function dayLabel(date) {
  const key = dayKey(date);
  if (key === dayKey(now())) return "Today";
  if (key === dayKey(new Date(now().getTime() - 86_400_000))) return "Yesterday";
  return longDay(date);
}

/** "Monday, March 9th", with the year if it is not the current one. */
export function longDay(date) {
  const part = (options) => shown(date, options);
  const day = Number(part({ day: "numeric" }));
  const year = part({ year: "numeric" });
  const tail = year === shown(now(), { year: "numeric" }) ? "" : `, ${year}`;
  return `${part({ weekday: "long" })}, ${part({ month: "long" })} ${day}${ordinal(day)}${tail}`;
}

/** "st", "nd", "rd" or "th". */
export function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return "th";
  return { 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th";
}

/** "2 hours ago". */
export function ago(date) {
  const seconds = Math.max(0, (now() - date) / 1000);
  const steps = [["day", 86_400], ["hour", 3600], ["minute", 60]];
  for (const [unit, size] of steps) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** The values of Slack's <!date^…> tokens for a time. */
export function dateTokens(seconds) {
  const date = new Date(seconds * 1000);
  const part = (options) => shown(date, options);
  const day = Number(part({ day: "numeric" }));
  const short = `${part({ month: "short" })} ${day}, ${part({ year: "numeric" })}`;
  const pretty = (text) => (["Today", "Yesterday"].includes(dayLabel(date)) ? dayLabel(date) : text);
  const long = `${part({ weekday: "long" })}, ${part({ month: "long" })} ${day}${ordinal(day)}, ${part({ year: "numeric" })}`;
  const plain = `${part({ month: "long" })} ${day}${ordinal(day)}, ${part({ year: "numeric" })}`;
  return {
    date_num: dayKey(date),
    date: plain,
    date_short: short,
    date_long: long,
    date_pretty: pretty(plain),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(long),
    day_divider_pretty: dayLabel(date),
    time: clockTime(date),
    time_secs: shown(date, SECONDS),
    ago: ago(date),
  };
}

/** The Date of a local time such as "2026-01-05T09:00" in a time zone. */
export function zonedDate(local, timeZone) {
  const asUtc = new Date(`${local}Z`);
  const shown = new Date(`${asUtc.toLocaleString("sv-SE", { timeZone }).replace(" ", "T")}Z`);
  return new Date(asUtc.getTime() - (shown - asUtc));
}
