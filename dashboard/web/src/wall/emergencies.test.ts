import { describe, expect, it } from "vitest";
import type { Area, Mode } from "../api/client";
import { iso, NOON } from "../testing/samples";
import { emergenciesOf } from "./emergencies";

const modeOf = (kind: string, area: string): Mode => ({
  id: `${kind} ${area}`, kind, area, pace: 2, reason: "", by: "root", began_at: iso(NOON), until: iso(NOON), ended_at: null,
  ended_by: null, ended_reason: "",
});
const named = (code: string, name: string): [string, Area] => [
  code,
  { code, name, level: "grid", parent: null, merged_into: null, polygon: [] },
];

describe("emergenciesOf", () => {
  it("says where each kind holds, once, by its code until the areas are known", () => {
    const modes = [modeOf("flood", "1"), modeOf("fire", "1"), modeOf("flood", "2"), modeOf("flood", "1")];
    expect(emergenciesOf(modes, new Map([named("1", "一网格")]))).toEqual([
      { kind: "flood", places: ["一网格", "2"] },
      { kind: "fire", places: ["一网格"] },
    ]);
    expect(emergenciesOf([], new Map())).toEqual([]);
  });
});
