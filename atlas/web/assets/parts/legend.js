/* The legend: swatch, label, count. A click shows that class only, a second click all again. */
import { button, make, number, swatch, whenChanged } from "./shared.js";

/** @typedef {{ index: string, lang: Lang, layer: string, asOf: string, counts: string, chosen: string, points: number,
 *   districtPoints: number, bodies: number, isFirst?: boolean, drawnAs?: "map" | "tiles" }} LegendData */

/** @param {string | number} count @param {Lang} lang */
const spell = (count, lang) => (typeof count === "number" ? number(count, lang) : count);

/** @param {string} key @param {number} count @param {Lang} lang */
function counter(key, count, lang) {
  const made = make("b", "", number(count, lang));
  made.dataset.count = key;
  return made;
}

/** While the time-lapse runs, the counts follow it; afterwards they are the view's again.
 * @param {HTMLElement} box @param {LegendData} data */
function follow(box, data) {
  /** @type {NodeListOf<HTMLElement>} */
  const counters = box.querySelectorAll("b[data-count]");
  /** @type {NodeListOf<HTMLElement>} */
  const optional = box.querySelectorAll("li[data-optional]");
  const own = new Map([...counters].map((each) => [each, each.textContent || ""]));
  /** @param {CustomEvent<Month | null>} event */
  const listen = ({ detail }) => {
    if (!box.isConnected) { document.removeEventListener("atlas:film", listen); return; }
    own.forEach((text, place) => {
      const key = place.dataset.count || "";
      /** @type {Record<string, string | number> | null} */
      const counts = detail && { ...detail.counts, "~points": detail.points.length, "~district": detail.districtPoints.length,
        "~bodies": "–" };
      const now = counts && counts[key] !== undefined ? spell(counts[key], data.lang) : detail ? "0" : text;
      if (place.textContent !== now) place.textContent = now;
    });
    // A class that only other months have is explained while one of them is shown.
    optional.forEach((item) => { item.hidden = !detail?.counts[item.dataset.optional || ""]; });
  };
  document.addEventListener("atlas:film", listen);
}

/** What the map is about and what to do with it; the rest is folded.
 * @param {Words["howToRead"]} words */
function howToRead({ start, heading, texts }) {
  const box = make("div", "how-to-read atlas-small"), more = make("details");
  more.append(make("summary", "", heading), ...texts.map((text) => make("p", "", text)));
  box.append(make("p", "", start), more);
  return box;
}

/** The choice between the map and tiles, and what a tile is.
 * @param {Words} words @param {string} now @param {(as: string) => void} choose */
function drawnAs(words, now, choose) {
  const box = make("div", "atlas-drawn-as");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.drawnAs);
  ["map", "tiles"].forEach((key) => {
    const made = button("", words[key], () => choose(key));
    made.setAttribute("aria-pressed", String(key === now));
    box.append(made);
  });
  return now === "tiles" ? [box, make("p", "atlas-small", words.aboutTiles)] : [box];
}

/** @param {Component<LegendData>} component */
export default function drawLegend(component) {
  whenChanged(component, (place, data, index) => {
    const words = index.words[data.lang];
    const layer = index.layers[data.layer];
    const box = make("section", "atlas-legend");
    box.setAttribute("aria-label", words.legend);
    box.dataset.ebene = data.layer;
    box.style.setProperty("--point", index.point);
    box.dataset.stichtag = data.asOf;
    const list = make("ul");
    const chosen = (data.chosen || "").split(" ");
    const counts = new Map(data.counts.split(" ").map((pair) => /** @type {[string, string]} */ (pair.split(":"))));
    [...layer.looks.slice(1), layer.looks[0]].forEach((look) => {
      const { code, key } = look;
      const line = button("atlas-legend-line", undefined, () => component.setTriggerValue("look", key));
      line.append(swatch(look), make("span", "", look.label[data.lang]));
      if (look.hasNumber) line.append(counter(key, Number(counts.get(code) || 0), data.lang));
      line.setAttribute("aria-pressed", String(chosen.includes(key)));
      line.title = words.only;
      line.dataset.look = key;
      const item = make("li");
      item.append(line);
      if (!counts.has(code)) {
        item.dataset.optional = key;
        item.hidden = true;
      }
      list.append(item);
    });
    /** @type {[string, string, number, string][]} */
    const marks = [["dot", words.points, data.points, "~points"],
      ["dot open", words.districtPoints, data.districtPoints, "~district"],
      ["body-line", words.bodies, data.bodies, "~bodies"]];
    marks.filter(([, , count]) => count).forEach(([dot, label, count, key]) => {
      const item = make("li", "atlas-legend-point");
      item.append(make("i", dot), make("span", "", label), counter(key, count, data.lang));
      list.append(item);
    });
    box.append(make("h2", "", layer.label[data.lang]), list, make("p", "atlas-small", layer.definition[data.lang]));
    if (data.drawnAs) box.append(...drawnAs(words, data.drawnAs, (as) => component.setTriggerValue("tiles", as)));
    if (data.isFirst) box.append(howToRead(words.howToRead));
    const focused = [...place.querySelectorAll("button")].findIndex((each) => each === document.activeElement);
    place.replaceChildren(box);
    box.querySelectorAll("button")[focused]?.focus();
    follow(box, data);
  });
}
