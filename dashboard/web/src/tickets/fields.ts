import type { Action, ActionBody } from "../api/client";
import { momentOf } from "../i18n/zone";

export type Field = "reason" | "note" | "assignee" | "until" | "severity" | "departments" | "letter" | "grade" | "into" | "photos" | "code";

/** What an action is asked with; what it must have comes first, and a trailing "?" marks what may be left out. */
const FIELDS: Record<Action, readonly (Field | `${Field}?`)[]> = {
  confirm: ["note?"],
  reject: ["code", "note?"],
  merge: ["into", "note?"],
  unmerge: ["reason"],
  recall: ["reason"],
  accept: [],
  return: ["reason"],
  handle: ["note?", "photos?"],
  close: ["note?"],
  reopen: ["reason"],
  assign: ["assignee", "note?"],
  pause: ["reason", "until"],
  resume: [],
  regrade: ["severity", "reason"],
  escalate: ["reason"],
  whistle: ["departments", "until", "note"],
  check_in: ["letter"],
  report_back: ["letter", "note", "photos?"],
  grade: ["letter", "grade", "note?"],
  withdraw: ["letter", "reason"],
  acknowledge: [],
  comment: ["note", "photos?"],
};

export interface Asked {
  field: Field;
  required: boolean;
}

export const fieldsOf = (action: Action): Asked[] =>
  FIELDS[action].map((name) => ({ field: name.replace("?", "") as Field, required: !name.endsWith("?") }));

/** What a form holds before anything is written in it. */
export interface Written {
  reason: string;
  note: string;
  assignee: string;
  until: string;
  severity: string;
  departments: string[];
  letter: string;
  grade: string;
  photos: string[];
  code: string;
  /** The id that a number was found to be of. */
  into: string;
}

export const NOTHING_WRITTEN: Written = {
  reason: "", note: "", assignee: "", until: "", severity: "", departments: [], letter: "", grade: "", photos: [], code: "", into: "",
};

export function isComplete(action: Action, written: Written): boolean {
  return fieldsOf(action).every(({ field, required }) => !required || String(written[field]).trim() !== "");
}

/** The body of an action: only what it is asked with. */
export function bodyOf(action: Action, written: Written): Partial<ActionBody> {
  const said = fieldsOf(action).flatMap(({ field }): [string, unknown][] => {
    const value = written[field];
    if (String(value).trim() === "") return [];
    if (field === "code") return [["reason", value]];
    if (field === "until") return [[field, new Date(momentOf(String(value))).toISOString()]];
    return [[field, value]];
  });
  return Object.fromEntries(said) as Partial<ActionBody>;
}

/** The order in which they are offered: what moves the ticket on comes first, what is seldom last. */
export const ORDER: readonly Action[] = [
  "confirm", "accept", "handle", "close", "check_in", "report_back", "grade", "acknowledge", "assign", "escalate", "whistle",
  "reject", "merge", "recall", "return", "reopen", "unmerge", "pause", "resume", "regrade", "withdraw", "comment",
];
