import type { Slice } from "../api/client";
import type { Telling } from "./shown";

/** Says which words it was asked for. */
export const TELLING: Telling = {
  t: (key, values) => [key.replace("insight.", ""), ...Object.values(values ?? {})].join(" "),
  kind: (code) => code,
  span: (ms) => `${ms / 1000} s`,
  list: (words) => words.join(" + "),
  within: { from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z" },
  step: "day",
};

const rate = (kept: number, missed: number) => ({ kept, missed, share: kept + missed ? kept / (kept + missed) : null });

export function sliceOf(changes: Partial<Slice> = {}): Slice {
  const never = { median: null, p90: null };
  return {
    key: "1",
    name: null,
    begin: null,
    end: null,
    tickets: 4,
    genuine: 3,
    late: 1,
    rates: { accept: rate(3, 1), handle: rate(0, 0), close: rate(2, 0) },
    times: { accept: { median: 60, p90: 90 }, handle: never, close: never },
    recurrent: 0,
    reopened: 0,
    solved: 0,
    unsolved: 0,
    ...changes,
  };
}
