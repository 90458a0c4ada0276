import { del } from "idb-keyval";

/** Have a page open without a network from now on; browsers do so over HTTPS and on this machine only. */
export function openOffline(page: "/worker" | "/report"): void {
  if (!import.meta.env.PROD) return;
  navigator.serviceWorker?.register("/sw.js", { scope: page, updateViaCache: "none" }).catch(() => undefined); // goes without
}

/** Forget on a phone what its last user has seen; what they did stays until it is sent. */
export async function forgetSeen(): Promise<void> {
  const kept = (await globalThis.caches?.keys()) ?? []; // there are none over plain HTTP
  const ours = kept.filter((name) => name.startsWith("yihu-"));
  await Promise.allSettled([...ours.map((name) => caches.delete(name)), del("yihu.mine")]);
}
