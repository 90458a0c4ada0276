import { describe, expect, it } from "vitest";
import type { Point } from "../api/client";
import { pointOf } from "../live/situation";
import { iso, NOON, ticketOf } from "../testing/samples";
import { lateOf } from "./severity";

describe("lateOf", () => {
  const due = (id: string, severity: Point["severity"], ago: number): Point => ({
    ...pointOf(ticketOf({ id, severity })),
    due: iso(NOON - ago),
  });

  it("gives the gravest of what is overdue first, of these the latest", () => {
    const points = [due("minor", "minor", 9), due("late", "major", 2), due("later", "major", 5), due("in time", "critical", 0)];
    expect(lateOf(points, NOON).map(({ id }) => id)).toEqual(["later", "late", "minor"]);
    expect(lateOf([], NOON)).toEqual([]);
  });
});
