/* The looks of a layer as the map paints them, hatched ones with a pattern. */
import { colours } from "../parts/shared.js";
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
  const { tile, dots, lines } = state.index.hatches, [fill, line] = colours(look);
  const ground = svg("rect", { width: tile, height: tile, fill });
  const marks = look.hatch === "dots"
    ? dots.middles.map(([cx, cy]) => svg("circle", { cx, cy, r: dots.radius, fill: line }))
    : [svg("path", { d: lines[look.hatch].path, "stroke-width": lines[look.hatch].width, stroke: line, fill: "none" })];
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
    const [fill, stroke] = colours(look);
    const dot = look.hatch === "rings" ? { fill, stroke } : { fill }; // documented only later: its dot is a ring, too
    return [look.code, { look, fill: isHatched(look) ? `url(#${idOf(look)})` : fill, dot }];
  }));
}
