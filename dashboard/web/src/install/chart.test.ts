import { describe, expect, it } from "vitest";
import type { Reading } from "../api/client";
import { heightOf, levelsOf, pathOf, samplesOf, scaleOf, thinned } from "./chart";

const reading = (at: number, value: number | null, metric = "tilt"): Reading => ({
  at: new Date(at).toISOString(), metric, value, text: value === null ? "x" : null, unit: "rad",
  span_s: null, count: null, min: null, max: null,
});

describe("readings", () => {
  it("are told apart by their metric, in the order of time, without words", () => {
    const found = samplesOf([reading(2000, 2), reading(1000, 1), reading(1000, null), reading(1000, 5, "gas")]);
    expect(found.get("tilt")).toEqual([{ at: 1000, value: 1 }, { at: 2000, value: 2 }]);
    expect(found.get("gas")).toHaveLength(1);
  });

  it("lose no peak when there are many", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({ at, value: at === 7777 ? 99 : at === 8888 ? -9 : 0 }));
    const few = thinned(many);
    expect(few.length).toBeLessThanOrEqual(800);
    expect([Math.max(...few.map(({ value }) => value)), Math.min(...few.map(({ value }) => value))]).toEqual([99, -9]);
    expect(few.every(({ at }, index) => index === 0 || at >= few[index - 1]!.at)).toBe(true);
  });
});

describe("a scale", () => {
  it("shows the limits of the metric's rules, wherever the readings are", () => {
    const levels = levelsOf([{ kind: "flood", metric: "m", above: 0.3, clear_below: 0.2 }, { kind: "x", metric: "n", above: 9 }], "m");
    expect(levels).toEqual([{ kind: "limit", value: 0.3 }, { kind: "clear", value: 0.2 }]);
    const scale = scaleOf([{ at: 0, value: 0 }], levels, 0, 10);
    expect([scale.low, scale.high].map((value) => value.toFixed(2))).toEqual(["-0.03", "0.33"]);
    expect(heightOf(scale, 0.3)).toBeGreaterThan(0);
    expect(pathOf(scale, [{ at: 5, value: 0.15 }])).toBe("0.5000,0.5000");
  });

  it("has room about what never changes", () => {
    expect(scaleOf([{ at: 0, value: 0 }], [], 0, 1)).toMatchObject({ low: -1, high: 1 });
  });
});
