import type { LocationQuery } from "vue-router";
import { dateOf } from "../i18n/zone";
import { beginOf, endOf } from "../tickets/filters";

export const SPANS = [7, 30, 90] as const;
const USUAL = 30;
const DAY_MS = 86_400_000;
/** More days than so many are told by the week. */
const MANY_DAYS = 35;

/** What is asked about: whole days on the site's clocks, in an area and all below it. */
export interface Scope {
  /** Of the last so many days; null where the days were chosen. */
  days: number | null;
  first: string;
  last: string;
  from: string;
  to: string;
  area: string | null;
}

const isDay = (value: unknown): value is string => typeof value === "string" && !Number.isNaN(Date.parse(`${value}T00:00`));

/** What an address asks about; the last thirty days unless it says otherwise. */
export function scopeOf(query: LocationQuery, now: number): Scope {
  const { first, last, days, area } = query;
  const own = isDay(first) && isDay(last) && first <= last;
  const count = SPANS.find((span) => String(span) === days) ?? USUAL;
  const [begin, end] = own ? [first, last] : [dayBefore(now, count - 1), dayBefore(now, 0)];
  return {
    days: own ? null : count,
    first: begin,
    last: end,
    from: beginOf(begin),
    to: endOf(end),
    area: typeof area === "string" && area !== "" ? area : null,
  };
}

function dayBefore(now: number, days: number): string {
  return new Date(Date.parse(dateOf(now)) - days * DAY_MS).toISOString().slice(0, 10);
}

/** The address of a scope, to be sent on. */
export function queryOf({ days, first, last, area }: Pick<Scope, "days" | "first" | "last" | "area">): Record<string, string> {
  return { ...(days === null ? { first, last } : { days: String(days) }), ...(area === null ? {} : { area }) };
}

export const stepOf = ({ from, to }: Pick<Scope, "from" | "to">): "day" | "week" =>
  Date.parse(to) - Date.parse(from) > MANY_DAYS * DAY_MS ? "week" : "day";
