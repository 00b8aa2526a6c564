/* What the parts, the map and the site share: class codes as the server packs them (map_spec.py, site_days.py), the file of
 * names, looks and words, and making elements. */

// ---- class codes: free of the page --------------------------------------------------------------------------------------

/** Codes of a row that is no municipality on the day, of one the reader has filtered out, of "no known activity". */
export const ABSENT = "-";
export const FILTERED = ".";
export const NO_DATA = "0";

/** Class codes with runs written out: a capital says how often the code before it stands, A thrice, Z 28 times.
 * @param {string} codes */
export const unpack = (codes) => codes.replace(/(.)([A-Z])/g, (_, code, run) => code.repeat(run.charCodeAt(0) - 62));

/** Positions from the distances between them: the last digit to base 36, what is above it in capitals to base 26.
 * @param {string} gaps @returns {number[]} */
export function positions(gaps) {
  let at = 0;
  return (gaps.match(/[A-Z]*[0-9a-z]/g) || []).map((gap) => {
    const high = [...gap.slice(0, -1)].reduce((sum, digit) => 26 * sum + digit.charCodeAt(0) - 65, 0);
    at += 36 * high + parseInt(gap.slice(-1), 36);
    return at;
  });
}

/** Class codes of every day: of the first in full, of each other what has changed since the day before.
 * @param {string[]} changes @returns {string[][]} a code for each position, for each day */
export function codesOfDays([first, ...changes]) {
  let codes = [...unpack(first)];
  return [codes, ...changes.map((change) => {
    codes = codes.slice();
    change.split(",").filter(Boolean).forEach((each) => { codes[parseInt(each.slice(0, -1), 36)] = each.slice(-1); });
    return codes;
  })];
}

/** Joint bodies: number or name, and positions of the members.
 * @param {string} packed @returns {[string, number[]][]} */
export const bodiesOf = (packed) => packed.split(" ").filter(Boolean).map((body) => {
  const [name, members] = body.split(":");
  return [name, members.split(",").map((position) => parseInt(position, 36))];
});

// ---- days: free of the page ---------------------------------------------------------------------------------------------

/** The day it is in a time zone, `2026-11-30`.
 * @param {string} zone @param {Date} now */
export function dayIn(zone, now = new Date()) {
  const form = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const parts = Object.fromEntries(form.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

// ---- the page -----------------------------------------------------------------------------------------------------------

/** @type {Map<string, Promise<any>>} */
const files = new Map();

/** A file of the server, the map's index among them; the browser fetches it once. `path` is relative to the page's base.
 * @param {string} path @returns {Promise<any>} */
export function loadIndex(path) {
  const url = new URL(path, document.baseURI).href;
  const file = files.get(url) || fetch(url).then((answer) => answer.json());
  files.set(url, file);
  return file;
}

/** An element with a class and a text; text is only ever set with textContent.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [className] @param {string} [text] @returns {HTMLElementTagNameMap[Tag]} */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A button that looks like its text.
 * @param {string} className @param {string | undefined} text @param {() => void} act */
export function button(className, text, act) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** A table is one stop for the Tab key; inside, arrow keys lead on from button to button.
 * @param {HTMLElement} place
 * @param {(key: string, at: number, last: number) => number | undefined} next where a key leads to among the buttons */
export function makeOneStop(place, next) {
  place.addEventListener("keydown", (event) => {
    const all = [...place.querySelectorAll("button")];
    const at = all.findIndex((each) => each === document.activeElement);
    const to = at < 0 ? undefined : next(event.key, at, all.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  });
  place.addEventListener("focusin", ({ target }) => { if (target instanceof HTMLButtonElement) makeStop(place, target); });
}

/** Make a button the one the Tab key leads to.
 * @param {HTMLElement} place @param {HTMLButtonElement} stop */
export function makeStop(place, stop) {
  place.querySelectorAll("button").forEach((each) => { each.tabIndex = each === stop ? 0 : -1; });
}

/** A button that copies an address, and the line that says so for four seconds.
 * @param {{ label: string, done: string, inBar: string }} words @param {() => string} address
 * @returns {[HTMLElement, HTMLElement]} */
export function copyButton(words, address) {
  const said = make("span", "atlas-small");
  said.setAttribute("role", "status");
  const copy = button("atlas-copy", words.label, async () => {
    const url = address();
    try {
      await navigator.clipboard.writeText(url);
      said.textContent = words.done;
    } catch {
      window.history.replaceState(null, "", url); // no clipboard without https: the address bar holds it
      said.textContent = words.inBar;
    }
    setTimeout(() => { said.textContent = ""; }, 4000);
  });
  return [copy, said];
}

/** Fill of a look and lines of its hatch, of a light page or a dark one.
 * @param {Look} look */
export const colours = ({ paints: [light, dark] }) => light.map((each, i) => `light-dark(${each}, ${dark[i]})`);

/** A small square in colour and hatch of a look.
 * @param {Look} look */
export function swatch(look) {
  const square = make("i", `swatch hatch-${look.hatch}`);
  colours(look).forEach((colour, i) => square.style.setProperty(["--fill", "--hatch"][i], colour));
  square.setAttribute("aria-hidden", "true");
  return square;
}

/** The locale of numbers and dates.
 * @param {Lang} lang */
export const localeOf = (lang) => (lang === "de" ? "de-DE" : "en-GB");

/** @param {number} value @param {Lang} lang */
export const number = (value, lang) => new Intl.NumberFormat(localeOf(lang)).format(value);

/** @returns {Promise<void>} */
const afterPaint = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
/** @returns {Promise<void>} */
const whenIdle = () => new Promise((done) => {
  if ("requestIdleCallback" in window) window.requestIdleCallback(() => done(), { timeout: 500 });
  else setTimeout(done, 60);
});

/** Draw only when the data have changed, and never an older answer over a newer one. The first time at once; later
 * after the frame that shows the repainted map, or (`idle`) when the browser has nothing better to do.
 * @template Data
 * @param {Component<Data>} component
 * @param {(place: HTMLElement, data: Data, index: MapIndex) => void} draw */
export async function whenChanged(component, draw, { idle = false } = {}) {
  const { parentElement } = component;
  const { data: given } = component;
  const signature = given instanceof Uint8Array ? new TextDecoder().decode(given) : JSON.stringify(given);
  if (parentElement.atlasDrawn === signature) return;
  const isFirst = parentElement.atlasDrawn === undefined;
  parentElement.atlasDrawn = signature;
  const data = JSON.parse(signature);
  const index = data.index && await loadIndex(data.index);
  if (!isFirst) await (idle ? whenIdle() : afterPaint());
  if (parentElement.atlasDrawn === signature) draw(parentElement, data, index);
}
