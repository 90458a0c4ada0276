import { expect, test } from "vitest";
import type { Evidence } from "../api/client";
import { latestOfEach } from "./pictures";

const piece = (role: Evidence["role"], second: number): Evidence => ({
  id: `${role}-${second}`, role, at: `2026-11-28T06:00:${String(second).padStart(2, "0")}+00:00`,
  url: "/", full_url: null, removed_at: null, box: null, sha256: "",
});
const shown = (...evidence: Evidence[]): string[] => latestOfEach(evidence).map(({ id }) => id);

test("an incident is shown from its first picture to its last", () => {
  expect(shown(piece("last", 9), piece("clip", 2), piece("first", 1), piece("best", 3), piece("photo", 8))).toEqual([
    "first-1", "best-3", "clip-2", "photo-8", "last-9",
  ]);
});

test("where it came again, the end of the one before does not pass for its end", () => {
  const before = [piece("first", 1), piece("best", 3), piece("last", 9)];
  expect(shown(...before, piece("first", 20), piece("best", 21))).toEqual(["first-20", "best-21"]);
});

test("of people's photos the last few", () => {
  expect(shown(...[1, 2, 3, 4, 5, 6, 7].map((second) => piece("photo", second)))).toHaveLength(5);
});
