/* The looks of a layer as the map paints them, hatched ones with a pattern. */
import { NO_DATA } from "../parts/shared.js";
import { state } from "./state.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Record<string, string | number>} attributes @param {Element[]} children */
function svg(tag, attributes, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
  element.append(...children);
  return element;
}

/** @param {string} id @param {Look} look */
function pattern(id, look) {
  const { tile, dots, lines } = state.index.hatches;
  const ground = svg("rect", { width: tile, height: tile, fill: look.colour, class: look.onPaper ? "paper" : "" });
  const marks = look.hatch === "dots"
    ? dots.middles.map(([cx, cy]) => svg("circle", { cx, cy, r: dots.radius, fill: look.line }))
    : [svg("path", { d: lines[look.hatch].path, stroke: look.line, "stroke-width": lines[look.hatch].width, fill: "none" })];
  if (look.onPaper && look.hatch !== "dots") {
    marks[0].setAttribute("class", "on-paper"); // on a dark page lighter, as their ground is darker
    marks[0].style.setProperty("--hatch", look.line);
  }
  return svg("pattern", { id, width: tile, height: tile, patternUnits: "userSpaceOnUse" }, ground, ...marks);
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
  const plain = look.code === NO_DATA || look.onPaper ? "" : look.colour;
  const isHollow = look.hatch === "rings"; // documented only later: its dot is a ring, too
  return { look, fill, plain, dot: isHollow ? { fill: "var(--no-data)", stroke: look.line } : { fill: plain } };
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
