import type { Slice } from "../../api/client";
import type { Filters } from "../../tickets/filters";
import { count, share, sum, time, word, type Cell, type Drawing, type Row, type Shown, type Telling } from "../shown";

export const CLOCKS = ["accept", "handle", "close"] as const;

type Whose = (slice: Slice) => { name: string; filters: Filters };

const DOTS: Drawing = { kind: "dots", unit: "percent", series: [2, 3, 4], urgent: false };

/** Of nobody: of no grid, or of no department. */
const NOBODY = "-";

const dayWithin = (slice: Slice): Filters => ({ from: slice.begin!, to: slice.end! });

const gridOf = ({ t }: Telling): Whose => (slice) => ({
  name: slice.name ?? slice.key ?? t("insight.nowhere"),
  filters: { grid: slice.key ?? NOBODY },
});

const departmentOf = ({ t }: Telling): Whose => (slice) => ({
  name: slice.key ?? t("insight.nobody"),
  filters: { department: slice.key ?? NOBODY },
});

const rateCells = (slice: Slice, filters: Filters): Cell[] =>
  CLOCKS.map((clock) => share(slice.rates[clock].share, { ...filters, missed: clock }));

const rateNames = ({ t }: Telling): string[] => CLOCKS.map((clock) => t(`rates.${clock}`));

/** "97 %", of all slices together. */
function overall(slices: readonly Slice[], clock: (typeof CLOCKS)[number]): string {
  const kept = sum(slices.map((slice) => slice.rates[clock].kept));
  const all = kept + sum(slices.map((slice) => slice.rates[clock].missed));
  return share(all > 0 ? kept / all : null, null).text;
}

const late = (slice: Slice): number => slice.late / slice.tickets;

/** Whether steps are done in time, over the days or weeks. */
export function onTime(slices: readonly Slice[], telling: Telling): Shown {
  const { t, within } = telling;
  const days = [...slices].sort((a, b) => (a.key! < b.key! ? -1 : 1));
  const [tickets, missed] = [sum(days.map((day) => day.tickets)), sum(days.map((day) => day.late))];
  const rates = Object.fromEntries(CLOCKS.map((clock) => [clock, overall(days, clock)]));
  return {
    sentence: tickets > 0 ? t("insight.onTime.sentence", { ...rates, n: tickets, late: missed }) : t("insight.nothing"),
    opens: missed > 0 ? { ...within, missed: "any" } : tickets > 0 ? within : null,
    columns: [t(`insight.column.${telling.step}`), t("insight.column.tickets"), ...rateNames(telling)],
    rows: days.map((day) => {
      const filters = { ...within, ...dayWithin(day) };
      return [word(day.key!, filters), count(day.tickets, filters), ...rateCells(day, filters)];
    }),
    drawing: { ...DOTS, kind: "lines" },
  };
}

/** How long it takes until somebody accepts, and until it is handled. */
export function times(slices: readonly Slice[], telling: Telling): Shown {
  const { t, span, within } = telling;
  const days = [...slices].sort((a, b) => (a.key! < b.key! ? -1 : 1));
  const slowest = days.reduce<Slice | null>((worst, day) => (slow(day) > slow(worst) ? day : worst), null);
  const said = slowest === null ? null : { day: slowest.key, ...told(slowest, span) };
  return {
    sentence: said === null ? t("insight.times.none") : t(`insight.times.${telling.step}`, said),
    opens: slowest === null ? null : { ...within, ...dayWithin(slowest) },
    columns: [t(`insight.column.${telling.step}`), ...timeNames(telling)],
    rows: days.map((day) => {
      const filters = { ...within, ...dayWithin(day) };
      return [word(day.key!, filters), ...timeCells(day, telling, filters)];
    }),
    drawing: { kind: "lines", unit: "hours", series: [1, 2, 3, 4], urgent: false },
  };
}

const slow = (slice: Slice | null): number => slice?.times.handle.median ?? 0;

const told = ({ times: { handle } }: Slice, span: Telling["span"]) => ({
  median: span((handle.median ?? 0) * 1000),
  p90: span((handle.p90 ?? 0) * 1000),
});

const TIMED = ["accept", "handle"] as const;

const timeNames = ({ t }: Telling): string[] =>
  TIMED.flatMap((clock) => [t(`insight.column.${clock}Median`), t(`insight.column.${clock}P90`)]);

