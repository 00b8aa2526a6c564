/* The framework's own words on a German page, put in German as they appear. */
import { NAMES, TEXTS } from "./german.js";

/** @typedef {(text: string) => string} Translate */

const NAMED = ["aria-label", "aria-valuetext", "title", "placeholder", "alt", "data-tooltip"];
/** What is ours already, what readers write, and what is in a language of its own. */
const SKIPPED = "body [lang], .stHtml, .stMarkdown, [data-testid^='stBidiComponent'], pre, code, textarea, canvas, iframe, script, style";

const MONTHS = [...Array(12).keys()].map((month) => new Date(2000, month, 1));
const PLACE = /\{n?\}/g;

/** A pattern for a key with places to fill.
 * @param {string} key */
function patternOf(key) {
  const places = (key.match(PLACE) || []).map((place) => (place === "{n}" ? "((?:\\d[.,]?)*\\d)" : "(.*?)"));
  const parts = key.split(PLACE).map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`^${parts.map((part, i) => part + (places[i] ?? "")).join("")}$`, "s");
}

/** What says a text in German, by a table; what the table does not have stays as it is. What fills a place is translated, too.
 * @param {Record<string, string>} table @returns {Translate} */
export function translator(table) {
  const plain = new Map(Object.entries(table));
  const patterns = [...plain].filter(([key]) => key.match(PLACE)).map(([key, german]) => ({ pattern: patternOf(key), german }));
  /** @type {Translate} */
  const translate = (text) => {
    const known = plain.get(text);
    if (known !== undefined) return known;
    for (const { pattern, german } of patterns) {
      const found = pattern.exec(text);
      if (found) return filled(german, found.slice(1).map((part) => translate(part)));
    }
    return text;
  };
  return translate;
}

/** @param {string} text @param {string[]} parts in the order of the places */
function filled(text, parts) {
  const left = [...parts];
  return text.replace(PLACE, () => left.shift() ?? "");
}

/** What says also the first of several, joined by a comma or a colon ("Choose date, Mai 2022", "Search: Einträge").
 * @param {Translate} translate @returns {Translate} */
const firstToo = (translate) => (text) => {
  const whole = translate(text);
  if (whole !== text) return whole;
  const [, first, rest] = /^(.+?)([,:](?: .*)?)$/s.exec(text) || ["", text, ""];
  return translate(first) + rest;
};

/** What the browser says of a date where Streamlit has it speak English: "month", "May 03, 2022", "05 – May".
 * @returns {Record<string, string>} */
function datesOfTheBrowser() {
  const fields = /** @type {const} */ (["year", "month", "day"]);
  const [english, german] = ["en", "de"].map((lang) => {
    const named = new Intl.DisplayNames(lang, { type: "dateTimeField" });
    const month = new Intl.DateTimeFormat(lang, { month: "long" });
    return { fields: fields.map((field) => named.of(field) ?? field), months: MONTHS.map((day) => month.format(day)) };
  });
  return Object.fromEntries([
    ...english.fields.map((field, i) => [field, german.fields[i]]),
    ...english.months.flatMap((month, i) => [[`{n} – ${month}`, `{n} – ${german.months[i]}`],
      [`${month} {n}, {n}`, `{n}. ${german.months[i]} {n}`]]),
  ]);
}

const DATES = datesOfTheBrowser();

/** A text of the page in German. */
export const sayText = firstToo(translator({ ...TEXTS, ...DATES }));
/** A name of a control in German. */
export const sayName = firstToo(translator({ ...TEXTS, ...NAMES, ...DATES }));

/** @param {Element} element */
function renameElement(element) {
  NAMED.forEach((attribute) => {
    const name = element.getAttribute(attribute);
    const german = name && sayName(name);
    if (german && german !== name) element.setAttribute(attribute, german);
  });
}

/** @param {Node} node */
function rewriteText(node) {
  // Into the text itself, never by replacing it: React keeps hold of it.
  const text = node.nodeValue || "";
  const bare = text.trim();
  const german = bare && sayText(bare);
  if (german && german !== bare) node.nodeValue = text.replace(bare, () => german);
  else if (bare && bare !== text && sayText(text) !== text) node.nodeValue = sayText(text); // a place at its edge is empty
}

/** @param {Node} node */
const isSkipped = (node) => Boolean((node instanceof Element ? node : node.parentElement)?.closest(SKIPPED));

/** A node and all in it.
 * @param {Node} root */
function translateAll(root) {
  if (!root.isConnected || isSkipped(root)) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => (
    node instanceof Element && node.matches(SKIPPED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  for (let node = /** @type {Node | null} */ (root); node; node = walker.nextNode()) {
    if (node instanceof Element) renameElement(node);
    else rewriteText(node);
  }
}

/** Put what the framework says in German, now and whenever it changes, once for each frame. */
export function speakGerman() {
  /** @type {Set<Node>} */
  const changed = new Set([document.body]);
  const work = () => {
    const nodes = [...changed];
    changed.clear();
    nodes.forEach(translateAll);
  };
  new MutationObserver((mutations) => {
    if (!changed.size) requestAnimationFrame(work);
    mutations.forEach(({ type, target, addedNodes }) => {
      if (type === "childList") addedNodes.forEach((node) => changed.add(node));
      else changed.add(target);
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMED });
  work();
}
