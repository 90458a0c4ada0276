import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { trySetup, type Trial, type Watched } from "../api/client";
import { coalesce } from "../live/coalesce";
import type { Fault } from "./draft";

const MIN_GAP_MS = 500;
/** What is going on changes without any edit. */
const AGAIN_MS = 15_000;

/** What the draft would do, asked anew with each change of it; null until it was told. */
export function useTrial(site: string, device: string, draft: Ref<Watched | null>, faults: Ref<readonly Fault[]>) {
  const { t } = useI18n();
  const trial = shallowRef<Trial | null>(null);
  /** Why nothing can be told just now. */
  const trouble = ref("");
  /** Of the draft as it is: not of the one before. */
  const fresh = ref(false);

  async function ask(): Promise<void> {
    const asked = draft.value;
    if (asked === null || faults.value.length > 0) return;
    const answer = await trySetup(site, device, asked);
    if (answer.ok) trial.value = answer.value;
    trouble.value = answer.ok ? "" : answer.errors ? t("install.trial.refused", { errors: answer.errors.join("; ") }) : t("install.trial.failed");
    fresh.value = answer.ok && asked === draft.value;
  }

  const asks = coalesce(ask, MIN_GAP_MS);
  watch(draft, () => {
    fresh.value = false;
    asks.request();
  });
  asks.request();
  const again = setInterval(asks.request, AGAIN_MS);
  onScopeDispose(() => {
    clearInterval(again);
    asks.stop();
  });
  return { trial, trouble, fresh };
}
