/* Key figures: every number is a button that opens the list that makes it up. What stands beside the number, a part of it
 * or what it does not count, is smaller. */
import { button, make, whenChanged } from "./shared.js";

/** A heading, its doors as text, whether it stands beside the number, and whether it opens nothing (or the text alone),
 * and a note.
 * @typedef {[string, (string | [string, boolean, boolean])[], string]} Card */

/** @param {Component<{ cards: Card[] }>} component */
export default function drawFigures(component) {
  whenChanged(component, (place, data) => {
    const row = make("div", "atlas-cards");
    row.append(...data.cards.map(([heading, doors, note], i) => {
      const card = make("section", "atlas-card");
      const numbers = make("p", "atlas-doors"), beside = make("p", "atlas-doors beside");
      doors.forEach((door, j) => {
        const [text, isBeside, isPlain] = typeof door === "string" ? [door, false, false] : door;
        const className = isBeside ? "atlas-beside" : "atlas-door";
        (isBeside ? beside : numbers).append(isPlain ? make("span", "", text)
          : button(className, text, () => component.setTriggerValue("door", `${i}-${j}`)));
      });
      card.append(make("h2", "", heading), numbers, make("p", "atlas-small", note));
      if (beside.children.length) card.append(beside);
      return card;
    }));
    place.replaceChildren(row);
  });
}
