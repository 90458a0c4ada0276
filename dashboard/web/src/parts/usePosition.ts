import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { Place } from "../api/client";

export interface Fix {
  place: Place;
  /** Within so many metres. */
  accuracy: number;
}

const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 15_000, timeout: 20_000 };

/** Where the phone is. It is asked for nothing until `ask`, unless that was allowed before. */
export function usePosition(options: { keepAllowed: boolean }) {
  const fix = shallowRef<Fix | null>(null);
  const state = ref<"idle" | "asking" | "known" | "failed">("idle");
  let watched: number | undefined;

  function onFix({ coords }: GeolocationPosition): void {
    fix.value = { place: [coords.longitude, coords.latitude], accuracy: Math.round(coords.accuracy) };
    state.value = "known";
  }

  function ask(): void {
    if (state.value === "asking" || state.value === "known") return;
    if (watched !== undefined) navigator.geolocation.clearWatch(watched);
    state.value = navigator.geolocation === undefined ? "failed" : "asking"; // there is none over plain HTTP
    watched = navigator.geolocation?.watchPosition(onFix, onFailure, OPTIONS);
  }

  /** One that was found stays until there is a better one. */
  function onFailure(): void {
    if (fix.value === null) state.value = "failed";
  }

  async function askIfAllowed(): Promise<void> {
    const allowed = await navigator.permissions?.query({ name: "geolocation" });
    if (allowed?.state === "granted") ask();
  }

  if (options.keepAllowed) askIfAllowed().catch(() => undefined); // a browser that cannot tell is not asked
  onScopeDispose(() => watched !== undefined && navigator.geolocation.clearWatch(watched));
  return { fix: computed(() => fix.value), state: computed(() => state.value), ask };
}
