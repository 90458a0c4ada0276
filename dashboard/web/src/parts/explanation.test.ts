import { describe, expect, it } from "vitest";
import { boxOf, explanationOf } from "./explanation";

const nothing = { dwell: null, grace: 0, silent: null, stuck: null, value: null, count: null, measure: null, crossings: null, score: null, model: null, rule: null, zone: null, sources: [], certainty: null, doubters: [], review: false, late: false };

describe("explanationOf", () => {
  it("reads dwell and zone", () => {
    const explanation = {
      rule: { kind: "illegal_parking", version: "3" },
      model: { name: "street", hash: "0123" },
      threshold: { dwell_s: 5 },
      observed: { dwell_s: 372.2, seen_share: 0.9, score: 0.7 },
      zone: { id: "kerb", name: "东侧路缘", polygon: [[0.5, 0.3], [0.8, 0.3], [0.8, 0.7]] },
    };
    expect(explanationOf({ explanation })).toEqual({
      ...nothing,
      dwell: { observed: 372.2, limit: 5 },
      score: 0.7,
      model: "street",
      rule: "illegal_parking 3",
      zone: { id: "kerb", name: "东侧路缘", polygon: [[0.5, 0.3], [0.8, 0.3], [0.8, 0.7]], line: [], oneWay: false },
    });
  });

  it("reads what crossed a line, and whether one way only counts there", () => {
    const told = { threshold: { crossings: 1 }, observed: { crossings: 3 }, zone: { id: "gate", line: [[0, 0.5], [1, 0.5]] } };
    const line = { id: "gate", name: "gate", polygon: [], line: [[0, 0.5], [1, 0.5]] };
    expect(explanationOf({ explanation: { ...told, rule: { kind: "intrusion" } } })).toEqual({
      ...nothing, crossings: { observed: 3, limit: 1 }, rule: "intrusion", zone: { ...line, oneWay: false },
    });
    expect(explanationOf({ explanation: { ...told, rule: { kind: "wrong_way" } } }).zone).toEqual({ ...line, oneWay: true });
  });

  it("reads who else told of it, and who should have", () => {
    const sources = [{ device: "cam-1", name: "隧道" }, { device: "level-1", name: "水位" }];
    expect(explanationOf({ explanation: { sources, certainty: 0.98 } })).toEqual({ ...nothing, sources: ["隧道", "水位"], certainty: 0.98 });
    const silent = [{ device: "level-1", name: "水位" }];
    expect(explanationOf({ explanation: { silent, review: true } })).toEqual({ ...nothing, doubters: ["水位"], review: true });
  });

  it("reads what came late", () => {
    expect(explanationOf({ explanation: { late: true } })).toEqual({ ...nothing, late: true });
  });

  it("reads a crowd's head count", () => {
    const explanation = { threshold: { dwell_s: 20, count: 10 }, observed: { dwell_s: 21, count: 14 } };
    expect(explanationOf({ explanation }).count).toEqual({ observed: 14, limit: 10 });
  });

  it("reads a sensor's measure and the unit at the end of its name", () => {
    const explanation = {
      threshold: { water_level_m: 0.3, dwell_s: 10 },
      observed: { water_level_m: 0.41, dwell_s: 12 },
      zone: { id: "water_level" },
    };
    expect(explanationOf({ explanation })).toEqual({
      ...nothing,
      dwell: { observed: 12, limit: 10 },
      measure: { metric: "water_level", unit: "m", observed: 0.41, limit: 0.3, within: null },
      zone: { id: "water_level", name: "water_level", polygon: [], line: [], oneWay: false },
    });
  });

  it("reads a switch, which has no unit, and a silence", () => {
    const pressed = { threshold: { sos: 0.5 }, observed: { sos: 1 }, zone: { id: "sos" } };
    expect(explanationOf({ explanation: pressed }).measure?.unit).toBe("");
    const silent = { threshold: { silent_s: 60 }, observed: { silent_s: 75 }, zone: { id: "readings" } };
    expect(explanationOf({ explanation: silent })).toMatchObject({
      silent: { observed: 75, limit: 60 },
      measure: null,
    });
  });

  it("makes nothing of what a newer rule explains", () => {
    expect(explanationOf({ explanation: null })).toEqual(nothing);
    expect(explanationOf({ explanation: { threshold: { above: 0.3 }, observed: { value: 0.4 } } })).toEqual(nothing);
    expect(explanationOf({ explanation: { threshold: { dwell_s: "5" }, zone: "kerb" } })).toEqual(nothing);
    expect(explanationOf({ explanation: { observed: { gas_percent: 30 }, zone: { id: "gas" } } }).measure).toBeNull();
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
