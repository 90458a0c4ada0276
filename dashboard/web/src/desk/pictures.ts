import type { Evidence } from "../api/client";

const MOST = 5;

/** Of the camera's the last of each kind, beside one another; of people's photos the last few. */
export function latestOfEach(evidence: readonly Evidence[]): Evidence[] {
  const [first, best, clip, last] = (["first", "best", "clip", "last"] as const).map((role) => evidence.findLast((one) => one.role === role));
  const photos = evidence.filter(({ role }) => role === "photo").slice(-MOST);
  const end = last && first && Date.parse(last.at) < Date.parse(first.at) ? undefined : last; // of an incident before this one
  return [first, best, clip, ...photos, end].filter((one) => one !== undefined).slice(0, MOST);
}
