const ANSWER_PATIENCE_MS = 15_000;
const STREET_PATIENCE_MS = 30_000;
/** A stream that comes back within so long, or a read that succeeds at the second try, was not missed. */
const PART_PATIENCE_MS = 5_000;

/** What the wall reads beside its one answer. */
export type Part = "points" | "areas" | "stream" | "trends";
/** What is not there, and since when. */
export type Missing = Readonly<Partial<Record<Part, number>>>;

/** What is known of the line to the server; all times in server time, milliseconds. */
export interface Reception {
  startedAt: number;
  answeredAt: number | null;
  /** The last read's failure, if it failed; `status` is null when nothing answered. */
  failure: { status: number | null } | null;
  missing: Missing;
}

/** With a part that was just read, or was not: it is missing from the first time on. */
export function withPart(missing: Missing, part: Part, isThere: boolean, now: number): Missing {
  const { [part]: since, ...others } = missing;
  return isThere ? others : { ...others, [part]: since ?? now };
}

export type Link =
  | { state: "live"; dataAt: number }
  | { state: "stale"; since: number | null }
  | { state: "partial"; since: number; missing: readonly Part[] }
  | { state: "down"; since: number; cause: "connecting" | "unreachable" }
  | { state: "down"; since: number; cause: "error"; status: number };

/** Whether the wall may be believed, and if not since when. */
export function linkOf(reception: Reception, dataAt: number | null, now: number): Link {
  const { startedAt, answeredAt, failure } = reception;
  const since = answeredAt ?? startedAt;
  if (failure !== null && failure.status !== null) {
    return { state: "down", since, cause: "error", status: failure.status };
  }
  if (failure !== null || now - since > ANSWER_PATIENCE_MS) return { state: "down", since, cause: "unreachable" };
  if (answeredAt === null) return { state: "down", since, cause: "connecting" };
  if (dataAt === null || now - dataAt > STREET_PATIENCE_MS) return { state: "stale", since: dataAt };
  const missing = missedOf(reception.missing, now);
  if (missing.length > 0) return { state: "partial", since: missing[0]![1], missing: missing.map(([part]) => part) };
  return { state: "live", dataAt };
}

/** The longest missed first. */
const missedOf = (missing: Missing, now: number): [Part, number][] =>
  (Object.entries(missing) as [Part, number][])
    .filter(([, since]) => now - since > PART_PATIENCE_MS)
    .sort(([, a], [, b]) => a - b);
