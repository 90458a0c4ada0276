import { describe, expect, it } from "vitest";
import { boxOf, explanationOf } from "./explanation";

describe("explanationOf", () => {
  it("reads dwell and zone", () => {
    const explanation = {
      rule: { kind: "illegal_parking", version: 3 },
      threshold: { dwell_s: 5 },
      observed: { dwell_s: 372.2, seen_share: 0.9, score: 0.7 },
      zone: { id: "kerb", polygon: [[0.5, 0.3], [0.8, 0.3], [0.8, 0.7]] },
    };
    expect(explanationOf({ explanation })).toEqual({
      dwell: { observed: 372.2, limit: 5 },
      zone: { id: "kerb", polygon: [[0.5, 0.3], [0.8, 0.3], [0.8, 0.7]] },
    });
  });

  it("makes nothing of what other kinds of incident explain", () => {
    const nothing = { dwell: null, zone: null };
    expect(explanationOf({ explanation: null })).toEqual(nothing);
    expect(explanationOf({ explanation: { threshold: { above: 0.3 }, observed: { value: 0.4 } } })).toEqual(nothing);
    expect(explanationOf({ explanation: { threshold: { dwell_s: "5" }, zone: "kerb" } })).toEqual(nothing);
  });

  it("leaves out corners that are none", () => {
    const explanation = { zone: { id: "kerb", polygon: [[0, 0], [1], ["a", 2], [1, 1]] } };
    expect(explanationOf({ explanation }).zone?.polygon).toEqual([[0, 0], [1, 1]]);
  });
});

describe("boxOf", () => {
  it("turns corners into a rectangle", () => {
    expect(boxOf([0.25, 0.5, 0.75, 1])).toEqual({ x: 0.25, y: 0.5, width: 0.5, height: 0.5 });
  });

  it("draws nothing without four corners", () => {
    expect(boxOf(null)).toBeNull();
    expect(boxOf([0.1, 0.2])).toBeNull();
  });
});
