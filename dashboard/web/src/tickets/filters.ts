import type { LocationQuery } from "vue-router";
import type { TicketFilters } from "../api/client";

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

const HALF_DAY_MS = 43_200_000;

/** The moment at which a day begins where the reader is. */
export const beginOf = (day: string): string => new Date(`${day}T00:00`).toISOString();

/** The moment at which a day is over: the next one may be an hour shorter or longer. */
export function endOf(day: string): string {
  const next = new Date(Date.parse(`${day}T00:00`) + 3 * HALF_DAY_MS);
  next.setHours(0, 0, 0, 0);
  return next.toISOString();
}

/** The day of a moment, as a date field shows it; `last` of the one before which a period ends. */
export function dayOf(moment: string | null | undefined, last = false): string {
  if (!moment) return "";
  const at = new Date(Date.parse(moment) - (last ? 1 : 0));
  const part = (number: number): string => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${part(at.getMonth() + 1)}-${part(at.getDate())}`;
}

export function exportUrl(format: "csv" | "xlsx", filters: Filters, language: string): string {
  const query = new URLSearchParams({ ...(filters as Record<string, string>), language });
  return `/api/tickets.${format}?${query}`;
}
