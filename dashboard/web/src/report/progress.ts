import type { Followed, State } from "../api/client";

export type Stage = "received" | "sent" | "accepted" | "handled" | "closed";

const STAGE: Record<State, Stage | null> = {
  candidate: "received",
  dispatched: "sent",
  accepted: "accepted",
  handled: "handled",
  closed: "closed",
  rejected: null,
  merged: null,
};
const STAGES: readonly Stage[] = ["received", "sent", "accepted", "handled", "closed"];
/** By when a stage is to be reached. */
const DUE: Partial<Record<Stage, keyof Followed["due"]>> = { accepted: "accept", handled: "handle", closed: "close" };

export interface Mark {
  stage: Stage | "rejected";
  reached: boolean;
  current: boolean;
  /** When it was reached, or by when it is due; null where nobody can tell. */
  at: string | null;
}

/** How far a report has come. What was done before it went back counts no more. */
export function progressOf({ state, opened_at, steps, due }: Pick<Followed, "state" | "opened_at" | "steps" | "due">): Mark[] {
  if (state === "rejected") return [received(opened_at), { stage: "rejected", reached: true, current: true, at: lastAt(steps, state) }];
  const here = STAGES.indexOf(STAGE[state] ?? "received");
  return STAGES.map((stage, index) => {
    if (index === 0) return { ...received(opened_at), current: here === 0 };
    const reached = index <= here;
    const clock = DUE[stage];
    const at = reached ? lastAt(steps, stateOf(stage)) : clock === undefined ? null : due[clock];
    return { stage, reached, current: index === here, at };
  });
}

const received = (at: string): Mark => ({ stage: "received", reached: true, current: false, at });
const stateOf = (stage: Stage): State => (Object.keys(STAGE) as State[]).find((state) => STAGE[state] === stage)!;
const lastAt = (steps: Followed["steps"], state: State): string | null => steps.findLast((step) => step.state === state)?.at ?? null;
