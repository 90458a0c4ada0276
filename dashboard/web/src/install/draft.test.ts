import { describe, expect, it } from "vitest";
import type { RuleKind, Watched } from "../api/client";
import { asKind, faultsOf, freeId, isOneWay, isSame, newZone, pointsOf, shapeOf, titleOf, withoutZone, withPoints, zoneOf } from "./draft";

const FIRE = { kind: "fire", for: 4 };
const DRAFT: Watched = {
  zones: [
    { id: "kerb", name: "东侧路缘", polygon: [[0, 0], [1, 0], [1, 1]], rules: [FIRE] },
    { id: "zone-1", name: "", polygon: [[0, 0], [1, 0], [1, 1]], rules: [FIRE] },
  ],
  rules: [],
};

describe("a draft", () => {
  it("gives a new zone an id that is free and a rule", () => {
    const zone = newZone(DRAFT, "新区域", FIRE, "polygon", [[0, 0], [1, 0], [0, 1]]);
    expect([zone.id, titleOf(zone), zone.rules, zone.polygon]).toEqual(["zone-2", "新区域", [FIRE], [[0, 0], [1, 0], [0, 1]]]);
    expect([freeId([], "zone"), freeId(DRAFT.zones, "line")]).toEqual(["zone-1", "line-1"]);
  });

  it("keeps a line a line, and finds what is wrong with it", () => {
    const line = newZone(DRAFT, "北门", { kind: "wrong_way" }, "line", [[0, 0.5], [1, 0.5]]);
    const draft = { ...DRAFT, zones: [...DRAFT.zones, line] };
    expect([shapeOf(line), line.polygon, isOneWay(line), faultsOf(draft)]).toEqual(["line", undefined, true, []]);
    const turned = withPoints(draft, line.id, pointsOf(line).toReversed());
    expect(zoneOf(turned, line.id)?.line).toEqual([[1, 0.5], [0, 0.5]]);
    expect(faultsOf(withPoints(draft, line.id, [[0, 0.5], [0, 0.5]]))).toEqual([{ zone: line.id, what: "crossing" }]);
    expect(isOneWay({ ...line, rules: [{ kind: "intrusion" }] })).toBe(false);
  });

  it("takes a zone as the server shows it, which has no line", () => {
    const shown = { ...DRAFT.zones[0]!, line: null };
    expect([shapeOf(shown), pointsOf(shown)]).toEqual(["polygon", DRAFT.zones[0]!.polygon]);
    expect(isOneWay({ ...shown, rules: [{ kind: "wrong_way" }] })).toBe(false);
  });

  it("changes one zone and leaves the others as they are", () => {
    const changed = withPoints(DRAFT, "kerb", [[0, 0], [0.5, 0], [0.5, 0.5]]);
    expect(zoneOf(changed, "kerb")?.polygon?.[1]).toEqual([0.5, 0]);
    expect(zoneOf(changed, "zone-1")).toBe(DRAFT.zones[1]);
    expect(isSame(DRAFT, changed)).toBe(false);
    expect(withoutZone(changed, "kerb").zones).toEqual([DRAFT.zones[1]]);
  });

  it("names what the server would refuse", () => {
    const crossing = withPoints(DRAFT, "kerb", [[0, 0], [1, 1], [1, 0], [0, 1]]);
    const bad = { ...crossing, zones: [...crossing.zones, { ...DRAFT.zones[1]!, rules: [] }] };
    expect(faultsOf(DRAFT)).toEqual([]);
    expect(faultsOf(bad)).toEqual([
      { zone: "kerb", what: "crossing" },
      { zone: "zone-1", what: "twin" },
      { zone: "zone-1", what: "ruleless" },
      { zone: "zone-1", what: "twin" },
    ]);
  });

  it("keeps of a rule what means the same to another kind", () => {
    const fields = [
      { name: "hours", shape: "hours" as const }, { name: "for", shape: "duration" as const }, { name: "objects", shape: "labels" as const },
    ].map((one) => ({ ...one, optional: false, least: null, over: false, most: null }));
    const smoke: RuleKind = { kind: "smoke", device: "camera", severity: "critical", about: "", fields, usual: { kind: "smoke", for: 5, objects: ["a"] } };
    expect(asKind({ kind: "fire", for: 9, hours: "07:00-08:00", objects: ["b"] }, smoke)).toEqual({
      kind: "smoke", for: 9, hours: "07:00-08:00", objects: ["a"],
    });
  });
});
