import type { Evidence, Ticket } from "../api/client";

const FRESH_MS = 30_000;
const REPLAYED_MS = 10 * 60_000;
const ROLES: readonly Evidence["role"][] = ["best", "first", "photo"];

/** The one picture that shows the matter best. */
export function pictureOf(ticket: Ticket): Evidence | null {
  for (const role of ROLES) {
    const found = ticket.evidence.findLast((evidence) => evidence.role === role);
    if (found !== undefined) return found;
  }
  return null;
}

/** Just opened and of now: an event replayed from an edge's journal is news to us but not to the street. */
export function isFresh(ticket: Ticket, now: number): boolean {
  const opened = Date.parse(ticket.opened_at);
  const happened = Math.max(Date.parse(ticket.began_at), ...ticket.evidence.map((evidence) => Date.parse(evidence.at)));
  return now - opened < FRESH_MS && opened - happened < REPLAYED_MS;
}

/** Critical, and nobody of the staff has shown yet that they have seen it. */
export const isAlarm = (ticket: Ticket): boolean =>
  ticket.severity === "critical" && ticket.acknowledged_by === null && ticket.ended_at === null;

/** The ticket to show large: the newest alarm, until somebody acknowledges it; else, for its first moments, the newest
 *  that has a picture or an explanation, as a sensor's has. Else none: nothing needs to be looked at.
 */
export function focusOf(tickets: readonly Ticket[], now: number): Ticket | null {
  const fresh = tickets.filter(
    (ticket) => (pictureOf(ticket) !== null || ticket.explanation !== null) && isFresh(ticket, now),
  );
  return newestOf(tickets.filter(isAlarm)) ?? newestOf(fresh);
}

const newestOf = (tickets: readonly Ticket[]): Ticket | null =>
  tickets.toSorted((a, b) => Date.parse(b.opened_at) - Date.parse(a.opened_at))[0] ?? null;
