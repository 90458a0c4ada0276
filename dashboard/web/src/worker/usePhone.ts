import type { InjectionKey } from "vue";
import type { usePosition } from "../parts/usePosition";

/** Where the phone is, found once for all of a page. */
export const POSITION: InjectionKey<ReturnType<typeof usePosition>> = Symbol("position");
