/* What is typed into the search box, folded like the names (atlas/model/place_names.py), and the places it fits. */

/** Abbreviations, pairs of letters, small words, titles, those after a comma only and how others end, as Python has them.
 * @typedef {{ full: Record<string, string>, letters: Record<string, string>, small: string[], titles: string[],
 *   letterTitles: string[], endings: string[] }} Spelling */

/** @type {Record<string, string>} */
const PLAIN = { "ß": "ss", "ł": "l", "đ": "d", "ø": "o" };

/** @param {string} text @returns {string[]} */
export const foldedWords = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
  .replace(/[ßłđø]/g, (letter) => PLAIN[letter]).replace(/([aou])e/g, "$1").match(/[a-z0-9]+/g) || [];

/** @param {string[]} words @param {Spelling} spelling @returns {string[]} */
export function writtenOut(words, { full, letters, small, titles }) {
  /** @type {string[]} */
  const pairs = [];
  words.forEach((word) => {
    const pair = `${pairs.at(-1)} ${word}`;
    if (pair in letters) pairs[pairs.length - 1] = letters[pair];
    else pairs.push(word);
  });
  const kept = pairs.filter((each) => !titles.includes(each) && !small.includes(each)).map((each) => full[each] || each);
  return kept.length ? kept : words;
}

/** A name without the parts after a comma or in brackets that are titles alone.
 * @param {string} name @param {Spelling} spelling */
export function withoutTitles(name, { titles, letterTitles, endings, small }) {
  const [head, ...rest] = name.split(/([,;(])/);
  let kept = head;
  for (let at = 0; at < rest.length; at += 2) {
    const words = foldedWords(rest[at + 1]);
    const isTold = words.length > 1 && words[0].endsWith("stadt") && (small.includes(words[1]) || words[1] === "und");
    const isTitle = words.every((each) => titles.includes(each) || letterTitles.includes(each))
      || (rest[at] !== "(" && (isTold || endings.some((end) => words[words.length - 1].endsWith(end))));
    if (!isTitle) kept += rest[at] + rest[at + 1];
  }
  return kept;
}

/** A place: text, what stands beside it, keys it leads to; folded: names, the name written out, the district.
 * @typedef {[string, string, string[], string[], string, string]} Place */

const NOT = 9;
/** What fits only once abbreviations are written out and titles left out comes after what fits as it was typed. */
const HALF = 0.5;

/** How well folded names fit what was typed: 0 the whole name, 1 its first words, 2 its beginning, or the name with its district,
 * 3 later words, 4 their beginning.
 * @param {string} typed without spaces @param {string[]} names @param {string} district */
function fit(typed, names, district) {
  const ranks = names.map((name) => {
    const words = name.split(" ");
    const whole = words.join("");
    if (whole === typed) return 0;
    const heads = words.map((_, i) => words.slice(0, i + 1).join(""));
    if (heads.includes(typed)) return 1;
    if (whole.startsWith(typed)) return 2;
    if (heads.some((head) => typed.startsWith(head) && (head + district).startsWith(typed))) return 2;
    const tails = words.map((_, i) => words.slice(i).join(""));
    if (tails.includes(typed)) return 3;
    return tails.some((tail) => tail.startsWith(typed)) ? 4 : NOT;
  });
  return Math.min(...ranks);
}

/** Whether one letter more, less, other, or two swapped make one of the other.
 * @param {string} one @param {string} other */
export function isOneSlip(one, other) {
  if (one === other || Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [rest, others] = [one.slice(start), other.slice(start)];
  const isSwapped = rest[0] === others[1] && rest[1] === others[0] && rest.slice(2) === others.slice(2);
  return isSwapped || rest.slice(1) === others || rest === others.slice(1) || rest.slice(1) === others.slice(1);
}

const SHORTEST_SLIP = 4;

/** Whether a name, or words of it that stand together, is what was typed but for one slip.
 * @param {string} typed @param {string[]} names */
const isNear = (typed, names) => typed.length >= SHORTEST_SLIP && names.some((name) => {
  const words = name.split(" ");
  return words.some((_, i) => words.slice(i).some((__, n) => isOneSlip(typed, words.slice(i, i + n + 1).join(""))));
});

/** The place of a key: eight digits, five of a district and more of it, or twelve with the association's in the middle.
 * @param {string} digits @param {string[]} keys */
const hasKey = (digits, keys) => {
  const key = digits.length === 12 ? digits.slice(0, 5) + digits.slice(9) : digits;
  return keys.some((each) => each.startsWith(key));
};

/** What was found, best first. `isGuess`: only but for one slip, none to be taken unasked. `isClear`: the first is meant, no other.
 * @typedef {{ found: Place[], isGuess: boolean, isClear: boolean }} Found */

/** The places that fit what was typed. @param {string} text @param {Place[]} places @param {Spelling} spelling @returns {Found} */
function fitting(text, places, spelling) {
  const words = foldedWords(withoutTitles(text, spelling));
  const plain = words.join("");
  if (!plain) return { found: [], isGuess: false, isClear: false };
  if (/^\d+$/.test(plain)) {
    const found = places.filter(([, , keys]) => hasKey(plain, keys));
    return { found, isGuess: false, isClear: found.length === 1 };
  }
  const full = writtenOut(words, spelling).join("");
  const ranked = places.map((place) => {
    const [, , , names, name, district] = place;
    const rank = Math.min(fit(plain, names, district), HALF + fit(full, names, district),
      HALF + fit(plain, [name], district), HALF + fit(full, [name], district));
    return { place, rank };
  }).filter(({ rank }) => rank < NOT).sort((a, b) => a.rank - b.rank);
  const best = ranked.filter(({ rank }) => rank === ranked[0].rank);
  const isClear = ranked.length === 1 || (best.length === 1 && ranked[0].rank < 1);
  return { found: ranked.map(({ place }) => place), isGuess: false, isClear };
}

const MOST_CUTS = 4;

/** The places that fit what was typed; where none does, those that a part of it fits (`Kamenz / Kamjenc`), or but for one slip.
 * @param {string} text @param {Place[]} places in the order of names @param {Spelling} spelling @returns {Found} */
export function search(text, places, spelling) {
  const whole = fitting(text, places, spelling);
  const words = foldedWords(withoutTitles(text, spelling));
  if (whole.found.length || /^\d*$/.test(words.join(""))) return whole;
  const cuts = [...text.matchAll(/[,;(/]/g)].map(({ index }) => index).reverse().slice(0, MOST_CUTS);
  for (const part of cuts.flatMap((cut) => [text.slice(0, cut), text[cut] === "/" ? text.slice(cut + 1) : ""])) {
    const { found } = fitting(part, places, spelling);
    if (found.length) return { found, isGuess: true, isClear: false };
  }
  const typed = [words, writtenOut(words, spelling)].map((each) => each.join(""));
  const near = places.filter(([, , , names, name]) => typed.some((each) => isNear(each, [...names, name])));
  near.sort(([, , [one]], [, , [other]]) => other.length - one.length); // municipalities before districts
  return { found: near, isGuess: true, isClear: false };
}
