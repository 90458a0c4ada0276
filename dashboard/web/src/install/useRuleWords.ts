import { useI18n } from "vue-i18n";
import type { Rule, RuleField, RuleKind } from "../api/client";
import { useWords } from "../i18n/useWords";
import { marked, partsOf, sentencesOf, UNITS, unitOf, WHOLE_DAY, type Part } from "./sentence";

/** The unit in which a metric is sent, as `useWords().quantity` calls it; what a sensor sends is known only by that. */
const SI: Readonly<Record<string, string>> = {
  water_level: "m", tilt: "rad", gas: "percent", temperature: "celsius", noise: "db",
};

export function useRuleWords() {
  const { t, te } = useI18n();
  const { quantity, list, kind: kindWord } = useWords();

  /** Words where there are any; else as it came. */
  const word = (group: string, code: string): string => (te(`install.${group}.${code}`) ? t(`install.${group}.${code}`) : code);

  /** A rule as a sentence, in pieces; whether there are words of its own for it. */
  function sentence(rule: Rule, kind: RuleKind): { parts: Part[]; own: boolean } {
    const key = sentencesOf(rule, kind).find((one) => te(`install.rule.${one}`)) ?? "usual";
    const words = t(`install.rule.${key}`, marked([...kind.fields.map(({ name }) => name), "zone", "kind"]));
    return { parts: partsOf(words), own: key !== "usual" };
  }

  const duration = (seconds: number): string => {
    const unit = unitOf(seconds);
    return t(`span.${unit}`, { n: Number((seconds / UNITS[unit]).toFixed(2)) });
  };

  /** A setting as it stands in the sentence. */
  function value(rule: Rule, field: RuleField): string {
    const given = rule[field.name];
    if (given === undefined || given === null) return t(field.shape === "hours" ? "install.value.never" : "install.value.unset");
    if (field.shape === "duration") return duration(given as number);
    if (field.shape === "hours") return hours(given as string);
    if (field.shape === "labels") return labels(given as string[]);
    if (field.name === "metric") return word("metric", String(given));
    if (field.name === "heading") return t("install.value.degrees", { n: String(given) });
    return field.shape === "number" && typeof rule["metric"] === "string" ? measured(given as number, rule["metric"]) : String(given);
  }

  const hours = (given: string): string =>
    given === WHOLE_DAY ? t("install.value.allDay") : list(given.split(",").map((span) => span.trim()));

  const labels = (given: readonly string[]): string =>
    given.length === 0 ? t("install.value.nothing") : list(given.map((label) => word("label", label)));

  const measured = (level: number, metric: string): string => quantity(level, SI[metric] ?? "");

  const unitWord = (metric: unknown): string => {
    const si = typeof metric === "string" ? SI[metric] : undefined;
    return si === undefined ? "" : t(`install.value.si.${si}`);
  };

  return { word, sentence, value, measured, unitWord, kindWord };
}
