import { computed, onScopeDispose, ref, type ComputedRef, type Ref } from "vue";

const REFRESH_MS = 1_000;
const PATIENCE_MS = 10_000;

interface Picture {
  address: string;
  loaded: boolean;
}

export interface LivePicture {
  /** The one that is shown, if any, then the one on its way, if any; keyed by address, neither loads twice. */
  pictures: ComputedRef<Picture[]>;
  /** Nothing has loaded for a while: what was shown is gone, it would pass for the present. */
  failed: Readonly<Ref<boolean>>;
  onLoad(): void;
  onError(): void;
}

/** A picture asked for anew every second, never while the last request is still under way or the page hidden. */
export function useLivePicture(url: () => string | null): LivePicture {
  const shown = ref<string | null>(null);
  const coming = ref<string | null>(null);
  const failed = ref(false);
  let askedAt = 0;
  let loadedAt = -Infinity;

  function onLoad(): void {
    shown.value = coming.value;
    coming.value = null;
    failed.value = false;
    loadedAt = performance.now();
  }

  function onError(): void {
    coming.value = null;
    if (performance.now() - loadedAt < PATIENCE_MS) return;
    shown.value = null;
    failed.value = true;
  }

  function refresh(): void {
    const address = url();
    if (address === null) shown.value = coming.value = null;
    if (address === null || document.hidden) return;
    if (coming.value !== null) {
      if (performance.now() - askedAt < PATIENCE_MS) return;
      onError();
    }
    askedAt = performance.now();
    coming.value = `${address}?t=${Date.now()}`;
  }

  const pictures = computed(() => {
    const both: Picture[] = [];
    if (shown.value !== null) both.push({ address: shown.value, loaded: true });
    if (coming.value !== null) both.push({ address: coming.value, loaded: false });
    return both;
  });

  refresh();
  const timer = setInterval(refresh, REFRESH_MS);
  onScopeDispose(() => clearInterval(timer));
  return { pictures, failed, onLoad, onError };
}
