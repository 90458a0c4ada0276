import { computed, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { Device } from "../api/client";
import { nameOf } from "../live/situation";
import { byHealth } from "./health";

/** The devices by health, and the one that is chosen by the address. */
export function useDevices(devices: Ref<readonly Device[] | null>, chosen: Ref<string | null>, now: Ref<number>) {
  const route = useRoute();
  const router = useRouter();
  const sorted = computed(() => (devices.value === null ? null : byHealth(devices.value, now.value)));
  const device = computed(() => devices.value?.find((one) => nameOf(one) === chosen.value) ?? null);
  const choose = (name: string): void => void router.replace({ query: { ...route.query, device: name } });
  return { sorted, device, choose };
}
