import type { Area, Counts, Device, Point, Points, Ticket, Wall } from "../api/client";
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

/** What is read anew and has not changed stays the object that it was: thousands that take each other's place pile up. */
const kept = <T>(known: T | undefined, read: T): T =>
  known !== undefined && JSON.stringify(known) === JSON.stringify(read) ? known : read;

export const pointsOf = (read: Points, known: Situation["points"]): Pick<Situation, "points" | "isCut"> => ({
  points: new Map(read.points.map((point) => [point.id, kept(known?.get(point.id), point)])),
  isCut: !read.are_all,
});

/** By id, as each is now; null where it is not to be shown here (any more). */
export type Changed<T> = ReadonlyMap<string, T | null>;

/** One copy for all that changed, not one for each: thousands are on the map. */
export function withTickets(situation: Situation, changed: Changed<Ticket>): Situation {
  if (changed.size === 0) return situation;
  const { wall, points } = situation;
  const shown = new Map([...changed].map(([id, now]) => [id, now !== null && isOpen(now) ? now : null]));
  return {
    ...situation,
    wall: wall && { ...wall, tickets: withRows(wall.tickets, shown) },
    points: points && withPoints(points, shown),
  };
}

/** A wall that was read with its cameras only; the other devices are known, and their changes told of. */
export function withKnown(read: Wall, { devices, tickets }: Wall): Wall {
  const known = new Map(devices.map((device) => [nameOf(device), device]));
  return {
    ...read,
    tickets: read.tickets.map((ticket) => kept(tickets.find(({ id }) => id === ticket.id), ticket)),
    devices: [
      ...devices.filter(({ kind }) => kind !== "camera"),
      ...read.devices.map((camera) => kept(known.get(nameOf(camera)), camera)),
    ],
  };
}

const isThere = <T>(one: T | null): one is T => one !== null;

const withRows = (tickets: readonly Ticket[], changed: Changed<Ticket>): Ticket[] =>
  [...tickets.filter(({ id }) => !changed.has(id)), ...[...changed.values()].filter(isThere)]
    .sort(byRank)
    .slice(0, SHOWN);

function withPoints(points: ReadonlyMap<string, Point>, changed: Changed<Ticket>): ReadonlyMap<string, Point> {
  const now = new Map(points);
  for (const [id, ticket] of changed) {
    if (ticket === null) now.delete(id);
    else now.set(id, pointOf(ticket));
  }
  return now;
}

/** By name. A known one keeps its place. */
export function withDevices(situation: Situation, changed: Changed<Device>): Situation {
  const { wall } = situation;
  if (wall === null || changed.size === 0) return situation;
  const devices = new Map<string, Device | null>(wall.devices.map((device) => [nameOf(device), device]));
  for (const [name, device] of changed) devices.set(name, device);
  return { ...situation, wall: { ...wall, devices: [...devices.values()].filter(isThere) } };
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
