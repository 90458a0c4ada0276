const ANSWER_PATIENCE_MS = 15_000;
const STREET_PATIENCE_MS = 30_000;

/** What is known of the line to the server; all times in server time, milliseconds. */
export interface Reception {
  startedAt: number;
  answeredAt: number | null;
  /** The last read's failure, if it failed; `status` is null when nothing answered. */
  failure: { status: number | null } | null;
}

export type Link =
  | { state: "live"; dataAt: number }
  | { state: "stale"; since: number | null }
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
  return { state: "live", dataAt };
}
