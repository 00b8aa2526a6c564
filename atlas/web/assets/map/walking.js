/* Choosing an area with pointer or key, walking from area to area, and the name beside the pointer. */
import { make } from "../parts/shared.js";
import { area, isThere, pathOf, state, status } from "./state.js";

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let picks = 0;

/** @param {number} position */
export function pick(position) {
  picks += 1;
  state.ownPick = area(position).ags;
  window.Streamlit.setComponentValue({ ags: state.ownPick, pick: picks });
}

/** Make an area the one that the tabulator key reaches.
 * @param {number} position */
export function rove(position) {
  if (position < 0) return;
  pathOf(state.focus)?.setAttribute("tabindex", "-1");
  state.focus = position;
  pathOf(position)?.setAttribute("tabindex", "0");
}

/** @param {number} position */
function focusArea(position) {
  rove(position);
  const { lat, lng } = area(position);
  if (!state.map.getBounds().contains([lat, lng])) state.map.panTo([lat, lng], { animate: !still });
  showTip(position, L.latLng(lat, lng));
}

/** The nearest area in the direction of an arrow key, judged by label points.
 * @param {number} position @param {number} dx @param {number} dy */
function towards(position, dx, dy) {
  const pointOf = (/** @type {number} */ i) => state.map.latLngToLayerPoint([area(i).lat, area(i).lng]);
  const from = pointOf(position);
  let best = -1, least = Infinity;
  state.shown.forEach((i) => {
    if (i === position) return;
    const to = pointOf(i).subtract(from);
    const along = to.x * dx + to.y * dy, across = Math.abs(to.x * dy) + Math.abs(to.y * dx);
    const cost = along + 2.2 * across;
    if (along > 0 && cost < least) { least = cost; best = i; }
  });
  return best;
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {KeyboardEvent} event @param {number} position */
function onKey(event, position) {
  if (event.key === "Enter" || event.key === " ") {
    pick(position);
  } else if (event.key === "Escape") {
    state.tip.remove();
  } else if (ARROWS[event.key]) {
    pathOf(towards(position, ...ARROWS[event.key]))?.focus({ preventScroll: true });
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** @param {number} position */
export function accessibleName(position) {
  const { name, districtName } = area(position);
  return districtName === name ? `${name}: ${status(position)}` : `${name}, ${districtName}: ${status(position)}`;
}

/** @param {number} position @param {L.LatLng} at */
export function showTip(position, at) {
  const { name, districtName } = area(position);
  const content = make("div");
  content.append(make("strong", "tip-name", name));
  if (districtName !== name) content.append(make("div", "tip-district", districtName));
  content.append(make("div", "tip-status", status(position)));
  state.tip.setLatLng(at).setContent(content).addTo(state.map);
}

/** An area as an element: a button for pointer and keys.
 * @param {number} position */
export function makeArea(position) {
  const made = L.polygon(state.rings[position], { pane: "areas", smoothFactor: 0, weight: 0.7, fillOpacity: 1,
    className: "area", bubblingMouseEvents: false });
  made.on("add", () => {
    const path = /** @type {SVGPathElement} */ (made.getElement());
    path.setAttribute("data-ags", area(position).ags);
    path.setAttribute("role", "button");
    path.setAttribute("tabindex", "-1");
    // A touch would focus the area first, and the page would scroll away under the finger before it is a click (so
    // does Leaflet's own keyboard handler, which is off: ours walks from area to area).
    path.addEventListener("mousedown", (event) => event.preventDefault());
    path.addEventListener("focus", () => focusArea(position));
    path.addEventListener("blur", () => state.tip.remove());
    path.addEventListener("keydown", (event) => onKey(event, position));
  });
  made.on("click", () => pick(position));
  made.on("mouseover", (event) => showTip(position, event.latlng));
  made.on("mousemove", (event) => state.tip.setLatLng(event.latlng));
  made.on("mouseout", () => state.tip.remove());
  return made;
}

/** Which area of the ground is under the pointer, or -1.
 * @param {L.LatLng} latlng */
function groundAt(latlng) {
  const position = state.view && state.ground ? state.ground.at(latlng) : -1;
  return position >= 0 && isThere(position) ? position : -1;
}

/** Where the ground is under the pointer, and no element: its name beside the pointer, and a click chooses it. */
export function watchGround() {
  state.map.on("mousemove", ({ latlng }) => {
    const position = groundAt(latlng);
    state.map.getContainer().classList.toggle("on-area", position >= 0);
    if (position >= 0) showTip(position, latlng);
    else state.tip.remove();
  });
  state.map.on("mouseout", () => state.tip.remove());
  state.map.on("click", ({ latlng }) => { if (groundAt(latlng) >= 0) pick(groundAt(latlng)); });
}
