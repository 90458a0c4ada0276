import type { Task } from "../api/client";
import { slaUntil, type Sla } from "../clock";
import type { Act } from "../outbox/entries";

export type Step = "accept" | "handle" | "check_in" | "report_back";

/** What is to be done next. */
export function stepOf({ hold, ticket, letter }: Pick<Task, "hold" | "ticket" | "letter">): Step {
  if (hold === "letter") return letter?.state === "checked_in" ? "report_back" : "check_in";
  return ticket.state === "accepted" ? "handle" : "accept";
}

/** A ticket may be in a department's hands, and have a letter to it. */
export const nameOf = ({ hold, ticket }: Task): string => `${ticket.id}/${hold === "letter" ? "letter" : "ticket"}`;

export function clockOf({ due, letter, ticket }: Task, now: number): Sla {
  const isAccepted = ticket.accepted_at !== null || ticket.state === "accepted"; // or here, which has not arrived yet
  const clock = isAccepted ? "handle" : "accept";
  return slaUntil(clock, letter?.issued_at ?? ticket.opened_at, due, now);
}

/** The list as it will be once all that was done here has arrived, the next due first. */
export function withActs(tasks: readonly Task[], acts: readonly Act[]): Task[] {
  const after = acts.reduce(
    (list, act) => list.flatMap((task) => (task.ticket.id === act.ticket ? afterAct(task, act) : [task])),
    [...tasks],
  );
  return after.sort((a, b) => Date.parse(a.due) - Date.parse(b.due));
}

function afterAct(task: Task, { action }: Act): Task[] {
  if (task.hold === "letter") return afterAnswer(task, action);
  if (action === "handle" || action === "return") return [];
  if (action === "resume") return [{ ...task, ticket: { ...task.ticket, paused_until: null } }];
  if (action !== "accept") return [task];
  return [{ ...task, hold: "mine", due: task.ticket.due.handle, ticket: { ...task.ticket, state: "accepted" } }];
}

function afterAnswer(task: Task, action: Act["action"]): Task[] {
  if (action === "report_back") return [];
  if (action !== "check_in" || task.letter === null) return [task];
  return [{ ...task, letter: { ...task.letter, state: "checked_in" } }];
}

/** The one that is shown large: the one that was picked while it is there, else the next due. */
export const featuredOf = (tasks: readonly Task[], picked: string | null): Task | null =>
  tasks.find((task) => nameOf(task) === picked) ?? tasks[0] ?? null;
