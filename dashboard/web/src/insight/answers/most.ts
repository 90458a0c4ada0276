import type { Slice } from "../../api/client";
import { count, share, sum, word, type Shown, type Telling } from "../shown";

const HOURS = [...Array(24).keys()];
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

const genuine = (slices: readonly Slice[]): number => sum(slices.map((slice) => slice.genuine));

/** Which matters there are most of; what was rejected or merged is none. */
export function matters(slices: readonly Slice[], telling: Telling): Shown {
  const { t, kind, within } = telling;
  const order = [...slices].sort((a, b) => b.genuine - a.genuine);
  const [most, all] = [order[0], genuine(slices)];
  return {
    sentence: most
      ? t("insight.matters.sentence", { kind: kind(most.key!), n: most.genuine, all, share: share(all ? most.genuine / all : 0, null).text })
      : t("insight.nothing"),
    opens: most ? { ...within, kind: most.key!, genuine: true } : null,
    columns: ["matters", "genuine", "recurrent", "dropped"].map((name) => t(`insight.column.${name}`)),
    rows: order.map((slice) => {
      const filters = { ...within, kind: slice.key! };
      return [
        word(kind(slice.key!), filters),
        count(slice.genuine, { ...filters, genuine: true }),
        count(slice.recurrent, { ...filters, recurrent: true }),
        count(slice.tickets - slice.genuine, { ...filters, genuine: false }),
      ];
    }),
    drawing: { kind: "bars", unit: "count", series: [1], urgent: false },
  };
}

/** At which hour of which day of the week most comes in. */
export function hours(slices: readonly Slice[], telling: Telling): Shown {
  const { t, within } = telling;
  const tickets = new Map(slices.map((slice) => [slice.key, slice.genuine]));
  const most = slices.reduce<Slice | null>((top, one) => (one.genuine > (top?.genuine ?? 0) ? one : top), null);
  const at = (weekday: number, hour: number) => ({ ...within, weekday, hour, genuine: true });
  const [weekday, hour] = (most?.key ?? "1 0").split(" ").map(Number) as [number, number];
  return {
    sentence: most
      ? t("insight.hours.sentence", { day: t(`insight.weekday.${weekday}`), hour, end: hour + 1, n: most.genuine, all: genuine(slices) })
      : t("insight.nothing"),
    opens: most ? at(weekday, hour) : null,
    columns: [t("insight.column.weekday"), ...HOURS.map(String)],
    rows: (most ? WEEKDAYS : []).map((day) => [
      word(t(`insight.weekday.${day}`), { ...within, weekday: day, genuine: true }),
      ...HOURS.map((one) => count(tickets.get(`${day} ${one}`) ?? 0, at(day, one))),
    ]),
    drawing: { kind: "heat", unit: "count", series: HOURS.map((one) => one + 1), urgent: false },
  };
}
