import type { RouteLocationRaw } from "vue-router";
import type { Filters } from "../tickets/filters";

/** Where the tickets behind a figure are listed. */
export const ticketsAt = (filters: Filters): RouteLocationRaw => ({
  path: "/tickets",
  query: Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, String(value)])),
});
