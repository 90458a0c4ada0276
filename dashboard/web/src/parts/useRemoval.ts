import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from "vue";
import { useI18n } from "vue-i18n";
import type { Evidence } from "../api/client";

/** Says that a piece of evidence was removed after its time, and when; null while it is there. */
export function useRemoval(evidence: MaybeRefOrGetter<Evidence>): ComputedRef<string | null> {
  const { t, d } = useI18n();
  return computed(() => {
    const at = toValue(evidence).removed_at;
    return at === null ? null : t("evidence.removed", { day: d(Date.parse(at), "year") });
  });
}
