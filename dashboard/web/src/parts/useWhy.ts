import { useI18n } from "vue-i18n";
import type { Ticket } from "../api/client";
import { useWords } from "../i18n/useWords";
import { explanationOf, type Pair } from "./explanation";

/** Why there is a ticket, in one sentence; `figure` is the quantity in it that says most, for showing large. */
export interface Why {
  sentence: string;
  figure: string | null;
}

export function useWhy() {
  const { t, te } = useI18n();
  const { duration, quantity } = useWords();

  const say = (group: "why" | "measured", name: string, gaps: Record<string, string>, figure: string | null): Why => {
    const key = `${group}.${name}`;
    return { sentence: t(te(key) ? key : `${group}.other`, gaps), figure };
  };

  const spans = (pair: Pair | null) => ({ observed: duration(pair?.observed ?? 0), limit: duration(pair?.limit ?? 0) });

  /** Null when the explanation says too little. */
  return (ticket: Pick<Ticket, "kind" | "zone" | "explanation">): Why | null => {
    const { count, dwell, measure, silent, zone } = explanationOf(ticket);
    if (measure !== null) {
      const [value, most] = [quantity(measure.observed, measure.unit), quantity(measure.limit, measure.unit)];
      const figure = measure.unit === "" ? null : value;
      return say("measured", measure.metric, { metric: measure.metric, value, most, ...spans(dwell) }, figure);
    }
    const spell = silent ?? dwell;
    if (spell === null) return null;
    const gaps = { zone: zone?.name ?? ticket.zone ?? "", ...spans(spell) };
    if (count === null) return say("why", ticket.kind, gaps, gaps.observed);
    return say("why", ticket.kind, { ...gaps, n: `${count.observed}`, most: `${count.limit}` }, `${count.observed}`);
  };
}
