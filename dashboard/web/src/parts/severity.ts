import type { Point, Severity } from "../api/client";

/** The most severe first. */
export const SEVERITIES = ["critical", "major", "minor"] as const satisfies readonly Severity[];

export const SIGNS: Record<Severity, string> = { critical: "▲", major: "◆", minor: "●" };

/** More than so many overdue ones no list shows. */
const MOST_LATE = 50;

/** Those that are overdue: the gravest first, of these the latest. */
export function lateOf(points: Iterable<Point>, now: number): Point[] {
  const late: Late[] = [];
  for (const point of points) {
    const due = Date.parse(point.due);
    if (due < now) insert(late, SEVERITIES.indexOf(point.severity), due, point);
  }
  return late.map(({ point }) => point);
}

interface Late {
  rank: number;
  due: number;
  point: Point;
}

/** In its place among the first ones: to sort thousands each second leaves the browser much to collect. */
function insert(late: Late[], rank: number, due: number, point: Point): void {
  let place = late.length;
  while (place > 0 && (late[place - 1]!.rank - rank || late[place - 1]!.due - due) > 0) place--;
  if (place === MOST_LATE) return;
  late.splice(place, 0, { rank, due, point });
  if (late.length > MOST_LATE) late.pop();
}
