import { computed, ref, shallowRef, toRefs, watch } from "vue";
import { readNearby, sendReport, type Nearby, type Place, type Received, type Report } from "../api/client";
import { mayOpen, PAGES } from "../frame/pages";
import { useWords } from "../i18n/useWords";
import { newId } from "../outbox/ids";
import { useOutbox } from "../outbox/useOutbox";
import { useDraft } from "../parts/useDraft";
import { me } from "../people/session";
import { titleOf } from "./choice";
import { rememberReport } from "./remembered";

export type Trouble = { what: "unreachable" | "tooMuch" | "closed" | "refused" | "failing" | "full"; n: number; status: number };

type Draft = {
  /** What is sent again, because an answer got lost, is one report. */
  id: string | null;
  kind: string | null;
  place: Place | null;
  words: string;
  photos: string[];
};

/** Whoever sits down at the same computer later is somebody else. */
const DRAFT_WAITS_MS = 30 * 60_000;

const blank = (): Draft => ({ id: null, kind: null, place: null, words: "", photos: [] });

/** One report, from the first choice to its link. Whoever works on the street has it kept until there is a network. */
export function useReport() {
  const { kind: nameOf } = useWords();
  const { add } = useOutbox();
  const { draft, clear } = useDraft("report", blank, DRAFT_WAITS_MS);
  const { kind, place, words, photos } = toRefs(draft);
  const nearby = shallowRef<readonly Nearby[]>([]);
  const trouble = ref<Trouble | null>(null);
  const sending = ref(false);
  const received = shallowRef<Received | null>(null);
  const kept = ref(false);

  const inTheField = computed(() => me.value !== null && mayOpen(PAGES.worker, me.value.role));

  watch([kind, place], async ([what, where]) => {
    nearby.value = [];
    if (what === null || where === null) return;
    const answer = await readNearby(what, where);
    if (answer.ok && kind.value === what && place.value === where) nearby.value = answer.value;
  });

  const reportOf = (what: string, [longitude, latitude]: Place): Report & { id: string } => ({
    id: (draft.id ??= newId()),
    kind: what,
    position: [longitude, latitude],
    title: titleOf(words.value, nameOf(what)),
    text: words.value.trim(),
    photos: [...photos.value],
  });

  async function send(): Promise<void> {
    if (kind.value === null || place.value === null || sending.value) return;
    sending.value = true;
    trouble.value = null;
    const report = reportOf(kind.value, place.value);
    trouble.value = await (inTheField.value ? keep(report) : post(report));
    if (trouble.value === null) await clear();
    sending.value = false;
  }

  async function keep({ id, ...report }: Report & { id: string }): Promise<Trouble | null> {
    try {
      await add({ deed: "report", report }, id);
    } catch {
      return { what: "full", n: 0, status: 0 };
    }
    kept.value = true;
    return null;
  }

  async function post(report: Report): Promise<Trouble | null> {
    const answer = await sendReport(report);
    if (!answer.ok) return troubleOf(answer.status, answer.waitS);
    rememberReport({ follow: answer.value.follow, number: answer.value.number, title: answer.value.title });
    received.value = answer.value;
    return null;
  }

  function startAgain(): void {
    [received.value, kept.value, trouble.value] = [null, false, null];
    void clear();
  }

  return { kind, place, words, photos, nearby, trouble, sending, received, kept, send, startAgain };
}

export function troubleOf(status: number | null, waitS = 0): Trouble {
  const told = { n: Math.max(1, Math.ceil(waitS / 60)), status: status ?? 0 };
  if (status === null) return { what: "unreachable", ...told };
  if (status === 429) return { what: "tooMuch", ...told };
  if (status === 401) return { what: "closed", ...told };
  return { what: status >= 500 ? "failing" : "refused", ...told };
}
