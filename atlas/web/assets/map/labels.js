/* Where names have room on the map, and how they are broken into lines. No text is drawn to find out. */

/** @typedef {[number, number, number, number]} Box left, top, right, bottom, in pixels */

/** @typedef {{ size: number, isBold: boolean, spacing: number }} Font size and spacing in pixels */
/** @typedef {Record<string, [number, number]>} Letters how wide each is, regular and bold, for text of size 1 */

/** How wide a line of text is, in pixels.
 * @param {string} line @param {Font} font @param {Letters} letters */
export function widthOf(line, { size, isBold, spacing }, letters) {
  return [...line].reduce((sum, letter) => sum + (letters[letter]?.[isBold ? 1 : 0] ?? 0.5) * size + spacing, 0);
}

/** The box of a text with lines of some widths, each 14 pixels high, centred on a point.
 * @param {number[]} widths @param {{ x: number, y: number }} middle @returns {Box} */
export function boxOf(widths, { x, y }) {
  const half = Math.max(...widths) / 2 + 3, tall = widths.length * 7 + 1;
  return [x - half, y - tall, x + half, y + tall];
}

/** Whether a box is free, and, given the map's size, inside of it; if so, it is taken.
 * @param {Box[]} taken @param {Box} box @param {{ x: number, y: number } | null} [size] */
export function take(taken, box, size = null) {
  const [left, top, right, bottom] = box;
  if (size && (left < 1 || top < 1 || right > size.x - 1 || bottom > size.y - 1)) return false;
  if (taken.some((other) => left < other[2] && right > other[0] && top < other[3] && bottom > other[1])) return false;
  taken.push(box);
  return true;
}

/** A district's name on two lines, if it is long.
 * @param {string} name @param {boolean} isNarrow whether the map is */
export const districtInLines = (name, isNarrow) => (name.length > (isNarrow ? 14 : 22) ? name.replace("-", "-\n") : name);

/** A municipality's name on two lines, where it can be broken.
 * @param {string} name */
export const inTwoLines = (name) => name.replace(/(.{3,}?)([ -])(?=\S{3,})/, (_, head, gap) => head + (gap === "-" ? "-\n" : "\n"));

/** A body's name on two lines, broken at a space only.
 * @param {string} name */
export const bodyInTwoLines = (name) => name.replace(/^(.{6,}?) (?=\S{6,})/, "$1\n");

/** Each text with each move in pixels, in order.
 * @param {string[]} texts @param {[number, number][]} moves @returns {[string, number, number][]} */
export const tries = (texts, moves) => texts.flatMap((text) =>
  moves.map(([dx, dy]) => /** @type {[string, number, number]} */ ([text, dx, dy])));
