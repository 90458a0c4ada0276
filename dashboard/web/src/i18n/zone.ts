import { computed } from "vue";
import { me } from "../people/session";

/** Where the site keeps its clocks, whatever the clock of this computer is set to; its own until that is known. */
export const zone = computed(() => me.value?.timezone);

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/** To make one takes long, and moments are written every second. */
function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  const format = known ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  if (known === undefined) formats.set(timeZone, format);
  return format;
}

/** "2026-11-20T14:02:36", as the site's clocks show a moment. */
export const localOf = (at: number, timeZone = zone.value): string => formatOf(timeZone).format(at).replace(" ", "T");

/** "2026-11-20". */
export const dateOf = (at: number, timeZone = zone.value): string => localOf(at, timeZone).slice(0, 10);

export const isSameDay = (a: number, b: number, timeZone = zone.value): boolean => dateOf(a, timeZone) === dateOf(b, timeZone);

/** The moment at which the site's clocks show so; where they skip that, as much later. */
export function momentOf(local: string, timeZone = zone.value): number {
  const shown = Date.parse(`${local}Z`);
  const ahead = (at: number): number => Date.parse(`${localOf(at, timeZone)}Z`) - at;
  return shown - ahead(shown - ahead(shown));
}
