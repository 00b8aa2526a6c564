/* What became of a municipality whose key is no longer used. Knows no page. */

/** A key that is there: this one, or that of whoever took it in; empty if there is none.
 * @param {string} key @param {[string, string, ...unknown[]][]} changes old and new key
 * @param {(key: string) => boolean} isThere @returns {string} */
export function successor(key, changes, isThere, steps = 20) {
  if (isThere(key)) return key;
  const change = steps && changes.find(([old]) => old === key);
  return change ? successor(change[1], changes, isThere, steps - 1) : "";
}
