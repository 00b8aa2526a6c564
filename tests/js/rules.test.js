/* Rules that Python and the browser both follow, on vectors that Python has written (tests/unit/test_scripts.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { widthOf } from "../../atlas/web/assets/map/labels.js";
import { areas, around, lines } from "../../atlas/web/assets/map/topology.js";
import { monthsOf } from "../../atlas/web/assets/parts/film.js";
import { ABSENT, FILTERED, NO_DATA, bodiesOf, positions, unpack } from "../../atlas/web/assets/parts/shared.js";
import { since } from "../../atlas/web/assets/parts/table.js";
import { described, successorOn, unpackDays } from "../../atlas/web/assets/site/days.js";
import { checksOf, misreadSaid, queryOf, readView } from "../../atlas/web/assets/site/view.js";

const vectors = JSON.parse(readFileSync(process.env.VECTORS || "", "utf-8"));

test("codes that stand for no class are those of Python", () => {
  assert.deepEqual([ABSENT, FILTERED, NO_DATA], vectors.special);
});

test("packed class codes are written out", () => {
  for (const [codes, packed] of vectors.codes) assert.equal(unpack(packed), codes);
});

test("positions are added up from the distances between them", () => {
  for (const [plain, packed] of vectors.positions) assert.deepEqual(positions(packed), plain);
});

test("joint bodies are read with their members", () => {
  for (const [packed, bodies] of vectors.bodies) assert.deepEqual(bodiesOf(packed), bodies);
});

test("a date in the table is said as Python says it", () => {
  for (const [packed, lang, said] of vectors.dates) assert.equal(since(packed, lang, vectors.index.words[lang])[1], said, packed);
});

test("a name is as wide as in a picture, but for kerning", () => {
  for (const [name, isBold, width] of vectors.widths) {
    const found = widthOf(name, { size: 12, isBold, spacing: 0 }, vectors.letters);
    assert.ok(Math.abs(found - width) < 0.02 * width, `${name}: ${found}, ${width}`);
  }
});

test("a view on a day of the site shows what the application shows", () => {
  for (const { file, shown } of vectors.layers) {
    const days = unpackDays(file);
    for (const { day, view, expected } of shown) {
      const asked = { layer: file.layer, day, ags: "", ...view, looks: new Set(view.looks) };
      const { cards, districtPoints, bodies, ...found } = described(days, day, asked, vectors.index, "de");
      assert.deepEqual({ ...found, districtPoints: districtPoints.slice().sort(), bodies: bodiesOf(bodies) }, expected, `${day} ${JSON.stringify(view)}`);
      assert.ok(view.district || cards.length);
    }
  }
});

test("a key that is no longer used leads to the municipality it leads to in the application", () => {
  const [{ file }] = vectors.layers, days = unpackDays(file);
  for (const [ags, day, successor] of vectors.successors) {
    assert.equal(successorOn(ags, days, day, vectors.index, vectors.changes), successor, `${ags} ${day}`);
  }
});

test("a query asks for the view it asks for in the application, and is written likewise", () => {
  for (const [query, plain] of vectors.queries) {
    assert.deepEqual(Object.fromEntries(new URLSearchParams(queryOf(readView(query, vectors.about), "overview"))), plain, query);
  }
});

test("what of a query cannot be read is said as the application says it", () => {
  const { about, index, misread } = vectors;
  for (const [query, lang, said] of vectors.misreadQueries) {
    const checks = checksOf({ ...about, changes: vectors.changes }, index, readView(query, about).layer);
    assert.equal(misreadSaid(query, misread[lang], lang, checks), said, query);
  }
});

test("months of the film have the classes of their day", () => {
  assert.deepEqual(monthsOf(vectors.film.packed).map(({ codes }) => codes), vectors.film.codes);
});

test("areas have the rings that Python reads from the same file", () => {
  const { topology, rings } = vectors.geometry;
  const found = areas(topology).map((polygons) => polygons.map((each) => each.map((ring) => ring.map(([lat, lng]) => [lng, lat]))));
  found.flat(3).forEach((point, i) => point.forEach((value, k) => assert.ok(Math.abs(value - rings.flat(3)[i][k]) < 1e-9)));
  assert.deepEqual(found.map((polygons) => polygons.map((each) => each.map(({ length }) => length))),
    rings.map((/** @type {number[][][][]} */ polygons) => polygons.map((each) => each.map(({ length }) => length))));
});

/** Length in degrees, as Python measures it.
 * @param {Point[][]} parts */
const lengthOf = (parts) => parts.reduce((sum, part) =>
  sum + part.slice(1).reduce((all, [lat, lng], i) => all + Math.hypot(lat - part[i][0], lng - part[i][1]), 0), 0);

test("borders and outlines are as long as those of the shapes taken together", () => {
  const { topology, districts, present, lengths, groups } = vectors.geometry;
  const { between, states, outline } = lines(topology, districts, present);
  assert.ok(Math.abs(lengthOf(outline) - lengths.outline) < 1e-6);
  assert.ok(Math.abs(lengthOf([...between, ...states]) - lengths.borders) < 1e-6);
  for (const [members, length] of groups) assert.ok(Math.abs(lengthOf(around(topology, members)) - length) < 1e-6);
});
