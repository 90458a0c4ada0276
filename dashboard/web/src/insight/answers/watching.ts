import type { Blindness, Precision } from "../../api/client";
import type { Filters } from "../../tickets/filters";
import { count, share, sum, time, word, type Row, type Shown, type Telling } from "../shown";

interface Watch {
  site: string;
  device: string;
  name: string;
  zone: string;
  kind: string;
  confirmed: number;
  rejected: number;
  reasons: Map<string, number>;
}

/** Each rule of each camera, all hours and versions together; the most false reports first. */
export function watchesOf(rows: readonly Precision[]): Watch[] {
  const watches = new Map<string, Watch>();
  for (const { site, device, name, zone, kind, confirmed, rejected, reasons } of rows) {
    const key = JSON.stringify([site, device, zone, kind]);
    const watch = watches.get(key) ?? { site, device, name: name ?? device, zone, kind, confirmed: 0, rejected: 0, reasons: new Map() };
    watch.confirmed += confirmed;
    watch.rejected += rejected;
    for (const [reason, n] of Object.entries(reasons)) watch.reasons.set(reason, (watch.reasons.get(reason) ?? 0) + n);
    watches.set(key, watch);
  }
  return [...watches.values()].sort((a, b) => b.rejected - a.rejected || a.confirmed - b.confirmed);
}

/** Which camera reports what is not there, by which rule, and why it was turned down. */
export function precision(rows: readonly Precision[], telling: Telling): Shown {
  const { t, kind, within } = telling;
  const watches = watchesOf(rows);
  const [worst, all] = [watches[0], sum(watches.map((watch) => watch.confirmed + watch.rejected))];
  const right = sum(watches.map((watch) => watch.confirmed));
  const told = worst && { device: worst.name, kind: kind(worst.kind), n: worst.rejected, judged: worst.confirmed + worst.rejected };
  const name = worst && worst.rejected > 0 ? "sentence" : worst ? "right" : "none";
  return {
    sentence: t(`insight.precision.${name}`, { ...told, all, share: share(all ? right / all : null, null).text }),
    opens: worst && worst.rejected > 0 ? { ...ruleOf(worst, within), state: "rejected" } : null,
    columns: ["camera", "rejected", "confirmed", "precision", "reasons"].map((one) => t(`insight.column.${one}`)),
    rows: watches.map((watch) => {
      const filters = ruleOf(watch, within);
      return [
        word([watch.name, watch.zone, kind(watch.kind)].filter(Boolean).join(" · "), filters),
        count(watch.rejected, { ...filters, state: "rejected" }),
        count(watch.confirmed, { ...filters, confirmed: true }),
        share(watch.confirmed / (watch.confirmed + watch.rejected), { ...filters, confirmed: true }),
        word(reasonsOf(watch, telling)),
      ];
    }),
    drawing: { kind: "bars", unit: "count", series: [1, 2], urgent: true },
  };
}

const ruleOf = ({ site, device, zone, kind }: Watch, within: Filters): Filters => ({
  ...within, site, device, kind, ...(zone ? { zone } : {}),
});

const reasonsOf = ({ reasons }: Watch, { t, list }: Telling): string =>
  list([...reasons].sort(([, a], [, b]) => b - a).map(([reason, n]) => `${t(`desk.reason.${reason}`)} ${n}`));

/** When cameras and sensors see nothing. */
export function blindness(told: Blindness, telling: Telling): Shown {
  const { t, span, within } = telling;
  const known = told.known_s > 0;
  const row = (name: string, blind_s: number, known_s: number, hours: readonly number[], opens: Filters | null): Row => [
    word(name, opens),
    time(blind_s, telling, opens),
    share(known_s > 0 ? blind_s / known_s : null, opens),
    ...hours.map((seconds) => time(seconds, telling, opens)),
  ];
  const facts = { n: told.blind, devices: told.devices, time: span(told.blind_s * 1000), share: share(known ? told.blind_s / told.known_s : null, null).text };
  return {
    sentence: t(!known ? "insight.blindness.unknown" : told.blind === 0 ? "insight.blindness.none" : "insight.blindness.sentence", facts),
    opens: null,
    columns: ["device", "blind", "blindShare"].map((one) => t(`insight.column.${one}`)).concat(told.hours.map((_, hour) => String(hour))),
    rows: told.worst.map((one) =>
      row(one.name, one.blind_s, one.known_s, one.hours, { ...within, site: one.site, device: one.id }),
    ),
    drawing: { kind: "heat", unit: "hours", series: told.hours.map((_, hour) => hour + 3), urgent: false },
  };
}
