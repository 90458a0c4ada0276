import { onScopeDispose, readonly, ref, shallowReadonly, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { readPicture } from "../api/client";

const REFRESH_MS = 1_000;
const PATIENCE_MS = 10_000;

export interface LivePicture {
  /** The newest that came, decoded; it is closed once the next one stands in its place. */
  picture: Readonly<ShallowRef<ImageBitmap | null>>;
  /** Nothing has come for a while: what was shown is gone, it would pass for the present. */
  failed: Readonly<Ref<boolean>>;
}

/** A picture asked for anew every second, never while the last request is still under way or the page hidden. */
export function useLivePicture(url: () => string | null): LivePicture {
  const picture = shallowRef<ImageBitmap | null>(null);
  const failed = ref(false);
  let asked: string | null = null;
  let cameAt = -Infinity;

  function put(next: ImageBitmap | null): void {
    const last = picture.value;
    picture.value = next;
    last?.close();
  }

  function miss(): void {
    if (performance.now() - cameAt < PATIENCE_MS) return;
    put(null);
    failed.value = true;
  }

  async function refresh(): Promise<void> {
    const address = url();
    if (address === null || address === asked || document.hidden) return;
    asked = address;
    const next = await readPicture(address);
    if (address !== asked) return next?.close(); // of a camera that is shown no more
    asked = null;
    if (next === null) return miss();
    put(next);
    failed.value = false;
    cameAt = performance.now();
  }

  function begin(): void {
    asked = null;
    cameAt = -Infinity;
    put(null);
    failed.value = false;
    void refresh();
  }

  watch(url, begin, { immediate: true });
  const timer = setInterval(refresh, REFRESH_MS);
  onScopeDispose(() => {
    clearInterval(timer);
    asked = null;
    put(null);
  });
  return { picture: shallowReadonly(picture), failed: readonly(failed) };
}
