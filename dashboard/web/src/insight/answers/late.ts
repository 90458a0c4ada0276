import type { MissedSteps, Offender } from "../../api/client";
import type { Filters } from "../../tickets/filters";
import { count, sum, word, type Drawing, type Shown, type Telling } from "../shown";

const STEPS = ["accept", "handle", "close", "letter"] as const;
const STACKED: Drawing = { kind: "bars", unit: "count", series: [1, 2, 3, 4], urgent: true };
const NOBODY = "-";

/** Missed steps count in the period in which they were due, whenever their ticket was received. */
const dueWithin = ({ from, to, ...rest }: Filters): Filters => ({ ...rest, due_from: from!, due_to: to! });

const stepNames = ({ t }: Telling): string[] => STEPS.map((step) => t(`insight.step.${step}`));

const total = (steps: Record<(typeof STEPS)[number], number>): number => sum(STEPS.map((step) => steps[step]));

/** In which grids steps are missed. */
export function late(grids: readonly MissedSteps[], telling: Telling): Shown {
  const { t } = telling;
  const within = dueWithin(telling.within);
  const name = (grid: MissedSteps): string => grid.name ?? grid.key ?? t("insight.nowhere");
  const filters = (grid: MissedSteps): Filters => ({ ...within, grid: grid.key ?? NOBODY });
  const worst = grids[0];
  return {
    sentence: worst
      ? t("insight.late.sentence", { name: name(worst), n: total(worst), tickets: worst.tickets, all: sum(grids.map(total)) })
      : t("insight.late.none"),
    opens: worst && worst.tickets > 0 ? { ...filters(worst), missed: "any" } : null,
    columns: [t("insight.column.grids"), ...stepNames(telling), t("insight.column.lateTickets")],
    rows: grids.map((grid) => [
      word(name(grid), filters(grid)),
      ...STEPS.map((step) => count(grid[step], { ...filters(grid), missed: step })),
      count(grid.tickets, { ...filters(grid), missed: "any" }),
    ]),
    drawing: STACKED,
  };
}

/** In whose hands steps were when they were missed. */
export function offenders(named: readonly Offender[], telling: Telling): Shown {
  const { t } = telling;
  const within = dueWithin(telling.within);
  const holders = [...byHolder(named)].sort(([, a], [, b]) => total(b) - total(a));
  const name = (holder: string | null): string => holder ?? t("insight.nobody");
  const filters = (holder: string | null): Filters => ({ ...within, missed_by: holder ?? NOBODY });
  const [worst] = holders;
  return {
    sentence: worst
      ? t("insight.offenders.sentence", { name: name(worst[0]), n: total(worst[1]), holders: holders.length })
      : t("insight.late.none"),
    opens: worst ? { ...filters(worst[0]) } : null,
    columns: [t("insight.column.holders"), ...stepNames(telling)],
    rows: holders.map(([holder, steps]) => [
      word(name(holder), filters(holder)),
      ...STEPS.map((step) => count(steps[step], { ...filters(holder), missed: step })),
    ]),
    drawing: STACKED,
  };
}

function byHolder(named: readonly Offender[]): Map<string | null, Record<(typeof STEPS)[number], number>> {
  const holders = new Map<string | null, Record<(typeof STEPS)[number], number>>();
  for (const { holder, clock, missed } of named) {
    const steps = holders.get(holder) ?? { accept: 0, handle: 0, close: 0, letter: 0 };
    holders.set(holder, { ...steps, [clock]: missed });
  }
  return holders;
}
