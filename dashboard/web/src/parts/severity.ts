import type { Severity, Ticket } from "../api/client";
import { isLate } from "../clock";

/** The most severe first. */
export const SEVERITIES = ["critical", "major", "minor"] as const satisfies readonly Severity[];

export const SIGNS: Record<Severity, string> = { critical: "▲", major: "◆", minor: "●" };

export function worstLate(tickets: readonly Ticket[], now: number): Severity | null {
  const late = new Set(tickets.filter((ticket) => isLate(ticket, now)).map((ticket) => ticket.severity));
  return SEVERITIES.find((severity) => late.has(severity)) ?? null;
}
