/* The view of the map page in its address, in the parameters of the app. Knows no page. */
import { localeOf, number } from "../parts/shared.js";

/** Whether a text is a day of the site. The browser takes the 30th of February for the 2nd of March.
 * @param {string} text @param {Pick<About, "first" | "today">} about */
export const isDay = (text, { first, today }) => /^\d{4}-\d\d-\d\d$/.test(text) && text >= first && text <= today
  && new Date(text).toJSON()?.startsWith(text) === true;

/** The view a query asks for; what it names wrongly counts as not named.
 * @param {string} query @param {About} about @returns {SiteView} */
export function readView(query, about) {
  const parameters = new URLSearchParams(query);
  const get = (/** @type {string} */ name) => parameters.get(name) || "";
  return {
    layer: about.layers[get("ebene")] ? get("ebene") : about.layer,
    day: isDay(get("stichtag"), about) ? get("stichtag") : "",
    district: about.districts.includes(get("kreis")) ? get("kreis") : "",
    ags: /^\d{8}$/.test(get("gemeinde")) ? get("gemeinde") : "",
    looks: new Set(get("stufe").split(" ").filter((key) => /^[a-z_~]+$/.test(key))),
    documented: get("belegt") === "1",
  };
}

/** The query of a view, without what is so anyway.
 * @param {SiteView} view @param {string} home key of the first layer */
export function queryOf(view, home) {
  const said = Object.entries({
    ebene: view.layer === home ? "" : view.layer,
    stichtag: view.day,
    kreis: view.district,
    gemeinde: view.ags,
    stufe: [...view.looks].sort().join(" "),
    belegt: view.documented ? "1" : "",
  }).filter(([, value]) => value);
  return new URLSearchParams(said).toString();
}

/** What a map page needs to know of a value beside its form, by the name of the parameter.
 * @param {Pick<About, "first" | "today" | "districts" | "changes">} about
 * @param {Pick<MapIndex, "municipalities" | "layers">} index @param {string} layer @returns {Checks} */
export const checksOf = (about, index, layer) => ({
  stichtag: (text) => isDay(text, about),
  kreis: (text) => about.districts.includes(text),
  gemeinde: (text) => [...index.municipalities, ...about.changes].some(([key]) => key === text),
  einwohner: () => false, // the application filters by size, the site does not
  stufe: (text) => text.split(/\s+/).every((key) => !key || index.layers[layer].looks.some((look) => look.key === key)),
});

/** @typedef {Record<string, (text: string) => boolean>} Checks */

/** What of a query cannot be read, as it is said: whether the value is wrong or only given several times.
 * @param {[string, string][]} items @param {Misread} misread @param {Checks} checks @returns {Map<string, boolean>} */
function faults(items, { rules, limits }, checks) {
  const names = items.map(([name]) => name), different = [...new Set(names)].slice(0, limits.named);
  /** @type {Map<string, boolean>} */
  const found = new Map();
  different.forEach((name) => {
    if (!rules[name]) found.set(name, true);
    else if (names.filter((each) => each === name).length > 1) found.set(name, false);
  });
  Object.entries(rules).forEach(([name, { known, form }]) => {
    const text = first(items, name);
    const fits = !text || (known ? known.includes(text) : !form || new RegExp(`^(?:${form})$`).test(text));
    if (!fits || (text && checks[name] && !checks[name](text))) found.set(name, true);
  });
  return found;
}

/** @param {[string, string][]} items @param {string} name */
const first = (items, name) => items.find(([each, text]) => each === name && text)?.[1] || "";

/** The sentence about what of a query could not be read, as the application says it (present/address.py); empty if all could.
 * @param {string} query @param {Misread} misread @param {Lang} lang @param {Checks} checks */
export function misreadSaid(query, misread, lang, checks) {
  const items = [...new URLSearchParams(query)].filter(([name]) => !misread.tracking.some((each) => name.startsWith(each)));
  const { limits: { listed, shown } } = misread;
  /** @param {string} text */
  const cut = (text) => { const letters = [...text]; return letters.length > shown ? `${letters.slice(0, shown).join("")}…` : text; };
  const found = [...faults(items, misread, checks)];
  const told = found.slice(0, listed).map(([name, isWrong]) => (isWrong ? misread.wrong : misread.several)
    .replace("{name}", () => cut(name)).replace("{given}", () => cut(first(items, name))));
  if (found.length > listed) told.push(misread.more.replace("{n}", () => number(found.length - listed, lang)));
  return told.length ? misread.all.replace("{list}", () => new Intl.ListFormat(localeOf(lang)).format(told)) : "";
}
