import type { Reading, Rule } from "../api/client";

export interface Sample {
  at: number;
  value: number;
}

/** A level that a rule reports at, or clears at. */
export interface Level {
  kind: "limit" | "clear";
  value: number;
}

export interface Scale {
  from: number;
  to: number;
  low: number;
  high: number;
}

/** More than a screen has columns would be drawn one over the other. */
const COLUMNS = 400;

/** The samples of each metric in the order of their times; words have no place on a chart. */
export function samplesOf(readings: readonly Reading[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const { metric, at, value } of readings) {
    if (value === null) continue;
    found.set(metric, [...(found.get(metric) ?? []), { at: Date.parse(at), value }]);
  }
  for (const samples of found.values()) samples.sort((one, other) => one.at - other.at);
  return found;
}

/** As few as fit on a screen: of each column its lowest and its highest, so that no peak is lost. */
export function thinned(samples: readonly Sample[]): Sample[] {
  if (samples.length <= 2 * COLUMNS) return [...samples];
  const size = Math.ceil(samples.length / COLUMNS);
  const columns = Array.from({ length: Math.ceil(samples.length / size) }, (_, n) => samples.slice(n * size, (n + 1) * size));
  return columns.flatMap((column) => {
    const sorted = column.toSorted((one, other) => one.value - other.value);
    return [sorted[0]!, sorted.at(-1)!].toSorted((one, other) => one.at - other.at);
  });
}

/** The levels of all rules on a metric. */
export function levelsOf(rules: readonly Rule[], metric: string): Level[] {
  const named = (names: readonly string[], kind: Level["kind"]): Level[] =>
    rules
      .filter((rule) => rule["metric"] === metric)
      .flatMap((rule) => names.map((name) => rule[name]))
      .filter((value) => typeof value === "number")
      .map((value) => ({ kind, value }));
  return [...named(["above", "below"], "limit"), ...named(["clear_below", "clear_above"], "clear")];
}

export function scaleOf(samples: readonly Sample[], levels: readonly Level[], from: number, to: number): Scale {
  const values = [...samples, ...levels].map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = high > low ? (high - low) * 0.1 : Math.abs(high) * 0.1 || 1;
  return { from, to, low: low - air, high: high + air };
}

export const heightOf = ({ low, high }: Scale, value: number): number => 1 - (value - low) / (high - low);

export const timeOf = ({ from, to }: Scale, at: number): number => (at - from) / (to - from);

export const pathOf = (scale: Scale, samples: readonly Sample[]): string =>
  samples.map(({ at, value }) => `${timeOf(scale, at).toFixed(4)},${heightOf(scale, value).toFixed(4)}`).join(" ");