const timeCells = (slice: Slice, telling: Telling, filters: Filters): Cell[] =>
  TIMED.flatMap((clock) => {
    const { median, p90 } = slice.times[clock];
    return [time(median, telling, filters), time(p90, telling, filters)];
  });

function compared(slices: readonly Slice[], telling: Telling, whose: Whose, name: string): Shown {
  const { t, within } = telling;
  const order = [...slices].sort((a, b) => b.late - a.late || b.tickets - a.tickets);
  const worst = order[0];
  return {
    sentence:
      worst === undefined || worst.late === 0
        ? t(`insight.${name}.none`)
        : t(`insight.${name}.sentence`, { name: whose(worst).name, n: worst.tickets, late: worst.late }),
    opens: worst === undefined || worst.late === 0 ? null : { ...within, ...whose(worst).filters, missed: "any" },
    columns: [t(`insight.column.${name}`), t("insight.column.tickets"), ...rateNames(telling)],
    rows: order.map((slice) => {
      const filters = { ...within, ...whose(slice).filters };
      return [word(whose(slice).name, filters), count(slice.tickets, filters), ...rateCells(slice, filters)];
    }),
    drawing: DOTS,
  };
}

export const grids = (slices: readonly Slice[], telling: Telling): Shown =>
  compared(slices, telling, gridOf(telling), "grids");

export const departments = (slices: readonly Slice[], telling: Telling): Shown =>
  compared(slices, telling, departmentOf(telling), "departments");

/** The best first: least is late, and of two that are alike who had more to do. */
export function league(slices: readonly Slice[], telling: Telling): Shown {
  const { t, within } = telling;
  const order = [...slices].sort((a, b) => late(a) - late(b) || b.tickets - a.tickets);
  const row = (slice: Slice, index: number): Row => {
    const { name, filters: own } = gridOf(telling)(slice);
    const filters = { ...within, ...own };
    return [
      word(name, filters),
      { value: index + 1, text: String(index + 1), opens: null },
      count(slice.tickets, filters),
      count(slice.late, { ...filters, missed: "any" }),
      ...rateCells(slice, filters),
      ...timeCells(slice, telling, filters),
    ];
  };
  const best = order[0];
  return {
    sentence: best
      ? t("insight.league.sentence", { name: gridOf(telling)(best).name, n: best.tickets, late: best.late })
      : t("insight.nothing"),
    opens: best ? { ...within, ...gridOf(telling)(best).filters } : null,
    columns: [
      t("insight.column.grids"), t("insight.column.rank"), t("insight.column.tickets"), t("insight.column.late"),
      ...rateNames(telling), ...timeNames(telling),
    ],
    rows: order.map(row),
    drawing: { kind: "bars", unit: "hours", series: [9], urgent: false },
  };
}

/** What residents of each compound get of those who run it. */
export function property(slices: readonly Slice[], telling: Telling): Shown {
  const { t, within } = telling;
  const all = { ...within, class: PROPERTY };
  const tickets = sum(slices.map((slice) => slice.tickets));
  const [solved, unsolved] = [sum(slices.map((slice) => slice.solved)), sum(slices.map((slice) => slice.unsolved))];
  const name = tickets === 0 ? "none" : solved + unsolved === 0 ? "unasked" : "sentence";
  return {
    sentence: t(`insight.property.${name}`, { n: tickets, solved, said: solved + unsolved }),
    opens: tickets > 0 ? all : null,
    columns: ["communities", "tickets", "handleMedian", "handleP90", "late", "reopened", "solved", "unsolved"].map((column) =>
      t(`insight.column.${column}`),
    ),
    rows: slices.map((slice) => compound(slice, telling, slice.key === null ? null : { ...all, area: slice.key })),
    drawing: { kind: "bars", unit: "hours", series: [2], urgent: false },
  };
}

/** Of no compound, there is no list to open. */
function compound(slice: Slice, telling: Telling, filters: Filters | null): Row {
  const { median, p90 } = slice.times.handle;
  const those = (own: Filters): Filters | null => filters && { ...filters, ...own };
  return [
    word(slice.name ?? telling.t("insight.nowhere"), filters),
    count(slice.tickets, filters),
    time(median, telling, filters),
    time(p90, telling, filters),
    count(slice.late, those({ missed: "any" })),
    count(slice.reopened, those({ reopened: true })),
    count(slice.solved, those({ solved: true })),
    count(slice.unsolved, those({ solved: false })),
  ];
}

/** The duty list's word for matters of compounds. */
export const PROPERTY = "物业监管";
