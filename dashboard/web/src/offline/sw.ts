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
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/api/evidence/"), // its content never changes
  new CacheFirst({ cacheName: PICTURES, plugins: [{ cacheDidUpdate: trim }] }),
);
