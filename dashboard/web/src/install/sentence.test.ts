import { describe, expect, it } from "vitest";
import type { RuleField, RuleKind } from "../api/client";
import { fits, hoursOf, isOvernight, marked, partsOf, sentencesOf, spansOf, unitOf, unsaid, withSpan } from "./sentence";

const field = (name: string, more: Partial<RuleField> = {}): RuleField => ({
  name, shape: "number", optional: false, least: null, over: false, most: null, ...more,
});
const FLOOD: RuleKind = {
  kind: "flood", device: "sensor", severity: "critical", about: "Water.", usual: { kind: "flood", above: 0.3 },
  fields: [field("above", { optional: true }), field("below", { optional: true }), field("for")],
};

describe("a sentence", () => {
  it("is told in pieces, wherever its gaps are", () => {
    const { objects, dwell } = marked(["objects", "dwell"]);
    expect(partsOf(`${objects} 停留超过 ${dwell}`)).toEqual([{ gap: "objects" }, { text: " 停留超过 " }, { gap: "dwell" }]);
    expect(partsOf("就报")).toEqual([{ text: "就报" }]);
  });

  it("is the kind's own, else that of its limit, else the usual one", () => {
    expect(sentencesOf({ kind: "flood", above: 1 }, FLOOD)).toEqual(["sensor_flood", "above", "usual"]);
    expect(sentencesOf({ kind: "puddle" }, { ...FLOOD, device: "camera", kind: "puddle" })).toEqual(["camera_puddle", "usual"]);
  });

  it("leaves out no setting that there is", () => {
    const left = unsaid([{ gap: "above" }], { kind: "flood", above: 1 }, FLOOD.fields);
    expect(left.map(({ name }) => name)).toEqual(["for"]);
  });
});

describe("settings", () => {
  it.each([[180, "minute"], [90, "second"], [7200, "hour"], [0, "second"], [0.5, "second"]])("%d s is told in %ss", (seconds, unit) => {
    expect(unitOf(seconds)).toBe(unit);
  });

  it.each(["07:00-22:00", "22:00-06:00", "18:00-24:00", "07:00-09:00,17:00-24:00,23:00-01:00"])("%s is the same after its ends were read", (hours) => {
    expect(hoursOf(spansOf(hours))).toBe(hours);
  });

  it("reads spans however they are spaced, and refuses one of no length", () => {
    expect(spansOf("07:00 - 09:00, 17:00-24:00")).toEqual([["07:00", "09:00"], ["17:00", "00:00"]]);
    expect(hoursOf([["07:00", "09:00"], ["17:00", "17:00"]])).toBeNull();
    expect([hoursOf([["", "09:00"]]), hoursOf([]), hoursOf(spansOf("00:00-24:00"))]).toEqual([null, null, null]);
  });

  it("knows which span goes over midnight", () => {
    expect(spansOf("22:00-06:00,18:00-24:00,07:00-09:00").map(isOvernight)).toEqual([true, false, false]);
  });

  it.each([["07:00-09:30", "09:30-10:30"], ["17:00-23:30", "23:30-00:30"], ["18:00-24:00", "00:00-01:00"]])("after %s adds %s", (hours, next) => {
    expect(hoursOf(withSpan(spansOf(hours)))).toBe(`${hours},${next}`);
  });

  it("refuses what the server would", () => {
    const dwell = field("dwell", { least: 0, over: true, most: 10 });
    expect([-1, 0, 0.1, 10, 11, NaN].map((value) => fits(value, dwell))).toEqual([false, false, true, true, false, false]);
    expect(fits(1.5, field("count", { shape: "integer", least: 1 }))).toBe(false);
    expect(fits(0, field("for", { least: 0 }))).toBe(true);
  });
});
