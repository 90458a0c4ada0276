/** Opens the phone's pages without a network. It keeps what they load at first, and the pictures that were looked at. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

// The types of service workers and of pages do not go together in one project: what is used of them.
declare const self: {
  __WB_MANIFEST: PrecacheEntry[];
  skipWaiting(): Promise<void>;
  addEventListener(name: "activate", listener: (event: { waitUntil(work: Promise<void>): void }) => void): void;
  clients: { claim(): Promise<void> };
  location: { origin: string };
};

/** Signing out forgets whatever is called yihu-…; to share the name would make two files of this one. */
const PICTURES = "yihu-pictures";
const MOST_PICTURES = 80;

/** Drop the oldest. */
async function trim(): Promise<void> {
  const pictures = await caches.open(PICTURES);
  const kept = await pictures.keys();
  for (const old of kept.slice(0, Math.max(0, kept.length - MOST_PICTURES))) await pictures.delete(old);
}

void self.skipWaiting();
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(new NavigationRoute(createHandlerBoundToURL("/worker"), { allowlist: [/^\/(worker|report)(\/|\?|$)/] }));
/** Its content never changes; but in full only a phone keeps it, which is one person's own. */
const isKept = (path: string, page: string): boolean =>
  path.startsWith("/api/evidence/") && (!path.includes("/full.") || new URL(page || "/", self.location.origin).pathname === "/worker");

registerRoute(
  ({ url, sameOrigin, request }) => sameOrigin && isKept(url.pathname, request.referrer),
  new CacheFirst({ cacheName: PICTURES, plugins: [{ cacheDidUpdate: trim }] }),
);
