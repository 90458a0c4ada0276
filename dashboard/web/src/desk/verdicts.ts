import type { Action, ActionBody, Ticket } from "../api/client";

/** Why an automatic ticket is turned down, in the order of the keys 1 to 8. */
export const REASONS = [
  "reflection",
  "wrong_zone",
  "legal_stop",
  "wrong_class",
  "duplicate",
  "already_handled",
  "test",
  "other",
] as const;

export interface Step {
  action: Action;
  said: Partial<ActionBody>;
  /** What takes it back. */
  undo: readonly Step[];
}

/** What a dispatcher decides of a candidate. */
export interface Verdict {
  name: "confirm" | "reject" | "merge" | "assign" | "whistle";
  steps: readonly Step[];
}

/** So long a verdict can be taken back by one key. */
export const UNDO_MS = 10_000;

const step = (action: Action, said: Partial<ActionBody> = {}, undo: readonly Step[] = []): Step => ({ action, said, undo });

const sendOut = (said: Partial<ActionBody>, reason: string): Step => step("confirm", said, [step("recall", { reason })]);

/** `reason` is what the audit log says of taking it back. */
export const confirm = (reason: string): Verdict => ({ name: "confirm", steps: [sendOut({}, reason)] });

export const assign = (assignee: string, reason: string): Verdict => ({ name: "assign", steps: [sendOut({ assignee }, reason)] });

export const reject = (why: (typeof REASONS)[number], reason: string): Verdict => ({
  name: "reject",
  steps: [step("reject", { reason: why }, [step("reopen", { reason })])],
});

export const merge = (into: string, reason: string): Verdict => ({
  name: "merge",
  steps: [step("merge", { into }, [step("unmerge", { reason })])],
});

export interface Whistle {
  departments: string[];
  until: string;
  note: string;
}

/** It goes out, and the departments are called to it. */
export const whistle = (called: Whistle, reason: string): Verdict => ({
  name: "whistle",
  steps: [
    sendOut({}, reason),
    step("whistle", called, called.departments.map((letter) => step("withdraw", { letter, reason }))),
  ],
});

export type Command = "confirm" | "merge" | "assign" | "whistle" | "next" | "undo" | "again" | "full" | { reject: (typeof REASONS)[number] };

const KEYS: Record<string, Command> = {
  Enter: "confirm",
  m: "merge",
  a: "assign",
  w: "whistle",
  n: "next",
  z: "undo",
  r: "again",
  v: "full",
  ...Object.fromEntries(REASONS.map((reason, index) => [`${index + 1}`, { reject: reason }])),
};

/** What a key asks for; null where it is meant for something else. */
export function commandOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat" | "target">): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const isIn = (selector: string): boolean => (event.target as Partial<Element> | null)?.closest?.(selector) != null;
  // What takes letters keeps them; a button that has the focus takes Enter for itself.
  if (isIn("input, textarea, select, dialog") || (event.key === "Enter" && isIn("button, a"))) return null;
  return KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/** Whether a candidate can be put off for another: there is one that nobody else has. */
export const hasOther = (queue: readonly { id: string; held_by: string | null }[], mine: Pick<Ticket, "id">): boolean =>
  queue.some(({ id, held_by }) => id !== mine.id && held_by === null);
