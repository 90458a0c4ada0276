import { describe, expect, it } from "vitest";
import type { Trend } from "../api/client";
import { limitOf, linesOf } from "./spark";

const trendOf = (points: (number | null)[], limit: number | null = null): Trend => ({
  site: "tooley", id: "level-1", name: "水位", metric: "water_level", unit: "m", limit, last: 1, points,
});

describe("linesOf", () => {
  it("draws from the left, the largest at the top", () => {
    expect(linesOf(trendOf([0, 1, 0.5]))).toEqual(["0.000,1.000 0.500,0.000 1.000,0.500"]);
  });

  it("leaves a gap where nothing was said, and shows a lone value", () => {
    expect(linesOf(trendOf([0, null, 1]))).toEqual(["0.000,1.000 0.000,1.000", "1.000,0.000 1.000,0.000"]);
    expect(linesOf(trendOf([null, null]))).toEqual([]);
  });

  it("draws what never changes without dividing by nothing", () => {
    expect(linesOf(trendOf([1, 1]))).toEqual(["0.000,1.000 1.000,1.000"]);
  });
});

describe("limitOf", () => {
  it("lies on the same scale as the values", () => {
    expect(limitOf(trendOf([0, 1], 2))).toBe(0);
    expect(limitOf(trendOf([0, 1], 0.5))).toBe(0.5);
    expect(limitOf(trendOf([0, 1]))).toBeNull();
  });
});
