/* What holds on a day, from the file with all days of a layer. Knows no page. */
import { ABSENT, FILTERED, bodiesOf, codesOfDays } from "../parts/shared.js";
import { successor } from "./successor.js";

/** A layer's file with the codes of each day written out.
 * @param {DayFile} file @returns {Days} */
export const unpackDays = (file) => ({ ...file, written: codesOfDays(file.codes) });

/** Number of the last day of change that is not after a day; the first of all if there is none.
 * @param {string[]} days @param {string} day */
export const place = (days, day) => Math.max(0, days.findLastIndex((each) => each <= day));

/** Whether a municipality is there on a day, by its key.
 * @param {Days} file @param {string} day @param {MapIndex} index @returns {(ags: string) => boolean} */
export function thereOn(file, day, index) {
  const codes = file.written[place(file.days, day)];
  return (ags) => index.municipalities.some((row, i) => row[0] === ags && codes[i] !== ABSENT);
}

/** The key of a municipality that is there on a day: this one, or that of whoever had taken it in by then; or empty.
 * @param {string} ags @param {Days} file @param {string} day @param {MapIndex} index @param {About["changes"]} changes */
export const successorOn = (ags, file, day, index, changes) =>
  successor(ags, changes.filter(([, , effective]) => effective <= day), thereOn(file, day, index));

/** Packed joint bodies without members that are not inside; only of two and more.
 * @param {string} bodies @param {(position: number) => boolean} isInside */
const bodiesInside = (bodies, isInside) => bodiesOf(bodies)
  .map(([name, members]) => /** @type {[string, number[]]} */ ([name, members.filter(isInside)]))
  .filter(([, members]) => members.length > 1)
  .map(([name, members]) => `${name}:${members.map((position) => position.toString(36)).join(",")}`).join(" ");

/** What a view shows on a day: codes, points and bodies of the map, counts of the legend, dates and key figures.
 * @param {Days} file @param {string} day @param {SiteView} view @param {MapIndex} index @param {Lang} lang */
export function described(file, day, view, index, lang) {
  const k = place(file.days, day);
  const { looks } = index.layers[file.layer];
  const keys = new Map(looks.map(({ code, key }) => [code, key]));
  const wanted = looks.map(({ key }) => key).filter((key) => view.looks.has(key));
  const isInside = (/** @type {number} */ i) => !view.district || index.municipalities[i][2] === view.district;
  /** @type {Map<string, number>} */
  const counts = new Map();
  const codes = file.written[k].map((code, i) => {
    if (code === ABSENT) return code;
    if (!isInside(i)) return FILTERED;
    const key = keys.get(code) || "";
    counts.set(key, (counts.get(key) || 0) + 1);
    return (wanted.length && !wanted.includes(key)) || (view.documented && key === "no_data") ? FILTERED : code;
  });
  const order = [...looks.slice(1), looks[0]].filter(({ key, optional }) => counts.get(key) || !optional);
  return {
    codes: codes.join(""),
    legend: order.map(({ code, key }) => `${code}:${counts.get(key) || 0}`).join(" "),
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
    points: file.points[k].filter(isInside),
    districtPoints: file.districtPoints[k].filter((key) => !view.district || key === view.district),
    bodies: bodiesInside(file.bodies[k], isInside),
    since: file.since[k],
    cards: file.cards[lang][view.district]?.findLast(([from]) => from <= k)?.[1] || [],
  };
}
