/* Copy the address of exactly this view, its date written out; and the same view in the other language. */
import { button, make, whenChanged } from "./shared.js";

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

/** @typedef {{ label: string, done: string, inBar: string, today: string, language: string, other: Lang }} LinksData */

/** @param {Component<LinksData>} component */
export default function drawLinks(component) {
  watchHistory();
  whenChanged(component, (place, data) => {
    const row = make("div", "atlas-links");
    const said = make("span", "atlas-small");
    said.setAttribute("role", "status");
    const copy = button("atlas-copy", data.label, async () => {
      const dated = new URL(window.location.href).searchParams.has("stichtag");
      const url = dated ? address({}) : address({ stichtag: data.today });
      try {
        await navigator.clipboard.writeText(url.href);
        said.textContent = data.done;
      } catch {
        window.history.replaceState(null, "", url); // no clipboard without https: the address bar holds it
        said.textContent = data.inBar;
      }
      setTimeout(() => { said.textContent = ""; }, 4000);
    });
    const other = make("a", "atlas-language", data.language);
    other.lang = data.other;
    other.hreflang = data.other;
    other.href = address({ lang: data.other === "de" ? "" : data.other }).href;
    other.addEventListener("click", (event) => {
      event.preventDefault();
      window.location.assign(address({ lang: data.other === "de" ? "" : data.other }));
    });
    row.append(copy, other, said);
    place.replaceChildren(row);
  });
}
