/** Light or dark: as the system has it, unless the person chose one; that choice is remembered. */

import { changed } from "./store.js";

const KEY = "local-workspace-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** True if the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

/** Switch between light and dark, and remember it in this browser. */
export function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(KEY, theme);
  changed();
}

/** Apply the remembered choice; follow the system and the page's other tabs. */
export function followTheme() {
  const recall = () => {
    const theme = localStorage.getItem(KEY);
    if (theme) document.documentElement.dataset.theme = theme;
    changed();
  };
  recall();
  system.addEventListener("change", changed);
  window.addEventListener("storage", (event) => event.key === KEY && recall());
}
