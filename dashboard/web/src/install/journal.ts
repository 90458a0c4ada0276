import type { Device } from "../api/client";

/** What an agent keeps until the centre has it: messages, their bytes, how many it may keep, and the age of the oldest. */
export interface Journal {
  waiting: number;
  bytes: number;
  limit: number;
  oldest_s: number;
  /** Pictures, and all else, that it had to give up since it started. */
  pictures: number;
  others: number;
  /** Whether it cannot be written. */
  failing: boolean;
}

const figure = (told: Record<string, unknown>, name: string): number => (typeof told[name] === "number" ? told[name] : 0);

export function journalOf({ detail }: Device): Journal {
  const told = (detail["journal"] ?? {}) as Record<string, unknown>;
  return {
    waiting: figure(told, "waiting"), bytes: figure(told, "bytes"), limit: figure(told, "limit"), oldest_s: figure(told, "oldest_s"),
    pictures: figure(told, "dropped_frame"), others: figure(told, "dropped_telemetry") + figure(told, "dropped_status"),
    failing: figure(told, "failing") > 0,
  };
}
