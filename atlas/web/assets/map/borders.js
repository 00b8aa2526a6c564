/* The geometry of the map, and the lines drawn from it: borders, the outlines of joint bodies, the choice. */
import { inFocus, isNarrow, isThere, pathOf, positionOf, readBodies, state, stateOf } from "./state.js";
import { areas, around, lines } from "./topology.js";
import { rove } from "./walking.js";

const DETAIL_ZOOM = 10;
/** States whose finer lines are there or asked for. @type {Set<string>} */
const refined = new Set();

/** The finest sheet that holds all these areas: the whole at first, their own state's detail once that is there.
 * @param {number[]} positions */
const sheetOf = (...positions) => /** @type {Sheet} */ (state.sheets.findLast(({ first, last }) =>
  positions.every((i) => first <= i && i < last)));

/** Take in the lines of the areas from `first` on; areas already there are drawn with them.
 * @param {Topology} topology @param {number} first */
export function addSheet(topology, first) {
  const rings = areas(topology);
  state.sheets.push({ topology, first, last: first + rings.length, positions: rings.map((_, k) => first + k) });
  rings.forEach((ring, k) => {
    state.rings[first + k] = ring;
    state.areas[first + k]?.setLatLngs(ring);
  });
}

/** @param {Point[][] | Polygons} parts @param {string} className @param {number} weight */
const line = (parts, className, weight) => L.polyline(/** @type {Point[][]} */ (parts), { pane: "lines", interactive: false,
  smoothFactor: 0, className, weight }).addTo(state.map);

/** @type {L.Polyline[]} */
let borderLines = [];

/** Borders of districts and states, and the outline. Each sheet of the map draws those between its own areas. */
export function drawLines() {
  const districts = state.index.municipalities.map((row) => row[2]);
  const found = state.sheets.map(({ topology, positions }) => lines(topology, positions.map((i) => districts[i]),
    positions.map((i) => isThere(i) && sheetOf(i).topology === topology)));
  const between = found.flatMap((each) => each.between), outline = found.flatMap((each) => each.outline);
  if (state.ground) {
    /** @type {(from: number, to: number) => (zoom: number) => number} */
    const grows = (from, to) => (zoom) => from + (to - from) * Math.max(0, Math.min(1, (zoom - 5.5) / 3.5));
    state.ground.lines([{ parts: between, ink: "--district-line", weight: grows(0.25, 1.5) },
      { parts: found.flatMap((each) => each.states), ink: "--state-line", weight: grows(0.9, 2.2) },
      { parts: outline, ink: "--state-line", weight: grows(1.5, 2.4) }]);
    return;
  }
  borderLines.forEach((each) => each.remove());
  borderLines = [line(between, "district-line", 1.6), line(outline, "state-line", 2.4)];
}

/** @type {L.Polyline[]} */
let bodyLines = [];
let bodiesDrawn = "";

/** Joint bodies: one outline around all their municipalities. */
export function drawBodies() {
  const wanted = [state.view.bodies, state.sheets.length, state.view.selected, state.view.near].join("|");
  if (bodiesDrawn === wanted) return;
  bodiesDrawn = wanted;
  bodyLines.forEach((each) => each.remove());
  readBodies();
  const weight = isNarrow() && !inFocus() ? 1.2 : 1.9;
  bodyLines = state.bodies.map(({ members }) => {
    const { topology, first } = sheetOf(...members);
    return line(around(topology, members.map((i) => i - first)), "body-line", weight);
  });
}

/** @type {L.Polygon[]} */
let selectionLines = [];

/** The chosen municipality: a dark line with a light casing, above everything. */
export function drawSelection() {
  selectionLines.forEach((each) => each.remove());
  selectionLines = [];
  const position = positionOf(state.view.selected);
  state.areas.forEach((_, i) => pathOf(i)?.setAttribute("aria-pressed", String(i === position)));
  if (position < 0) return;
  selectionLines = [["casing", 5.5], ["chosen", 2.8]].map(([className, weight]) => L.polygon(state.rings[position],
    { pane: "selection", interactive: false, fill: false, smoothFactor: 0, weight: Number(weight), className: String(className) })
    .addTo(state.map));
  rove(position);
}

/** The address of a file that lies where the index does.
 * @param {string} name */
export const beside = (name) => state.urls.index.replace(/[^/]+$/, name);

/** Close by, fetch the finer lines of what is in sight; they come by state. */
export async function refine() {
  const hasSize = state.map.getSize().x > 100; // before it is laid out, everything seems to fit at any zoom
  if (!hasSize || state.map.getZoom() < DETAIL_ZOOM) return;
  const inSight = state.ground && new Set(state.ground.near(state.map.getBounds()).map(stateOf));
  const missing = Object.entries(state.urls.details).filter(([key]) => !refined.has(key)
    && (!key || !inSight || inSight.has(key)));
  if (!missing.length) return;
  missing.forEach(([key]) => refined.add(key));
  await Promise.all(missing.map(async ([key, name]) => {
    const topology = await (await fetch(beside(name))).json();
    addSheet(topology, key ? state.index.municipalities.findIndex((_, i) => stateOf(i) === key) : 0);
  }));
  drawLines();
  drawBodies();
  drawSelection();
}
