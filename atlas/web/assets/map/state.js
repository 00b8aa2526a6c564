/* What the modules of the map share: the data of the map, the view shown, and what follows from the two. */
import { FILTERED, ABSENT, NO_DATA, bodiesOf as unpackedBodies } from "../parts/shared.js";

/** What is here before `start` and `show`; the rest is set by these two. @type {MapState} */
export const state = Object.assign(/** @type {any} */ ({}), {
  ground: null, rings: [], sheets: [], areas: [], shown: new Set(), looks: new Map(), filmed: null, marked: new Set(),
  bodies: [], focus: -1, ownPick: null, isMoved: false,
});

/** @returns {Lang} */
export const lang = () => (state.view ? state.view.lang : "de");
/** @param {string} key */
export const word = (key) => state.index.words[lang()][key];
/** Whether the frame is as narrow as a phone. */
export const isNarrow = () => state.map.getSize().x < 500;

/** @param {number} position */
export function area(position) {
  const [ags, name, district, lat, lng, km2] = state.index.municipalities[position];
  return { ags, name, district, districtName: state.index.districts[district].name, lat, lng, km2 };
}

/** @param {number} position */
export const stateOf = (position) => area(position).ags.slice(0, 2);

/** @param {string} ags @returns {number} of the municipality that is there on the day, or -1 */
export function positionOf(ags) {
  return state.index.municipalities.findIndex((row, i) => row[0] === ags && isThere(i));
}

/** @param {number} position */
export const isThere = (position) => state.view.codes[position] !== ABSENT;
/** @param {number} position */
export const isDocumented = (position) => ![NO_DATA, FILTERED].includes(state.view.codes[position]);
/** Whether the map shows one municipality and its neighbours. */
export const inFocus = () => state.view.near.length > 0;
/** Whether the map shows a neighbourhood to which this area does not belong.
 * @param {number} position */
export const isFar = (position) => inFocus() && !state.view.near.includes(position)
  && area(position).ags !== state.view.selected;

/** The SVG path of an area, if it is on the map.
 * @param {number} position */
export const pathOf = (position) => /** @type {SVGPathElement | undefined} */ (state.areas[position]?.getElement());

/** Joint bodies of the view of which anything is in sight. */
export function readBodies() {
  state.bodies = unpackedBodies(state.view.bodies)
    .map(([number, members]) => ({ name: state.index.bodies[Number(number)], members }))
    .filter(({ members }) => members.some((i) => !isFar(i)));
}

/** What is said of an area: its class, and what marks it.
 * @param {number} position */
export function status(position) {
  const code = state.view.codes[position];
  const paint = state.looks.get(code);
  if (code === FILTERED || !paint) return word("filtered");
  const said = [paint.look.label[lang()]];
  if (state.marked.has(position)) said.push(word("points"));
  state.bodies.filter(({ members }) => members.includes(position))
    .forEach(({ name }) => said.push(word("jointly").replace("{body}", () => name)));
  return said.join(", ");
}
