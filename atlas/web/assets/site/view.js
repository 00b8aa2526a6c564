/* The view of the map page in its address, in the parameters of the app. Knows no page. */

/** Whether a text is a day of the site. The browser takes the 30th of February for the 2nd of March.
 * @param {string} text @param {Pick<About, "first" | "today">} about */
export const isDay = (text, { first, today }) => /^\d{4}-\d\d-\d\d$/.test(text) && text >= first && text <= today
  && new Date(text).toJSON()?.startsWith(text) === true;

/** The view a query asks for; what it names wrongly counts as not named.
 * @param {string} query @param {About} about @returns {SiteView} */
export function readView(query, about) {
  const parameters = new URLSearchParams(query);
  const get = (/** @type {string} */ name) => parameters.get(name) || "";
  return {
    layer: about.layers[get("ebene")] ? get("ebene") : about.layer,
    day: isDay(get("stichtag"), about) ? get("stichtag") : "",
    district: about.districts.includes(get("kreis")) ? get("kreis") : "",
    ags: /^\d{8}$/.test(get("gemeinde")) ? get("gemeinde") : "",
    looks: new Set(get("stufe").split(" ").filter((key) => /^[a-z_~]+$/.test(key))),
    documented: get("belegt") === "1",
  };
}

/** The query of a view, without what is so anyway.
 * @param {SiteView} view @param {string} home key of the first layer */
export function queryOf(view, home) {
  const said = Object.entries({
    ebene: view.layer === home ? "" : view.layer,
    stichtag: view.day,
    kreis: view.district,
    gemeinde: view.ags,
    stufe: [...view.looks].sort().join(" "),
    belegt: view.documented ? "1" : "",
  }).filter(([, value]) => value);
  return new URLSearchParams(said).toString();
}
