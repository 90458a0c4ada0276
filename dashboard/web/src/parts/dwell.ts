import type { Ticket } from "../api/client";
import { explanationOf } from "./explanation";

const STATES = ["seen", "alike", "hidden", "unseen", "unknown"] as const;

/** How what is reported stayed where it is: fractions of the time from `begin` to `end` (epoch milliseconds). */
export interface Dwell {
  begin: number;
  end: number;
  spells: { from: number; to: number; state: (typeof STATES)[number] }[];
  /** Where the rule's limit lies, with any grace, if it was reached within this time. */
  limit: number | null;
  limitSeconds: number | null;
}

type Fields = Record<string, unknown>;

function spellOf(value: unknown): { from: number; to: number; state: (typeof STATES)[number] } | null {
  if (typeof value !== "object" || value === null) return null;
  const { from, to, state } = value as Fields;
  const [begin, end] = [Date.parse(String(from)), Date.parse(String(to))];
  const known = STATES.find((one) => one === state);
  return known !== undefined && end >= begin ? { from: begin, to: end, state: known } : null;
}

/** Null where the explanation tells of no dwell. */
export function dwellOf(ticket: Pick<Ticket, "explanation">): Dwell | null {
  const told = (ticket.explanation as Fields | null)?.["dwell"];
  const spells = Array.isArray(told) ? told.map(spellOf).filter((spell) => spell !== null) : [];
  const [begin, end] = [Math.min(...spells.map(({ from }) => from)), Math.max(...spells.map(({ to }) => to))];
  if (!(end > begin)) return null;
  const share = (at: number): number => (at - begin) / (end - begin);
  const { dwell, grace } = explanationOf(ticket);
  const limitSeconds = dwell === null ? null : dwell.limit + grace;
  const limit = limitSeconds === null ? null : share(begin + limitSeconds * 1_000);
  return {
    begin,
    end,
    spells: spells.map(({ from, to, state }) => ({ from: share(from), to: share(to), state })),
    limit: limit !== null && limit <= 1 ? limit : null,
    limitSeconds,
  };
}
