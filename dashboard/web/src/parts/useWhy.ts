import { useI18n } from "vue-i18n";
import type { Ticket } from "../api/client";
import { useWords } from "../i18n/useWords";
import { explanationOf, type Pair } from "./explanation";

/** Why there is a ticket, in one sentence; `figure` is the quantity in it that says most, for showing large. */
export interface Why {
  sentence: string;
  figure: string | null;
}

const RISE = "_rise"; // ends the names of sentences on how much something has changed

export function useWhy() {
  const { t, te } = useI18n();
  const { duration, quantity } = useWords();

  const say = (group: "why" | "measured" | "crossed", name: string, gaps: Record<string, string>, figure: string | null): Why => {
    const key = `${group}.${name}`;
    const other = name.endsWith(RISE) ? `${group}.other${RISE}` : `${group}.other`;
    return { sentence: t(te(key) ? key : other, gaps), figure };
  };

  const graced = (why: Why, grace: number): Why =>
    grace > 0 ? { ...why, sentence: t("why.graced", { sentence: why.sentence, grace: duration(grace) }) } : why;

  const spans = (pair: Pair | null) => ({ observed: duration(pair?.observed ?? 0), limit: duration(pair?.limit ?? 0) });

  const whyOf = (ticket: Pick<Ticket, "kind" | "zone" | "explanation">): Why | null => {
    const { count, crossings, dwell, grace, measure, silent, stuck, value: wild, zone } = explanationOf(ticket);
    if (measure !== null) {
      const [value, most] = [quantity(measure.observed, measure.unit), quantity(measure.limit, measure.unit)];
      const figure = measure.unit === "" ? null : value;
      const within = duration(measure.within ?? 0);
      const name = measure.within === null ? measure.metric : `${measure.metric}${RISE}`;
      return say("measured", name, { metric: measure.metric, value, most, within, ...spans(dwell) }, figure);
    }
    if (stuck !== null) return say("why", "sensor_stuck", spans(stuck), spans(stuck).observed);
    if (wild !== null) return say("why", "sensor_wild", { value: `${wild.observed}`, most: `${wild.limit}` }, `${wild.observed}`);
    const where = zone?.name ?? ticket.zone ?? "";
    if (crossings !== null) return say("crossed", ticket.kind, { zone: where, n: `${crossings.observed}` }, `${crossings.observed}`);
    const spell = silent ?? dwell;
    if (spell === null) return null;
    const gaps = { zone: where, ...spans(spell) };
    if (count === null) return graced(say("why", ticket.kind, gaps, gaps.observed), grace);
    return say("why", ticket.kind, { ...gaps, n: `${count.observed}`, most: `${count.limit}` }, `${count.observed}`);
  };

  /** Null when the explanation says too little. */
  return (ticket: Pick<Ticket, "kind" | "zone" | "explanation">): Why | null => {
    const why = whyOf(ticket);
    return why !== null && explanationOf(ticket).late ? { ...why, sentence: t("why.late", { sentence: why.sentence }) } : why;
  };
}
