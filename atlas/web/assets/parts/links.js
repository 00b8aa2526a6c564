/* Copy the address of exactly this view, its date written out; and the same view in other languages. */
import { copyButton, dayIn, make, whenChanged } from "./shared.js";

/** The address with some parameters changed, those without a value left out.
 * @param {Record<string, string>} change */
function address(change) {
  const url = new URL(window.location.href);
  Object.entries(change).forEach(([key, value]) => {
    if (value) url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  });
  return url;
}

/** Streamlit follows the browser's "back" between pages only: a view in the address is read anew by loading it. */
let isWatched = false;
function watchHistory() {
  if (isWatched) return;
  isWatched = true;
  window.addEventListener("popstate", () => window.location.reload());
}

/**
 * @typedef {{ label: string, done: string, inBar: string, zone: string, languages: Record<string, string>,
 *   source: string }} LinksData
 */

/** @param {Component<LinksData>} component */
export default function drawLinks(component) {
  watchHistory();
  whenChanged(component, (place, data) => {
    const row = make("div", "atlas-links");
    const [copy, said] = copyButton(data, () => {
      const dated = new URL(window.location.href).searchParams.has("stichtag");
      return address(dated ? {} : { stichtag: dayIn(data.zone) }).href;
    });
    const languages = Object.entries(data.languages).map(([lang, name]) => {
      const other = make("a", "atlas-language", name);
      other.lang = lang;
      other.hreflang = lang;
      const there = () => address({ lang: lang === data.source ? "" : lang }).href;
      other.href = there();
      other.addEventListener("click", (event) => {
        event.preventDefault();
        window.location.assign(there());
      });
      return other;
    });
    row.append(copy, ...languages, said);
    place.replaceChildren(row);
  });
}
