/* Areas in the colours of their classes, and the points on them. */
import { ABSENT, FILTERED } from "../parts/shared.js";
import { drawLines } from "./borders.js";
import { area, inFocus, isDocumented, isFar, isNarrow, isThere, lang, pathOf, positionOf, state } from "./state.js";
import { accessibleName, makeArea, rove } from "./walking.js";

/** So many areas are elements at most. Every state of Germany has fewer municipalities; the country has more. */
export const MOST = 2500;
/** An area of a large map that shows narrower than this gets a dot of its colour, in pixels. */
const SMALL = 11;

/** Positions that are elements now. On a large map: what is in sight, if that is not too much; else what is documented
 * there; else the choice alone. What the reader has chosen or walked to always is. */
function elements() {
  const { ground, view } = state;
  if (!ground) return new Set([...view.codes].map((_, i) => i).filter(isThere));
  const inSight = ground.near(state.map.getBounds().pad(0.1)).filter(isThere);
  const wanted = new Set([inSight, inSight.filter(isDocumented)].find((each) => each.length <= MOST) || []);
  const isWalkedTo = pathOf(state.focus) === document.activeElement;
  [positionOf(view.selected), isWalkedTo ? state.focus : -1, ...view.near].forEach((i) => {
    if (i >= 0 && isThere(i)) wanted.add(i);
  });
  return wanted;
}

/** What was painted last: class codes, and what else an area's element says. @type {{ codes: string, about: string } | null} */
let painted = null;

/** Paint every area whose class, language or layer has changed; add and remove those the date and the view ask for. */
export function paint() {
  const { codes, layer, near, bodies, points } = state.view;
  const known = painted;
  // In the time-lapse only what changes its class is touched: points have no part in an area's colour.
  const about = [layer, lang(), state.filmed ? "film" : points.join(), near.join(), bodies].join("|");
  const isSame = known?.about === about;
  const wanted = elements();
  state.shown.forEach((i) => {
    if (wanted.has(i)) return;
    state.areas[i].remove();
    if (state.ground) delete state.areas[i];
  });
  wanted.forEach((i) => {
    if (isSame && state.shown.has(i) && known.codes[i] === codes[i]) return;
    if (!state.areas[i]) state.areas[i] = makeArea(i);
    if (!state.shown.has(i)) state.areas[i].addTo(state.map);
    paintArea(i);
  });
  const haveMembersChanged = !known || [...codes].some((code, i) => (known.codes[i] === ABSENT) !== (code === ABSENT));
  state.shown = wanted;
  painted = { codes, about };
  state.ground?.paint(codes, state.looks);
  if (haveMembersChanged) drawLines();
  if (!wanted.has(state.focus)) rove(wanted.size ? Math.min(...wanted) : -1);
}

/** @param {number} position */
function paintArea(position) {
  const path = /** @type {SVGPathElement} */ (pathOf(position));
  const code = state.view.codes[position];
  path.style.fill = state.looks.get(code)?.fill || "var(--filtered)";
  path.classList.toggle("filtered", code === FILTERED);
  path.classList.toggle("far", isFar(position));
  path.setAttribute("aria-label", accessibleName(position));
}

/** The dot of an area of a large map that is documented itself, but too narrow on the screen to show its colour.
 * @param {number} position */
export function smallDot(position) {
  const known = state.looks.get(state.view.codes[position]);
  return known?.look.own && state.ground && state.ground.width(position) < SMALL ? known.dot : null;
}

/** @type {L.CircleMarker[]} */
let points = [];
let pointsDrawn = "";

/** @param {Movable} place @param {string} className @param {number} radius */
const circle = ({ lat, lng }, className, radius) => L.circleMarker([lat, lng], { pane: "points", interactive: false,
  radius, weight: 1.5, className, fillOpacity: 1 }).addTo(state.map);

/** Points of municipalities and districts, and dots of small areas. */
export function drawPoints() {
  pointsDrawn = state.view.points.join();
  state.marked = new Set(state.view.points);
  points.forEach((point) => point.remove());
  const size = isNarrow() ? 3 : 4.5;
  const small = new Map(inFocus() ? [] : [...state.shown].flatMap((i) => {
    const dot = smallDot(i);
    return dot ? [[i, dot]] : [];
  }));
  points = [...small].map(([i, dot]) => {
    const made = circle(area(i), "small-area", size + 0.5);
    Object.assign(/** @type {SVGElement} */ (made.getElement()).style, dot);
    return made;
  });
  points.push(...state.view.points.filter((i) => !isFar(i)).map((i) => circle(area(i), "point", small.has(i) ? size - 1.8 : size)));
  if (inFocus()) return;
  points.push(...state.view.districtPoints.map((key) => circle(state.index.districts[key], "district-point", size + 1.5)));
}

/** In the time-lapse, most months have the points of the month before. */
export function followPoints() {
  if (state.view.points.join() !== pointsDrawn) drawPoints();
}
