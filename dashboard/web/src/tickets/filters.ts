import type { LocationQuery } from "vue-router";
import type { TicketFilters } from "../api/client";
import { dateOf, momentOf } from "../i18n/zone";

export type Filters = Omit<TicketFilters, "limit" | "cursor">;

const WRITTEN = ["q", "kind", "state", "severity", "area", "overdue", "from", "to"] as const;

/** What the form has no field for: links from elsewhere ask for it, and it is shown beside the form. */
export const UNWRITTEN = [
  "site", "device", "zone", "holder", "grid", "department", "class", "weekday", "hour", "cell", "missed", "missed_by",
  "due_from", "due_to", "genuine", "confirmed", "recurrent", "reopened", "solved",
] as const;

const NAMES = [...WRITTEN, ...UNWRITTEN];

/** The filters that an address names; what is no filter of ours is left out. */
export function filtersOf(query: LocationQuery): Filters {
  const given = NAMES.flatMap((name) => {
    const value = query[name];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given) as Filters;
}

/** Those of some filters that the form has no field for. */
export const unwritten = (filters: Filters): Filters =>
  Object.fromEntries(UNWRITTEN.flatMap((name) => (filters[name] == null ? [] : [[name, filters[name]]])));

const HOUR_MS = 3_600_000;

/** The moment at which a day begins on the site's clocks. */
export const beginOf = (day: string): string => new Date(momentOf(`${day}T00:00`)).toISOString();

/** The moment at which a day is over: the next one may be an hour shorter or longer. */
export const endOf = (day: string): string => beginOf(dateOf(momentOf(`${day}T00:00`) + 36 * HOUR_MS));

/** The day of a moment, as a date field shows it; `last` of the one before which a period ends. */
export const dayOf = (moment: string | null | undefined, last = false): string =>
  moment ? dateOf(Date.parse(moment) - (last ? 1 : 0)) : "";

export function exportUrl(format: "csv" | "xlsx", filters: Filters, language: string): string {
  const query = new URLSearchParams({ ...(filters as Record<string, string>), language });
  return `/api/tickets.${format}?${query}`;
}
