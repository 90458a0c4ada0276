import { useI18n } from "vue-i18n";
import type { Ticket } from "../api/client";
import { loadReporting, names } from "./matters";
import { isSameDay } from "./zone";
import { hoursMinutes, partsOf, spanOf } from "../clock";

/** Our words for units, by SenML's (RFC 8428). */
const SENML: Record<string, string> = { m: "m", rad: "rad", Cel: "celsius", dB: "db", "/100": "percent", "%": "percent", "%EL": "percent" };

/** The phrases that more than one part of the wall says. */
export function useWords() {
  const { t, te, d, locale } = useI18n();
  loadReporting();

  const span = (ms: number): string => {
    const { unit, count } = spanOf(ms);
    return t(`span.${unit}`, { n: count });
  };

  const duration = (seconds: number): string =>
    partsOf(seconds)
      .map(({ unit, count }) => t(`part.${unit}`, { n: count }))
      .join(" ");

  const hours = (ms: number): string => hoursMinutes(ms) ?? span(Math.abs(ms));

  /** "14:02", with the day before it when that is not today. */
  const moment = (at: number, now: number, format: "minute" | "second" = "minute"): string =>
    isSameDay(at, now) ? d(at, format) : `${d(at, "day")} ${d(at, format)}`;

  const ago = (at: number, now: number): string => t("ago", { span: span(now - at) });

  const age = (at: number, now: number): string => `${span(now - at)} · ${moment(at, now)}`;

  const since = (at: number, now: number, format: "minute" | "second" = "second"): string =>
    t("since", { time: moment(at, now, format) });

  /** As the duty list calls it; a kind that nobody has words for is shown as it came. */
  const kind = (code: string): string => {
    const matter = names.value.get(code);
    if (matter !== undefined) return locale.value === "en" ? matter.en : matter.zh;
    const key = `kind.${code}`;
    return te(key) ? t(key) : code;
  };

  /** Why a camera shows nothing; see parts/sight. */
  const blind = (reason: string): string => (te(`cameras.blind.${reason}`) ? t(`cameras.blind.${reason}`) : kind(reason));

  const list = (words: readonly string[]): string => new Intl.ListFormat(locale.value).format(words);

  const modeName = (code: string): string => {
    const key = `mode.${code}`;
    return te(key) ? t(key) : t("mode.other", { kind: code });
  };

  const place = (ticket: Ticket): string =>
    ticket.area === null ? ticket.title : `${ticket.area.name} · ${ticket.title}`;

  /** A measured value with its unit; tilt is shown in degrees. */
  const quantity = (value: number, unit: string): string => {
    const [shown, digits] = unit === "rad" ? [(value * 180) / Math.PI, 1] : [value, unit === "m" ? 2 : 1];
    const [key, n] = [`unit.${unit}`, shown.toFixed(digits)];
    return te(key) ? t(key, { n }) : [n, unit].join(" ").trim();
  };

  /** A reading as its sensor sends it, in SenML's units: a switch in words. */
  const measure = (metric: string, value: number, unit: string): string =>
    te(`switch.${metric}`) ? t(`switch.${metric}.${value > 0 ? "on" : "off"}`) : quantity(value, SENML[unit] ?? unit);

  return { span, duration, quantity, hours, moment, ago, age, blind, since, kind, list, measure, modeName, place };
}
