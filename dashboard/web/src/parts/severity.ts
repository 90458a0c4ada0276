import type { Point, Severity } from "../api/client";

/** The most severe first. */
export const SEVERITIES = ["critical", "major", "minor"] as const satisfies readonly Severity[];

export const SIGNS: Record<Severity, string> = { critical: "▲", major: "◆", minor: "●" };

/** Those that are overdue: the gravest first, of these the latest. */
export const lateOf = (points: Iterable<Point>, now: number): Point[] =>
  [...points]
    .map((point) => ({ point, rank: SEVERITIES.indexOf(point.severity), due: Date.parse(point.due) }))
    .filter(({ due }) => due < now)
    .sort((a, b) => a.rank - b.rank || a.due - b.due)
    .map(({ point }) => point);
