import type { Device } from "../api/client";

/** As `edge/topics.py` has it. */
export const NAME = /^[a-z0-9-]{1,40}$/;

/** The agents of a site that are known, or only named by its devices. */
export function agentsOf(devices: readonly Device[], site: string): string[] {
  const names = devices.filter((one) => one.site === site).map((one) => (one.kind === "agent" ? one.id : one.agent));
  return [...new Set(names.filter((name) => name !== null))].sort();
}

/** What is typed on the box. */
export function commandOf(origin: string, token: string): string {
  const options = isOpenLine(origin) ? " --insecure" : "";
  return `yihu edge enrol ${origin} ${token}${options}`;
}

/** Whether passwords would travel for all to read: as `yihu edge enrol` has it. */
export function isOpenLine(origin: string = window.location.origin): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "http:" && hostname !== "localhost" && !/^127\./.test(hostname) && hostname !== "[::1]";
}
