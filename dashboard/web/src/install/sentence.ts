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

/** A span of hours as its two ends, each as a clock shows it. */
export type Ends = readonly [from: string, to: string];

/** Spans as they are written: "07:00-09:00,17:00-19:00"; midnight at an end is 24:00 there, which no clock shows. */
export const spansOf = (hours: string): Ends[] => hours.split(",").map(endsOf);

function endsOf(span: string): Ends {
  const [from = "00:00", to = "00:00"] = span.split("-").map((end) => end.trim());
  return [from, to === "24:00" ? "00:00" : to];
}

/** Null where two ends leave nothing between them. */
export function hoursOf(spans: readonly Ends[]): string | null {
  const empty = spans.length === 0 || spans.some(([from, to]) => from === "" || to === "" || from === to);
  return empty ? null : spans.map(([from, to]) => `${from}-${to === "00:00" ? "24:00" : to}`).join(",");
}

export const isOvernight = ([from, to]: Ends): boolean => to !== "00:00" && from > to;

/** One more, to begin with: the hour after the last. */
export function withSpan(spans: readonly Ends[]): Ends[] {
  const from = spans.at(-1)?.[1] ?? "12:00";
  const hour = (Number(from.slice(0, 2)) + 1) % 24;
  return [...spans, [from, `${String(hour).padStart(2, "0")}${from.slice(2)}`]];
}

/** Whether a number is one that a setting takes. */
export function fits(value: number, { shape, least, most, over }: RuleField): boolean {
  if (!Number.isFinite(value) || (shape === "integer" && !Number.isInteger(value))) return false;
  return (least === null || (over ? value > least : value >= least)) && (most === null || value <= most);
}
