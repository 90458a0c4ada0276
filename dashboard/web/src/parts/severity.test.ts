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

  it("gives the first of very many", () => {
    const many = Array.from({ length: 500 }, (_, n) => due(`${n}`, n % 2 === 0 ? "minor" : "major", 1 + ((n * 7919) % 500)));
    const sorted = [...many].sort((a, b) => Number(a.severity === "minor") - Number(b.severity === "minor") || (a.due < b.due ? -1 : 1));
    expect(lateOf(many, NOON)).toEqual(sorted.slice(0, 50));
  });
});
