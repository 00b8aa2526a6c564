/* A table whose numbers are buttons: each opens the list that makes it up. */
import { button, make, makeOneStop, makeStop, whenChanged } from "./shared.js";

/** A text, or the key of what a number opens and the number.
 * @typedef {string | [string, string]} Cell */

/** @param {Component<{ headings: string[], rows: Cell[][], caption: string }>} component */
export default function drawLedger(component) {
  whenChanged(component, (place, data) => {
    const table = make("table", "list ledger");
    const head = make("tr");
    head.append(...data.headings.map((text) => {
      const cell = make("th", "number", text);
      cell.scope = "col";
      return cell;
    }));
    const body = data.rows.map((cells) => {
      const line = make("tr");
      line.append(...cells.map((content, i) => {
        const cell = make(i ? "td" : "th", i ? "number" : "");
        if (!i) cell.setAttribute("scope", "row");
        if (typeof content === "string") cell.textContent = content;
        else cell.append(button("atlas-number", content[1], () => component.setTriggerValue("door", content[0])));
        return cell;
      }));
      return line;
    });
    const top = make("thead");
    top.append(head);
    const rest = make("tbody");
    rest.append(...body);
    const caption = make("caption", "", data.caption);
    table.append(caption, top, rest);
    const wide = make("div", "wide");
    wide.append(table);
    const all = [...wide.querySelectorAll("button")];
    const column = (/** @type {number} */ i) => /** @type {HTMLTableCellElement} */ (all[i].parentElement).cellIndex;
    /** The next button of the same column, a step up or down; zeros are no buttons, so rows differ in how many they have. */
    const along = (/** @type {number} */ at, /** @type {number} */ step) => {
      for (let i = at + step; all[i]; i += step) if (column(i) === column(at)) return i;
      return at;
    };
    makeOneStop(wide, (key, at, last) => /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowLeft: at - 1,
      ArrowDown: along(at, 1), ArrowUp: along(at, -1), Home: 0, End: last })[key]);
    if (all.length) makeStop(wide, all[0]);
    place.replaceChildren(wide);
  });
}
