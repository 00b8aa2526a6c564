/* Which part of the map is in sight. */
import { inFocus, isNarrow, positionOf, state } from "./state.js";

/** @param {L.LatLngBounds} bounds @param {L.FitBoundsOptions} [options] */
export function fit(bounds, options) {
  state.map.fitBounds(bounds, { animate: false, padding: isNarrow() ? [4, 4] : [14, 14], ...options });
}

/** The box of some areas, whole.
 * @param {number[]} positions */
const boundsOf = (positions) => L.latLngBounds(positions.filter((i) => i >= 0).flatMap((i) => state.rings[i].flat(2)));

/** Show the neighbourhood, the district of the view or the whole. */
export function home() {
  const { view, index } = state;
  if (view && inFocus()) {
    fit(boundsOf([positionOf(view.selected), ...view.near]), { maxZoom: 12.5 });
  } else {
    const [west, south, east, north] = (view && index.districts[view.district] || index).bounds;
    fit(L.latLngBounds([south, west], [north, east]));
  }
  state.isMoved = false;
}

/** Move only if the reader asked for another place: another district, or a municipality chosen elsewhere.
 * @param {View | null} before */
export function follow(before) {
  const now = state.view;
  const isFresh = now.selected !== (before?.selected || "");
  const place = (/** @type {View | null} */ view) => view && (inFocus() ? `${view.selected} ${view.near}` : view.district);
  if (place(before) !== place(now)) home();
  if (isFresh && !inFocus() && now.selected !== state.ownPick) showWithSurroundings(positionOf(now.selected));
  if (isFresh || inFocus()) state.ownPick = null;
}

/** @param {number} position */
function showWithSurroundings(position) {
  if (position < 0) return;
  fit(boundsOf([position]), { maxZoom: 10, padding: [60, 60] });
  state.isMoved = true;
}
