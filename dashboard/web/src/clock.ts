import type { Ticket } from "./api/client";

export type Clock = keyof Ticket["due"];

export interface Sla {
  clock: Clock;
  /** What is left of the time allowed, from 1 down to 0. */
  share: number;
  /** Below zero when the time has run out. */
  leftMs: number;
}

export type Unit = "second" | "minute" | "hour" | "day";

export interface Span {
  unit: Unit;
  count: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on hours say less than days do. */
const MANY_HOURS = 48 * HOUR;

type Timed = Pick<Ticket, "opened_at" | "accepted_at" | "handled_at" | "ended_at" | "due">;

/** By what was done, as the server counts, and not by the state: a first acceptance stands when a ticket is reopened. */
export function nextClock({ accepted_at, handled_at, ended_at }: Omit<Timed, "opened_at" | "due">): Clock | null {
  if (ended_at !== null) return null;
  if (accepted_at === null) return "accept";
  return handled_at === null ? "handle" : "close";
}

/** The clock that a ticket has to meet next; all of them run from receipt. */
export function slaOf(ticket: Timed, now: number): Sla | null {
  const clock = nextClock(ticket);
  if (clock === null) return null;
  return slaUntil(clock, ticket.opened_at, ticket.due[clock], now);
}

export function slaUntil(clock: Clock, openedAt: string, dueAt: string, now: number): Sla {
  const due = Date.parse(dueAt);
  const allowed = due - Date.parse(openedAt);
  const leftMs = due - now;
  const share = allowed > 0 ? Math.min(1, Math.max(0, leftMs / allowed)) : 0;
  return { clock, share, leftMs };
}

/** The largest unit that says enough: "41 s", "8 min", "26 h", "3 d". */
export function spanOf(ms: number): Span {
  const positive = Math.max(0, ms);
  if (positive < MINUTE) return { unit: "second", count: Math.floor(positive / SECOND) };
  if (positive < HOUR) return { unit: "minute", count: Math.floor(positive / MINUTE) };
  if (positive < MANY_HOURS) return { unit: "hour", count: Math.floor(positive / HOUR) };
  return { unit: "day", count: Math.floor(positive / DAY) };
}

/** "1:52", or null where one unit says more: "0:01" might be a second. */
export function hoursMinutes(ms: number): string | null {
  const minutes = Math.floor(Math.abs(ms) / MINUTE);
  if (minutes < 60 || minutes * MINUTE >= MANY_HOURS) return null;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The one or two largest parts of a duration: 372 s is 6 min 12 s. */
export function partsOf(seconds: number): Span[] {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const parts: Span[] = [
    { unit: "hour", count: hours },
    { unit: "minute", count: Math.floor((whole % 3600) / 60) },
    { unit: "second", count: hours > 0 ? 0 : whole % 60 },
  ];
  const some = parts.filter((part) => part.count > 0);
  return some.length > 0 ? some : [{ unit: "second", count: 0 }];
}
