import type { Role } from "../api/client";

export interface Page {
  name: string;
  path: string;
  /** Whose page it is beside an admin's; null: everybody's who is signed in. */
  roles: readonly Role[] | null;
  /** How large things are on it: see tokens.css. */
  screen: "wall" | "office" | "phone";
}

const OFFICE: readonly Role[] = ["dispatcher", "supervisor", "operator"];

export const PAGES = {
  wall: { name: "wall", path: "/wall", roles: null, screen: "wall" },
  desk: { name: "desk", path: "/desk", roles: ["dispatcher"], screen: "office" },
  tickets: { name: "tickets", path: "/tickets", roles: OFFICE, screen: "office" },
  worker: { name: "worker", path: "/worker", roles: ["worker", "department"], screen: "phone" },
  report: { name: "report", path: "/report", roles: null, screen: "phone" },
  insight: { name: "insight", path: "/insight", roles: OFFICE, screen: "office" },
  install: { name: "install", path: "/install", roles: ["installer"], screen: "office" },
} as const satisfies Record<string, Page>;

export type PageName = keyof typeof PAGES;

export function mayOpen(page: Page, role: Role): boolean {
  return page.roles === null || role === "admin" || page.roles.includes(role);
}

/** The pages that somebody may open, in the order of the day. */
export const pagesOf = (role: Role): Page[] => Object.values<Page>(PAGES).filter((page) => mayOpen(page, role));

const HOMES: Partial<Record<Role, PageName>> = { dispatcher: "desk", supervisor: "insight", installer: "install", worker: "worker", department: "worker" };

/** Where somebody's work is. */
export const homeOf = (role: Role): Page => PAGES[HOMES[role] ?? "wall"];
