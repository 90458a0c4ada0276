import { describe, expect, it } from "vitest";
import { iso, NOON } from "../testing/samples";
import { RINGS, ringOf } from "./signs";

describe("ringOf", () => {
  const ring = (minutes: number) => ringOf({ opened_at: iso(NOON), due: iso(NOON + 80 * 60_000) }, NOON + minutes * 60_000);

  it("runs down by eighths, the last one until it is late", () => {
    expect([0, 9, 11, 79, 80, 81].map(ring)).toEqual([RINGS, 8, 7, 1, 0, "late"]);
  });

  it("is full where no time was allowed at all", () => {
    expect(ringOf({ opened_at: iso(NOON), due: iso(NOON) }, NOON)).toBe(RINGS);
  });
});
