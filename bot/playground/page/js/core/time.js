/** Times as a reader sees them. A ts is "seconds.micros" since 1970. */

import { server } from "./store.js";

/** The Date of a message's ts. */
export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

/** Now, by the clock of the workspace. */
export function now() {
  const offset = server?.clock?.offset_seconds ?? 0;
  return new Date(Date.now() + offset * 1000);
}

function zone() {
  const tz = server?.me?.tz;
  return tz ? { timeZone: tz } : {};
}

/** "9:41 AM" in this person's time zone. */
export function clockTime(date) {
  return date.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", ...zone() });
}

/** "Monday, March 9th at 9:41:05 AM", for a tooltip. */
export function fullTime(date) {
  const time = date.toLocaleTimeString("en-US", { ...zone() });
  return `${longDay(date)} at ${time}`;
}

/** A key that is the same for all times of one day. */
export function dayKey(date) {
  return date.toLocaleDateString("en-CA", { ...zone() });
}

/** "Today", "Yesterday" or "Monday, March 9th". */
export function dayLabel(date) {
  const key = dayKey(date);
  if (key === dayKey(now())) return "Today";
  if (key === dayKey(new Date(now().getTime() - 86_400_000))) return "Yesterday";
  return longDay(date);
}

/** "Monday, March 9th", with the year when it isn't this one. */
export function longDay(date) {
  const part = (options) => date.toLocaleDateString("en-US", { ...options, ...zone() });
  const day = Number(part({ day: "numeric" }));
  const year = part({ year: "numeric" });
  const tail = year === now().toLocaleDateString("en-US", { year: "numeric", ...zone() }) ? "" : `, ${year}`;
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

/** Slack's tokens of <!date^…>, filled for one time. */
export function dateTokens(seconds) {
  const date = new Date(seconds * 1000);
  const part = (options) => date.toLocaleDateString("en-US", { ...options, ...zone() });
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
    time_secs: date.toLocaleTimeString("en-US", { ...zone() }),
    ago: ago(date),
  };
}

/** The Date of "2026-01-05T09:00" on a clock in this time zone. */
export function zonedDate(local, timeZone) {
  const asUtc = new Date(`${local}Z`);
  const shown = new Date(`${asUtc.toLocaleString("sv-SE", { timeZone }).replace(" ", "T")}Z`);
  return new Date(asUtc.getTime() - (shown - asUtc));
}
