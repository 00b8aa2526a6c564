/* The looks of a layer as the map paints them, hatched ones with a pattern. */
import { NO_DATA } from "../parts/shared.js";
import { state } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, [number, string]>} size of a tile, and the lines in it */
const HATCH = {
  diagonal: [6, "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"],
  antidiagonal: [6, "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2"],
  cross: [7, "M0,0 l7,7 M7,0 l-7,7"],
  horizontal: [5, "M0,2.5 h5"],
  vertical: [5, "M2.5,0 v5"],
  dots: [6, ""],
  rings: [6, "M1.3,3 a1.7,1.7 0 1 0 3.4,0 a1.7,1.7 0 1 0 -3.4,0"],
  plus: [6, "M1,3 h4 M3,1 v4"],
  bars: [6, "M1.5,0 v4 M4.5,3 v3 M4.5,0 v1"],
  dashes: [6, "M0,1.5 h4 M3,4.5 h3 M0,4.5 h1"],
};

/** @param {string} tag @param {Record<string, string | number>} attributes @param {Element[]} children */
function svg(tag, attributes, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
  element.append(...children);
  return element;
}

/** @param {string} id @param {Look} look */
function pattern(id, look) {
  const [size, path] = HATCH[look.hatch];
  const ground = svg("rect", { width: size, height: size, fill: look.colour, class: look.onPaper ? "paper" : "" });
  const marks = look.hatch === "dots"
    ? [[1.5, 1.5], [4.5, 4.5]].map(([cx, cy]) => svg("circle", { cx, cy, r: 0.8, fill: look.line }))
    : [svg("path", { d: path, stroke: look.line, "stroke-width": look.hatch === "rings" ? 0.9 : 1.1, fill: "none" })];
  if (look.onPaper && look.hatch !== "dots") {
    marks[0].setAttribute("class", "on-paper"); // on a dark page lighter, as their ground is darker
    marks[0].style.setProperty("--hatch", look.line);
  }
  return svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, ground, ...marks);
}

/** The element that holds the patterns of the layer. */
function patternHolder() {
  const known = document.getElementById("atlas-hatches");
  if (known) return known;
  const made = svg("defs", { id: "atlas-hatches" });
  document.body.append(svg("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" }, made));
  return made;
}

/** @param {Look} look @param {string} fill @returns {Paint} */
function paintOf(look, fill) {
  const [tile, hatch] = HATCH[look.hatch] || [0, ""];
  const plain = look.code === NO_DATA || look.onPaper ? "" : look.colour;
  const isHollow = look.hatch === "rings"; // documented only later: its dot is a ring, too
  const dot = isHollow ? { fill: "var(--no-data)", stroke: look.line } : { fill: plain };
  return { fill, label: look.label, plain, dot, tile, hatch, line: look.line, onPaper: look.onPaper };
}

let preparedLayer = "";

/** Fill `state.looks` with the looks of the layer by code. */
export function prepareLooks() {
  const { layer } = state.view;
  if (preparedLayer === layer) return;
  preparedLayer = layer;
  const { looks } = state.index.layers[layer];
  const idOf = (/** @type {Look} */ look) => `hatch-${layer}-${look.code}`;
  const isHatched = (/** @type {Look} */ look) => look.hatch !== "none";
  patternHolder().replaceChildren(...looks.filter(isHatched).map((look) => pattern(idOf(look), look)));
  state.looks = new Map(looks.map((look) => {
    const plain = look.code === NO_DATA ? "var(--no-data)" : look.colour;
    return [look.code, paintOf(look, isHatched(look) ? `url(#${idOf(look)})` : plain)];
  }));
}
