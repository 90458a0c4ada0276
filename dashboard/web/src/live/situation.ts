import type { Area, Counts, Device, Point, Ticket, Wall } from "../api/client";
import { nextClock } from "../clock";
import { isAlarm } from "../parts/focus";
import { SEVERITIES } from "../parts/severity";

/** What is known of the street: the server's last word, and what has changed since. */
export interface Situation {
  wall: Wall | null;
  /** Every open ticket by its id; null until they were read. */
  points: ReadonlyMap<string, Point> | null;
  /** Whether there are more than the server gives. */
  isCut: boolean;
}

export const NOTHING_KNOWN: Situation = { wall: null, points: null, isCut: false };

const SHOWN = 100;
/** So many the server gives at most. */
const MOST_POINTS = 20_000;

const isOpen = (ticket: Ticket): boolean => ticket.ended_at === null;

/** As the server sorts them: what nobody has seen to, then the gravest, of these the newest. */
const byRank = (a: Ticket, b: Ticket): number =>
  Number(isAlarm(b)) - Number(isAlarm(a)) ||
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || Date.parse(b.opened_at) - Date.parse(a.opened_at);

export function pointOf(ticket: Ticket): Point {
  const { id, kind, state, severity, position, opened_at, due } = ticket;
  const next = nextClock(ticket) ?? "close";
  return { id, kind, state, severity, area: ticket.area?.code ?? null, position, opened_at, due: due[next] };
}

export const pointsOf = (read: readonly Point[]): Pick<Situation, "points" | "isCut"> => ({
  points: new Map(read.map((point) => [point.id, point])),
  isCut: read.length >= MOST_POINTS,
});

/** A ticket as it is now; null where it is not to be shown here (any more). */
export function withTicket(situation: Situation, id: string, ticket: Ticket | null): Situation {
  const { wall, points } = situation;
  const shown = ticket !== null && isOpen(ticket) ? ticket : null;
  return {
    ...situation,
    wall: wall && { ...wall, tickets: withRow(wall.tickets, id, shown) },
    points: points && withPoint(points, id, shown),
  };
}

function withRow(tickets: readonly Ticket[], id: string, ticket: Ticket | null): Ticket[] {
  const others = tickets.filter((other) => other.id !== id);
  return ticket === null ? others : [...others, ticket].sort(byRank).slice(0, SHOWN);
}

function withPoint(points: ReadonlyMap<string, Point>, id: string, ticket: Ticket | null): ReadonlyMap<string, Point> {
  const changed = new Map(points);
  if (ticket === null) changed.delete(id);
  else changed.set(id, pointOf(ticket));
  return changed;
}

/** A device as it is now; null where it is not to be shown here. */
export function withDevice(situation: Situation, name: string, device: Device | null): Situation {
  const { wall } = situation;
  if (wall === null) return situation;
  const known = wall.devices.some((other) => nameOf(other) === name);
  const devices = device === null
    ? wall.devices.filter((other) => nameOf(other) !== name)
    : known
      ? wall.devices.map((other) => (nameOf(other) === name ? device : other))
      : [...wall.devices, device];
  return { ...situation, wall: { ...wall, devices } };
}

export const nameOf = (device: Pick<Device, "site" | "id">): string => `${device.site}/${device.id}`;

/** Counted here, so that it says the same as the map and changes with it; as the server counted, where not all is there. */
export function countsOf(situation: Situation, now: number): Counts | null {
  const { wall, points, isCut } = situation;
  if (points === null || isCut) return wall?.counts ?? null;
  const counts: Counts = { open: points.size, overdue: 0, by_severity: {}, by_state: {} };
  for (const point of points.values()) {
    if (Date.parse(point.due) < now) counts.overdue++;
    counts.by_severity[point.severity] = (counts.by_severity[point.severity] ?? 0) + 1;
    counts.by_state[point.state] = (counts.by_state[point.state] ?? 0) + 1;
  }
  return counts;
}

/** An area's code, those of all above it, and of what it was merged into. */
export function pathOf(areas: ReadonlyMap<string, Area>, code: string | null): string[] {
  const path: string[] = [];
  for (let at = code; at !== null && !path.includes(at); ) {
    path.push(at);
    const area = areas.get(at);
    at = area?.merged_into ?? area?.parent ?? null;
  }
  return path;
}
