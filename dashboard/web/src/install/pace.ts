import type { Device } from "../api/client";

/** Pictures a second over its last report: captured, sent, and not sent for the byte budget; on all others nothing moved. */
export interface Pace {
  captured: number;
  sent: number;
  overBudget: number;
  /** Of the last JPEG. */
  quality: number;
}

/** Null where its agent does not say: it may be an older one, or have no picture yet. */
export function paceOf({ detail }: Pick<Device, "detail">): Pace | null {
  const { rate, sent, over_budget: overBudget, quality } = detail;
  const known = [rate, sent, overBudget, quality].every((figure) => typeof figure === "number");
  return known && quality !== 0 ? ({ captured: rate, sent, overBudget, quality } as Pace) : null;
}
