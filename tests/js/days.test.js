/* The day it is where the server counts days, whatever clock the reader's machine has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayIn } from "../../atlas/web/assets/parts/shared.js";

/** @type {[string, string][]} */
const BERLIN = [
  ["2026-11-30T22:59:59Z", "2026-11-30"],
  ["2026-11-30T23:00:00Z", "2026-12-01"],
  ["2026-07-01T21:59:59Z", "2026-07-01"],
  ["2026-07-01T22:00:00Z", "2026-07-02"],
  ["2026-12-31T23:30:00Z", "2027-01-01"],
];

test("the day changes at midnight in Berlin, in winter and in summer", () => {
  for (const [moment, day] of BERLIN) assert.equal(dayIn("Europe/Berlin", new Date(moment)), day, moment);
});

test("without a moment it is the day of now", () => {
  const before = dayIn("UTC"), now = new Date().toISOString().slice(0, 10);
  assert.ok(before <= now && now <= dayIn("UTC"));
});
