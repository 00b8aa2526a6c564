/* The legend: swatch, label, count. A click shows that class only, a second click all again. */
import { button, make, number, swatch, whenChanged } from "./shared.js";

export default function (component) {
  whenChanged(component, (place, data, index) => {
    const words = index.words[data.lang];
    const layer = index.layers[data.layer];
    const looks = new Map(layer.looks.map((look) => [look.key, look]));
    const box = make("section", "atlas-legend");
    box.setAttribute("aria-label", words.legend);
    box.dataset.ebene = data.layer;
    box.dataset.stichtag = data.asOf;
    const list = make("ul");
    const chosen = data.chosen.split(" ");
    data.counts.split(" ").map((pair) => pair.split(":")).forEach(([key, count]) => {
      const look = looks.get(key);
      const line = button("atlas-legend-line", undefined, () => component.setTriggerValue("look", key));
      line.append(swatch(look), make("span", "", look.label[data.lang]), make("b", "", number(Number(count), data.lang)));
      line.setAttribute("aria-pressed", String(chosen.includes(key)));
      line.title = words.only;
      line.dataset.look = key;
      const item = make("li");
      item.append(line);
      list.append(item);
    });
    [["dot", words.points, data.points], ["dot open", words.districtPoints, data.districtPoints],
      ["body-line", words.bodies, data.bodies]]
      .filter(([, , count]) => count)
      .forEach(([dot, label, count]) => {
        const item = make("li", "atlas-legend-point");
        item.append(make("i", dot), make("span", "", label), make("b", "", number(count, data.lang)));
        list.append(item);
      });
    box.append(make("h2", "", layer.label[data.lang]), list, make("p", "atlas-small", layer.definition[data.lang]));
    place.replaceChildren(box);
  });
}
