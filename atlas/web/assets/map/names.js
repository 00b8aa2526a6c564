/* Names on the map: districts from afar, municipalities close by, joint bodies, a neighbourhood. */
import { make } from "../parts/shared.js";
import { bodyInTwoLines, boxOf, districtInLines, inTwoLines, take, tries, widthOf } from "./labels.js";
import { smallDot } from "./painting.js";
import { area, inFocus, isNarrow, isThere, positionOf, state, stateOf } from "./state.js";

/** @import { Box, Font } from "./labels.js" */

const LABEL_ZOOM = 10, DISTRICTS_ZOOM = 7.6;
/** Half the side of what a dot takes, in pixels. */
const DOT = 5;
/** Of so many documented municipalities none is named on a whole country. */
const MOST_FROM_AFAR = 60;
/** Where names may stand, in pixels off their point, in order. @type {Record<string, [number, number][]>} */
const MOVES = {
  body: [[0, 0], [0, 14], [0, -14], [0, 28], [0, -28], [40, 0], [-40, 0], [40, 20], [-40, -20]],
  state: [0, 9, -9, 18, -18, 27, -27, 36, -36].flatMap((dy) =>
    [0, 14, -14, 28, -28, 42, -42].map((dx) => /** @type {[number, number]} */ ([dx, dy]))),
  neighbour: [[0, 0], [0, 11], [0, -11], [14, 0], [-14, 0], [0, 20], [0, -20]],
};

/** By kind of name and whether the map is narrow. @type {Map<string, Font>} */
const fonts = new Map();

/** The font of a kind of name, as map.css says it.
 * @param {string} kind */
function fontOf(kind) {
  const key = `${kind} ${isNarrow()}`, known = fonts.get(key);
  if (known) return known;
  const probe = make("div", kind);
  state.map.getPane("names")?.append(probe);
  const { fontSize, fontWeight, letterSpacing } = getComputedStyle(probe);
  const font = { size: parseFloat(fontSize), isBold: Number(fontWeight) >= 600, spacing: parseFloat(letterSpacing) || 0 };
  probe.remove();
  fonts.set(key, font);
  return font;
}

/** How wide a line of text is as a kind of name.
 * @param {string} line @param {string} kind */
const width = (line, kind) => widthOf(line, fontOf(kind), state.index.letters);

/** Whether a name has room at its place, moved by some pixels, and, given the map's size, inside of it; if so, its box
 * is taken.
 * @param {Box[]} taken @param {Movable} place @param {string} text @param {string} kind
 * @param {[number, number]} [move] @param {L.Point | null} [size] */
function hasRoom(taken, { lat, lng }, text, kind, move = [0, 0], size = null) {
  const widths = text.split("\n").map((line) => width(line, kind));
  return take(taken, boxOf(widths, state.map.latLngToContainerPoint([lat, lng]).add(move)), size);
}

/** A name on the map; it is not for screen readers, which have the names of the areas.
 * @param {Movable} place @param {string} text @param {string} className */
function nameAt({ lat, lng }, text, className, dx = 0, dy = 0) {
  const html = make("div", className, text);
  html.setAttribute("aria-hidden", "true");
  html.style.marginLeft = `${dx}px`;
  html.style.marginTop = `${dy}px`;
  return L.marker([lat, lng], { pane: "names", interactive: false, keyboard: false,
    icon: L.divIcon({ className: "name", html, iconSize: [0, 0] }) }).addTo(state.map);
}

/** Large ones first, the chosen one before all. @type {(i: number, j: number) => number} */
const bySize = (i, j) => weight(j) - weight(i);
/** @param {number} i */
const weight = (i) => (state.view.selected === area(i).ags ? 1e9 : 0) + area(i).km2;

/** @type {L.Marker[]} */
let districtNames = [];

export function showDistrictNames() {
  districtNames.forEach((name) => name.remove());
  districtNames = state.ground && state.map.getZoom() < DISTRICTS_ZOOM ? namesFromAfar() : namesOfDistricts();
}

function namesOfDistricts() {
  /** @type {Box[]} */
  const taken = [];
  const { districts, municipalities } = state.index;
  const pointed = new Set([...state.marked].map((i) => municipalities[i][2]));
  return Object.entries(districts).flatMap(([key, place]) => {
    const text = districtInLines(place.short, isNarrow());
    const kind = place.city ? "city-name" : "district-name";
    return hasRoom(taken, place, text, kind) ? [nameAt(place, text, place.city && pointed.has(key) ? `${kind} below` : kind)] : [];
  });
}

