import type { Rule, RuleField, RuleKind } from "../api/client";

/** A piece of a sentence: words, or a gap that a setting fills (or the zone, or the kind). */
export type Part = { text: string } | { gap: string };

const MARK = /⟦(\w+)⟧/;

/** What a message is told to put into its gaps, so that they can be found again. */
export const marked = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `⟦${name}⟧`]));

/** A sentence with marks in it, as its pieces in their order. */
export const partsOf = (sentence: string): Part[] =>
  sentence
    .split(MARK)
    .map((piece, index) => (index % 2 === 1 ? { gap: piece } : { text: piece }))
    .filter((part) => !("text" in part) || part.text !== "");

/** The sentences that would do for a rule, the most fitting first; "usual" does for one that nobody has words for. */
export function sentencesOf(rule: Rule, { device, kind }: RuleKind): string[] {
  const limit = ["above", "below", "rises_by"].filter((side) => side in rule);
  return [`${device}_${kind}`, ...(device === "sensor" ? limit : []), "usual"];
}

/** What the sentence leaves out and still is a setting of the rule. */
export const unsaid = (parts: readonly Part[], rule: Rule, fields: readonly RuleField[]): RuleField[] =>
  fields.filter(({ name, optional }) => !parts.some((part) => "gap" in part && part.gap === name) && (!optional || name in rule));

export type Unit = "second" | "minute" | "hour";
export const UNITS: Record<Unit, number> = { second: 1, minute: 60, hour: 3600 };

/** The largest unit in which a duration is a whole number. */
export function unitOf(seconds: number): Unit {
  const whole = (["hour", "minute"] as const).find((unit) => seconds >= UNITS[unit] && seconds % UNITS[unit] === 0);
  return whole ?? "second";
}

export const WHOLE_DAY = "00:00-24:00";

/** A span of hours as its two ends; midnight at its end is written 24:00, which no clock shows. */
export function endsOf(hours: string): [from: string, to: string] {
  const [from = "00:00", to = "00:00"] = hours.split("-").map((end) => end.trim());
  return [from, to === "24:00" ? "00:00" : to];
}

/** Null where the two ends leave nothing between them. */
export function hoursOf(from: string, to: string): string | null {
  const end = to === "00:00" ? "24:00" : to;
  return from === "" || to === "" || from === to ? null : `${from}-${end}`;
}

/** Whether a number is one that a setting takes. */
export function fits(value: number, { shape, least, most, over }: RuleField): boolean {
  if (!Number.isFinite(value) || (shape === "integer" && !Number.isInteger(value))) return false;
  return (least === null || (over ? value > least : value >= least)) && (most === null || value <= most);
}
