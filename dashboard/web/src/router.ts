import { shallowRef } from "vue";
import { createRouter, createWebHistory, START_LOCATION, type RouteLocationNormalized, type Router } from "vue-router";
import { homeOf, PAGES, type Page } from "./frame/pages";
import { isStranger, me, recall } from "./people/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Null: for whoever comes along. */
    page: Page | null;
    screen: Page["screen"];
  }
}

const of = (page: Page) => ({ page, screen: page.screen });
const forAnybody = (screen: Page["screen"]) => ({ page: null, screen });

export const router: Router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", name: "home", component: { render: () => null }, meta: { page: PAGES.wall, screen: "office" } },
    { path: "/login", name: "login", component: () => import("./people/SignIn.vue"), meta: forAnybody("office") },
    {
      path: PAGES.wall.path,
      component: () => import("./wall/WallScreen.vue"),
      props: ({ query }) => ({ area: query["area"] ?? null }),
      meta: of(PAGES.wall),
    },
    { path: PAGES.desk.path, component: () => import("./desk/DeskScreen.vue"), meta: of(PAGES.desk) },
    { path: PAGES.tickets.path, component: () => import("./tickets/SearchScreen.vue"), meta: of(PAGES.tickets) },
    {
      path: `${PAGES.tickets.path}/:id`,
      name: "ticket",
      component: () => import("./tickets/TicketScreen.vue"),
      props: true,
      meta: { page: { ...PAGES.tickets, roles: null }, screen: "office" },
    },
    { path: PAGES.worker.path, component: () => import("./worker/WorkerScreen.vue"), meta: of(PAGES.worker) },
    { path: PAGES.report.path, component: () => import("./report/ReportScreen.vue"), meta: forAnybody("phone") },
    {
      path: `${PAGES.report.path}/:token`,
      component: () => import("./report/FollowScreen.vue"),
      props: true,
      meta: forAnybody("phone"),
    },
    { path: PAGES.insight.path, component: () => import("./insight/InsightScreen.vue"), meta: of(PAGES.insight) },
    {
      path: PAGES.install.path,
      component: () => import("./install/InstallScreen.vue"),
      props: ({ query }) => ({ device: query["device"] ?? null }),
      meta: of(PAGES.install),
    },
    { path: "/:path(.*)", component: () => import("./frame/NotFound.vue"), meta: forAnybody("office") },
  ],
});

router.beforeEach(async (to) => {
  document.documentElement.dataset["screen"] = to.meta.screen;
  if (to.meta.page === null || (me.value !== null && to.name !== "home")) return true;
  if (to.meta.screen === "phone" && recall()) return true; // the first thing it reads tells whether they still are
  if (await isStranger()) return toSignIn(to);
  return to.name === "home" ? homeOf(me.value?.role ?? "operator").path : true;
});

/** The page that could not be opened, or not all of it. */
export const unopened = shallowRef<string | null>(null);

const PATIENCE_MS = 8_000;

const isThere = (path: string): Promise<boolean> =>
  fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).then(({ ok }) => ok, () => false);

/** After an upgrade the files that this page names are gone: loaded anew it names others. Once only: what just came is not loaded again. */
router.onError(async (_, to, from) => {
  if (from !== START_LOCATION && (await isThere(to.fullPath))) window.location.assign(to.fullPath);
  else unopened.value = to.fullPath;
});
/** A part that its page loads only when it is wanted, such as a map. */
window.addEventListener("vite:preloadError", () => (unopened.value = router.currentRoute.value.fullPath));
router.afterEach((_to, _from, failure) => {
  if (!failure) unopened.value = null;
});

/** Where somebody signs in, to come back to where they wanted to go. */
export function toSignIn(wanted: RouteLocationNormalized) {
  return { name: "login", query: wanted.fullPath === "/" ? {} : { next: wanted.fullPath } };
}
