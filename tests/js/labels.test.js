/* Where names have room on the map: the browser's own rules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyInTwoLines, boxOf, districtInLines, inTwoLines, take, tries } from "../../atlas/web/assets/map/labels.js";

/** @typedef {import("../../atlas/web/assets/map/labels.js").Box} Box */

test("a box is as wide as its longest line, and centred", () => {
  assert.deepEqual(boxOf([18, 36], { x: 100, y: 50 }), [79, 35, 121, 65]);
});

test("a name takes its box, and no other comes over it", () => {
  /** @type {Box[]} */
  const taken = [];
  assert.ok(take(taken, [0, 0, 10, 10]));
  assert.ok(!take(taken, [9, 9, 20, 20]));
  assert.ok(take(taken, [10, 0, 20, 10]));
  assert.equal(taken.length, 2);
});

test("a name that must stay on the map does", () => {
  assert.ok(!take([], [0, 5, 10, 10], { x: 100, y: 100 }));
  assert.ok(!take([], [90, 5, 100, 10], { x: 100, y: 100 }));
  assert.ok(take([], [1, 1, 99, 99], { x: 100, y: 100 }));
});

test("names are broken where they can be read", () => {
  assert.equal(inTwoLines("Bad Gottleuba"), "Bad\nGottleuba");
  assert.equal(inTwoLines("Hohenstein-Ernstthal"), "Hohenstein-\nErnstthal");
  assert.equal(inTwoLines("Ort"), "Ort");
  assert.equal(bodyInTwoLines("Kommunaler Präventionsrat"), "Kommunaler\nPräventionsrat");
  assert.equal(districtInLines("Sächsische Schweiz-Osterzgebirge", false), "Sächsische Schweiz-\nOsterzgebirge");
  assert.equal(districtInLines("Vogtlandkreis", true), "Vogtlandkreis");
});

test("each text is tried at each place, in order", () => {
  assert.deepEqual(tries(["a", "b"], [[0, 0], [0, 11]]), [["a", 0, 0], ["a", 0, 11], ["b", 0, 0], ["b", 0, 11]]);
});
