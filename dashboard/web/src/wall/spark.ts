import type { Trend } from "../api/client";

/** Where a value lies between bottom (1) and top (0) of a chart that holds all values and the limit. */
function heightOf(trend: Trend): (value: number) => number {
  const all = [...trend.points.filter((value) => value !== null), trend.last, ...(trend.limit === null ? [] : [trend.limit])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || 1;
  return (value) => 1 - (value - low) / span;
}

/** An hour as lines, in a square of one by one; a silence is a gap. */
export function linesOf(trend: Trend): string[] {
  const height = heightOf(trend);
  const last = Math.max(1, trend.points.length - 1);
  const lines: string[][] = [[]];
  trend.points.forEach((value, index) => {
    if (value === null) lines.push([]);
    else lines.at(-1)!.push(`${(index / last).toFixed(3)},${height(value).toFixed(3)}`);
  });
  return lines.filter((line) => line.length > 0).map((line) => (line.length === 1 ? [...line, ...line] : line).join(" "));
}

/** How high the limit lies; null without one. */
export const limitOf = (trend: Trend): number | null => (trend.limit === null ? null : heightOf(trend)(trend.limit));
