/* Key figures: every number is a button that opens the list that makes it up. */
import { button, make, whenChanged } from "./shared.js";

export default function (component) {
  whenChanged(component, (place, data) => {
    const row = make("div", "atlas-cards");
    row.append(...data.cards.map(([heading, doors, note], i) => {
      const card = make("section", "atlas-card");
      const numbers = make("p", "atlas-doors");
      numbers.append(...doors.map((text, j) =>
        button("atlas-door", text, () => component.setTriggerValue("door", `${i}-${j}`))));
      card.append(make("h2", "", heading), numbers, make("p", "atlas-small", note));
      return card;
    }));
    place.replaceChildren(row);
  });
}
