import type { Filters } from "../tickets/filters";

/** One figure: as it is drawn and saved, as it is read, and the tickets behind it. */
export interface Cell {
  value: number | string | null;
  text: string;
  opens: Filters | null;
}

export type Row = readonly Cell[];

export type Unit = "percent" | "hours" | "count";

/** How a table is drawn: the columns that are its series, over the first as its names. */
export interface Drawing {
  kind: "lines" | "dots" | "bars" | "heat" | "map";
  unit: Unit;
  series: readonly number[];
  /** What needs a person has colour, and nothing else. */
  urgent: boolean;
}

/** An answer: one sentence, and one table that is also drawn. */
export interface Shown {
  sentence: string;
  /** The tickets that the sentence's figure counts. */
  opens: Filters | null;
  columns: readonly string[];
  rows: readonly Row[];
  drawing: Drawing;
}

/** What the words of an answer need of the page. */
export interface Telling {
  t: (key: string, values?: Record<string, unknown>) => string;
  kind: (code: string) => string;
  span: (ms: number) => string;
  list: (words: readonly string[]) => string;
  /** The period and the area, to which each figure's own filters are added. */
  within: Filters;
  step: "day" | "week";
}

const NONE = "–";

export const word = (text: string, opens: Filters | null = null): Cell => ({ value: text, text, opens });

/** Nothing opens nothing. */
export const count = (value: number, opens: Filters | null): Cell => ({
  value,
  text: String(value),
  opens: value > 0 ? opens : null,
});

/** In percent; never 100 while anything was missed, nor 0 while anything was kept. */
export function share(value: number | null, opens: Filters | null): Cell {
  if (value === null) return { value: null, text: NONE, opens: null };
  const percent = value > 0 && value < 1 ? Math.min(99, Math.max(1, Math.round(value * 100))) : value * 100;
  return { value: percent, text: `${percent} %`, opens };
}

/** Seconds, drawn in hours. */
export function time(seconds: number | null, { span }: Telling, opens: Filters | null = null): Cell {
  if (seconds === null) return { value: null, text: NONE, opens: null };
  return { value: Math.round(seconds / 36) / 100, text: span(seconds * 1000), opens };
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Draws so many at most: more cannot be told apart; the table has them all. */
export const MOST = 12;

/** What a click on a chart means. */
export interface Mark {
  series: number;
  index: number;
  place?: readonly [column: number, row: number];
}

/** The figure that a mark stands for. */
export function cellAt(shown: Shown, { series, index, place }: Mark): Cell | null {
  const [row, drawn] = shown.drawing.kind === "heat" && place ? [place[1], place[0]] : [index, series];
  return shown.rows[row]?.[shown.drawing.series[drawn] ?? -1] ?? null;
}
