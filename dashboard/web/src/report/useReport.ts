import { computed, ref, shallowRef, watch } from "vue";
import { readNearby, sendReport, type Nearby, type Place, type Received, type Report } from "../api/client";
import { mayOpen, PAGES } from "../frame/pages";
import { useWords } from "../i18n/useWords";
import { newId } from "../outbox/ids";
import { useOutbox } from "../outbox/useOutbox";
import { me } from "../people/session";
import { titleOf } from "./choice";
import { rememberReport } from "./remembered";

export type Trouble = { what: "unreachable" | "tooMuch" | "closed" | "refused" | "failing" | "full"; n: number; status: number };

/** One report, from the first choice to its link. Whoever works on the street has it kept until there is a network. */
export function useReport() {
  const { kind: nameOf } = useWords();
  const { add } = useOutbox();

  const kind = ref<string | null>(null);
  const place = shallowRef<Place | null>(null);
  const words = ref("");
  const photos = ref<string[]>([]);
  const nearby = shallowRef<readonly Nearby[]>([]);
  const trouble = ref<Trouble | null>(null);
  const sending = ref(false);
  const received = shallowRef<Received | null>(null);
  const kept = ref(false);
  /** What is sent again, because an answer got lost, is one report. */
  let id = newId();

  const inTheField = computed(() => me.value !== null && mayOpen(PAGES.worker, me.value.role));

  watch([kind, place], async ([what, where]) => {
    nearby.value = [];
    if (what === null || where === null) return;
    const answer = await readNearby(what, where);
    if (answer.ok && kind.value === what && place.value === where) nearby.value = answer.value;
  });

  const reportOf = (what: string, where: Place): Report => ({
    kind: what,
    position: where,
    title: titleOf(words.value, nameOf(what)),
    text: words.value.trim(),
    photos: [...photos.value],
  });

  async function send(): Promise<void> {
    if (kind.value === null || place.value === null || sending.value) return;
    sending.value = true;
    trouble.value = null;
    const report = reportOf(kind.value, place.value);
    await (inTheField.value ? keep(report) : post(report));
    sending.value = false;
  }

  async function keep(report: Report): Promise<void> {
    try {
      await add({ deed: "report", report }, id);
      kept.value = true;
    } catch {
      trouble.value = { what: "full", n: 0, status: 0 };
    }
  }

  async function post(report: Report): Promise<void> {
    const answer = await sendReport({ ...report, id });
    if (!answer.ok) return void (trouble.value = troubleOf(answer.status, answer.waitS));
    rememberReport({ follow: answer.value.follow, number: answer.value.number, title: answer.value.title });
    received.value = answer.value;
  }

  function startAgain(): void {
    [kind.value, place.value, words.value, photos.value] = [null, null, "", []];
    [received.value, kept.value, trouble.value] = [null, false, null];
    id = newId();
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
