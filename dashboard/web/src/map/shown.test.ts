import { describe, expect, it } from "vitest";
import type { Area, Place, Point } from "../api/client";
import { pointOf } from "../live/situation";
import { cameraOf, iso, NOON, ticketOf } from "../testing/samples";
import { boundsOf, holds, loadsOf, partsOf } from "./shown";

const square = (x: number): Place[] => [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1]];

const area = (code: string, parent: string | null, x = 0, merged_into: string | null = null): [string, Area] => [
  code,
  { code, parent, merged_into, name: code, level: "grid", polygon: square(x) },
];

const TREE = new Map([area("1", null), area("11", "1"), area("12", "1", 5), area("111", "11", 0), area("112", "11", 1)]);
const codesOf = (parts: readonly Area[]): string[] => parts.map((part) => part.code).sort();

describe("partsOf", () => {
  it("shows the lowest areas there are, of a part only its own", () => {
    expect(codesOf(partsOf(TREE, null))).toEqual(["111", "112", "12"]);
    expect(codesOf(partsOf(TREE, "11"))).toEqual(["111", "112"]);
    expect(codesOf(partsOf(TREE, "111"))).toEqual(["111"]);
  });

  it("shows the general grid in place of those that were merged into it", () => {
    const merged = new Map([...TREE, area("111", "11", 0, "119"), area("112", "11", 1, "119"), area("119", "11")]);
    expect(codesOf(partsOf(merged, "11"))).toEqual(["119"]);
  });

  it("shows those above where there are too many to tell apart", () => {
    const many = Array.from({ length: 400 }, (_, n) => area(`11${n + 100}`, "11"));
    expect(codesOf(partsOf(new Map([area("1", null), area("11", "1"), area("12", "1"), ...many]), null))).toEqual(["11", "12"]);
  });

  it("shows nothing of nothing", () => expect(partsOf(new Map(), null)).toEqual([]));
});

describe("loadsOf", () => {
  const point = (id: string, changes: Partial<Point>): Point => ({ ...pointOf(ticketOf({ id })), ...changes });

  it("counts what is open and late, and how many cameras see", () => {
    const points = [
      point("a", { area: "111", severity: "minor", due: iso(NOON - 1) }),
      point("b", { area: "111", severity: "critical" }),
      point("c", { area: "elsewhere" }),
    ];
    const cameras = [
      cameraOf({ position: [0.5, 0.5] }),
      cameraOf({ id: "cam-2", position: [0.2, 0.2], state: "offline" }),
      cameraOf({ id: "cam-3", position: null }),
      cameraOf({ id: "tilt", kind: "sensor", position: [0.5, 0.5] }),
    ];
    const loads = loadsOf(TREE, partsOf(TREE, null), points, cameras, NOON);
    expect(loads.get("111")).toEqual({ open: 2, late: 1, cameras: 2, seeing: 1 });
    expect(loads.get("112")).toEqual({ open: 0, late: 0, cameras: 0, seeing: 0 });
  });

  it("counts what was opened in a merged grid for the general one", () => {
    const merged = new Map([...TREE, area("111", "11", 0, "119"), area("119", "11")]);
    const loads = loadsOf(merged, partsOf(merged, null), [point("a", { area: "111" })], [], NOON);
    expect(loads.get("119")?.open).toBe(1);
  });
});

describe("holds", () => {
  it.each<[Place, boolean]>([[[0.5, 0.5], true], [[1.5, 0.5], false], [[0.5, -0.1], false], [[-1, 0.5], false]])(
    "%s: %s",
    (place, inside) => expect(holds(square(0), place)).toBe(inside),
  );
});

describe("boundsOf", () => {
  it("holds all, and nothing of nothing", () => {
    expect(boundsOf([...square(0), [3, -2]])).toEqual([[0, -2], [3, 1]]);
    expect(boundsOf([])).toBeNull();
  });
});