/** On a whole country: what is documented by name, where there is room, and between them the states. */
function namesFromAfar() {
  /** @type {Box[]} */
  const taken = [...state.shown].filter(smallDot).map((i) => state.map.latLngToContainerPoint([area(i).lat, area(i).lng]))
    .map(({ x, y }) => [x - DOT, y - DOT, x + DOT, y + DOT]);
  const documented = [...state.shown].filter((i) => state.looks.get(state.view.codes[i])?.look.own);
  const named = documented.length > MOST_FROM_AFAR ? [] : documented.sort(bySize);
  const names = named.flatMap((i) => {
    const { name } = area(i), aside = width(name, "municipality-name") / 2 + 9;
    const move = /** @type {[number, number][]} */ ([[0, 13], [0, -13], [aside, 0], [-aside, 0]])
      .find((each) => hasRoom(taken, area(i), name, "municipality-name", each));
    return move ? [nameAt(area(i), name, "municipality-name", ...move)] : [];
  });
  return names.concat(Object.entries(state.index.states).flatMap(([key, place]) => nameOfState(key, place, taken)));
}

/** The name of a state: in it, off its borders, dots and other names, or nowhere.
 * @param {string} key @param {Movable & { name: string }} place @param {Box[]} taken */
function nameOfState(key, place, taken) {
  const { ground, map } = state, kind = "country-state-name";
  const found = tries([place.name, inTwoLines(place.name)], MOVES.state).find(([text, dx, dy]) => {
    const middle = map.latLngToContainerPoint([place.lat, place.lng]).add([dx, dy]);
    const box = boxOf(text.split("\n").map((each) => width(each, kind)), middle);
    const at = ground && ground.isOffBorders(box) ? ground.at(map.containerPointToLatLng(middle)) : -1;
    return at >= 0 && stateOf(at) === key && take(taken, box);
  });
  return found ? [nameAt(place, found[0], kind, found[1], found[2])] : [];
}

/** @type {L.Marker[]} */
let closeNames = [];

/** Close by, names of municipalities where there is room: large ones first, none over another. */
export function showMunicipalityNames() {
  closeNames.forEach((name) => name.remove());
  const isClose = inFocus() || state.map.getZoom() >= LABEL_ZOOM;
  document.documentElement.classList.toggle("close", isClose);
  closeNames = !isClose ? [] : inFocus() ? namesOfNeighbourhood() : namesInSight();
}

function namesInSight() {
  /** @type {Box[]} */
  const taken = [];
  const inSight = state.map.getBounds().pad(0.05);
  const names = state.index.municipalities.map((_, i) => i)
    .filter((i) => isThere(i) && inSight.contains([area(i).lat, area(i).lng])).sort(bySize)
    .filter((i) => hasRoom(taken, area(i), area(i).name, "municipality-name"))
    .map((i) => nameAt(area(i), area(i).name, `municipality-name${state.marked.has(i) ? " below" : ""}`));
  return names.concat(namesOfBodies(taken));
}

/** The names of joint bodies: in the middle of their members, where names of places leave room.
 * @param {Box[]} taken */
function namesOfBodies(taken) {
  const size = state.map.getSize();
  return state.bodies.flatMap(({ name, members }) => {
    const mean = (/** @type {"lat" | "lng"} */ of) => members.reduce((sum, i) => sum + area(i)[of], 0) / members.length;
    const place = { lat: mean("lat"), lng: mean("lng") };
    const found = tries([name, bodyInTwoLines(name)], MOVES.body)
      .find(([text, dx, dy]) => hasRoom(taken, place, text, "body-name", [dx, dy], size));
    return found ? [nameAt(place, found[0], "body-name", found[1], found[2])] : [];
  });
}

/** The municipality and every neighbour by name; on two lines, a little aside, or by its number in the table where
 * the name has no room. The chosen one comes first, then the longest names where there is most room. */
function namesOfNeighbourhood() {
  /** @type {Box[]} */
  const taken = [];
  const chosen = positionOf(state.view.selected), { near } = state.view;
  const size = state.map.getSize();
  const names = [chosen, ...near].filter((i) => i >= 0).map((i) => {
    const { name } = area(i), below = state.marked.has(i) ? 13 : 0;
    const kind = i === chosen ? "chosen-name" : "neighbour-name";
    const found = tries([name, inTwoLines(name)], MOVES.neighbour).map(([text, dx, dy]) =>
      /** @type {[string, number, number]} */ ([text, dx, dy + below]))
      .find(([text, dx, dy]) => hasRoom(taken, area(i), text, kind, [dx, dy], size));
    const [text, dx, dy] = found || [String(near.indexOf(i) + 1), 0, 0];
    return nameAt(area(i), text, i === chosen || found ? kind : "neighbour-number", dx, dy);
  });
  return names.concat(namesOfBodies(taken));
}
