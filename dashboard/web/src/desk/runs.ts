import { act, readTimeline, type Ticket, type TimelineEntry } from "../api/client";
import { newId } from "../outbox/ids";
import type { Step, Verdict } from "./verdicts";

/** A verdict that is carried out, or taken back. Each step has an id: the server does it once, however often it is sent. */
export interface Run {
  ticket: Ticket;
  verdict: Verdict;
  undoing: boolean;
  done: readonly Step[];
  left: readonly Step[];
}

/** Why a run ended before its end. */
export interface Failure {
  status: number | null;
  /** No answer came of its next step. */
  lost: boolean;
  /** The ticket tells whether that step was done all the same. */
  known: boolean;
}

const numbered = (steps: readonly Step[]): Step[] => steps.map((step) => ({ ...step, said: { ...step.said, id: newId() } }));

export const begin = (ticket: Ticket, verdict: Verdict): Run => ({
  ticket,
  verdict,
  undoing: false,
  done: [],
  left: numbered(verdict.steps),
});

/** Takes back what was done, the last first. */
export const takeBack = (run: Run): Run => ({
  ...run,
  undoing: true,
  done: [],
  left: numbered(run.done.toReversed().flatMap(({ undo }) => undo)),
});

export const isOf = ({ verdict, undoing }: Run, other: Verdict): boolean =>
  !undoing && JSON.stringify(verdict) === JSON.stringify(other);

const forth = (run: Run, steps: number): Run => ({
  ...run,
  done: [...run.done, ...run.left.slice(0, steps)],
  left: run.left.slice(steps),
});

/** As far as a ticket's timeline shows that it got. */
export function asTold(run: Run, timeline: readonly TimelineEntry[]): Run {
  const told = new Set(timeline.map(({ detail }) => detail["id"]));
  const next = run.left.findIndex(({ said }) => !told.has(said.id));
  return forth(run, next === -1 ? run.left.length : next);
}

/** As far as it got; null where that cannot be read. */
export async function lookAt(run: Run): Promise<Run | null> {
  if (run.left.length === 0) return run;
  const timeline = await readTimeline(run.ticket.id);
  return timeline.ok ? asTold(run, timeline.value) : null;
}

/** Carry out what is left, in order, as far as that goes. */
export async function carryOut(run: Run): Promise<{ run: Run; failure: Failure | null }> {
  const step = run.left[0];
  if (step === undefined) return { run, failure: null };
  const answer = await act(run.ticket.id, step.action, step.said);
  if (answer.ok) return carryOut(forth(run, 1));
  const { status } = answer;
  if (status !== null && status < 500) return { run, failure: { status, lost: false, known: true } };
  const seen = await lookAt(run); // it may have been done, and only the answer lost
  if (seen !== null && seen.left.length < run.left.length) return carryOut(seen);
  return { run, failure: { status, lost: true, known: seen !== null } };
}
