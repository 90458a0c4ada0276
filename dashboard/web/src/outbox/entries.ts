import type { Action, ActionBody, Answer, Report, State, TimelineEntry } from "../api/client";

export interface Act {
  deed: "act";
  ticket: string;
  /** As people know it. */
  number: string;
  title: string;
  action: Action;
  said: Partial<ActionBody>;
}

export interface Sighting {
  deed: "report";
  report: Report;
}

/** Why the server will never take it; `state` and `holder` are the ticket's then, where they were told. */
export interface Refusal {
  status: number;
  state: State | null;
  holder: string | null;
}

/** Something that somebody did, kept until the server has it. */
export interface Entry {
  /** The server does it once, however often it is sent with this. */
  id: string;
  /** They are sent in this order. */
  order: number;
  by: string;
  /** Server time, milliseconds. */
  at: number;
  what: Act | Sighting;
  refusal: Refusal | null;
}

export type Fate =
  /** The server has it. */
  | "done"
  /** The line, the server or the hour is bad: it, and all after it, are sent later. */
  | "later"
  /** The server fails on this one: it is tried again, and what is about other tickets goes first. */
  | "failing"
  | "signIn"
  /** The ticket does not allow it: perhaps because it stands already. */
  | "check"
  | "refused";

const LINE = [408, 425, 429, 502, 503, 504];

export function fateOf({ what }: Pick<Entry, "what">, answer: Answer<unknown>): Fate {
  if (answer.ok) return "done";
  const { status } = answer;
  if (status === null || LINE.includes(status)) return "later";
  if (status === 401) return "signIn";
  if (status >= 500) return "failing";
  return status === 409 && what.deed === "act" ? "check" : "refused";
}

const subjectOf = ({ what, id }: Entry): string => (what.deed === "act" ? what.ticket : id);

/** What is to be sent next of what somebody did: in order; of a ticket that fails nothing overtakes. */
export function nextOf(entries: readonly Entry[], by: string, failing: ReadonlySet<string>): Entry | null {
  return waitingOf(entries, by).find((entry) => !failing.has(subjectOf(entry))) ?? null;
}

export const withFailing = (failing: ReadonlySet<string>, entry: Entry): Set<string> => new Set([...failing, subjectOf(entry)]);

export const waitingOf = (entries: readonly Entry[], by: string): Entry[] =>
  entries.filter((entry) => entry.by === by && entry.refusal === null).sort((a, b) => a.order - b.order);

export const refusedOf = (entries: readonly Entry[], by: string): Entry[] =>
  entries.filter((entry) => entry.by === by && entry.refusal !== null).sort((a, b) => a.order - b.order);

/** What was done to tickets. */
export const actsOf = (entries: readonly Entry[]): Act[] => entries.flatMap(({ what }) => (what.deed === "act" ? [what] : []));

const LETTERS: readonly string[] = ["whistle", "check_in", "report_back", "grade", "withdraw"];

/** Whether what was refused stands already by the same hand, such as from another phone: then it is no failure. */
export function stands(by: string, act: Act, id: string, timeline: readonly TimelineEntry[]): boolean {
  if (timeline.some(({ detail }) => detail["id"] === id)) return true;
  const ofLetter = LETTERS.includes(act.action);
  const last = timeline.findLast((entry) => (ofLetter ? isOf(act.said.letter, entry) : entry.from_state !== entry.to_state));
  return last !== undefined && last.action === act.action && last.actor === by;
}

const isOf = (letter: string | null | undefined, { action, detail }: TimelineEntry): boolean =>
  LETTERS.includes(action) && (action === "whistle" || detail["letter"] === letter);
