import { describe, expect, it } from "vitest";
import type { Role } from "../api/client";
import { homeOf, mayOpen, PAGES, pagesOf } from "./pages";

const ROLES: Role[] = ["operator", "dispatcher", "worker", "department", "supervisor", "installer", "admin"];

describe("pages", () => {
  it("opens the desk to dispatchers and admins only", () => {
    expect(ROLES.filter((role) => mayOpen(PAGES.desk, role))).toEqual(["dispatcher", "admin"]);
  });

  it("opens everything to an admin", () => {
    expect(pagesOf("admin")).toEqual(Object.values(PAGES));
  });

  it.each(ROLES)("sends a %s to a page that is theirs", (role) => {
    expect(pagesOf(role)).toContain(homeOf(role));
  });
});
