import { describe, expect, it } from "vitest";
import { bodyOf, fieldsOf, isComplete, NOTHING_WRITTEN, ORDER } from "./fields";

describe("fieldsOf", () => {
  it("knows every action that is offered", () => {
    for (const action of ORDER) expect(fieldsOf(action)).toBeDefined();
    expect(fieldsOf("handle")).toEqual([
      { field: "note", required: false },
      { field: "photos", required: false },
    ]);
  });
});

describe("isComplete", () => {
  it("asks for what an action must have", () => {
    expect(isComplete("accept", NOTHING_WRITTEN)).toBe(true);
    expect(isComplete("reopen", NOTHING_WRITTEN)).toBe(false);
    expect(isComplete("reopen", { ...NOTHING_WRITTEN, reason: "  " })).toBe(false);
    expect(isComplete("reopen", { ...NOTHING_WRITTEN, reason: "还在" })).toBe(true);
    expect(isComplete("whistle", { ...NOTHING_WRITTEN, until: "2026-11-27T12:00", note: "x" })).toBe(false);
  });
});

describe("bodyOf", () => {
  it("says only what it is asked with", () => {
    expect(bodyOf("close", { ...NOTHING_WRITTEN, note: "查过", reason: "left over" })).toEqual({ note: "查过" });
    expect(bodyOf("reject", { ...NOTHING_WRITTEN, code: "test" })).toEqual({ reason: "test" });
  });

  it("gives a local time as a moment", () => {
    const { until } = bodyOf("pause", { ...NOTHING_WRITTEN, reason: "x", until: "2026-11-27T12:00" });
    expect(Date.parse(until!)).toBe(new Date(2026, 10, 27, 12).getTime());
  });
});
