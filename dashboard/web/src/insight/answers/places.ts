import type { Hotspot, Recurrence } from "../../api/client";
import type { Filters } from "../../tickets/filters";
import { count, sum, word, type Shown, type Telling } from "../shown";

/** Where the same matter comes again and again. */
export function recurrences(places: readonly Recurrence[], telling: Telling): Shown {
  const { t, kind, within } = telling;
  const name = (place: Recurrence): string => `${place.title}${place.area ? ` · ${place.area}` : ""}`;
  const filters = (place: Recurrence): Filters => ({ ...within, kind: place.kind, genuine: true, ...there(place) });
  const worst = places[0];
  const again = sum(places.map((place) => place.recurrent));
  return {
    sentence: worst
      ? t("insight.recurrences.sentence", { place: worst.title, kind: kind(worst.kind), n: worst.tickets, places: places.length, again })
      : t("insight.recurrences.none"),
    opens: worst ? filters(worst) : null,
    columns: ["place", "again", "anew", "times"].map((one) => t(`insight.column.${one}`)),
    rows: places.map((place) => [
      word(`${kind(place.kind)} · ${name(place)}`, filters(place)),
      count(place.recurrent, { ...filters(place), recurrent: true }),
      count(place.tickets - place.recurrent, { ...filters(place), recurrent: false }),
      count(place.tickets, filters(place)),
    ]),
    drawing: { kind: "bars", unit: "count", series: [1, 2], urgent: true },
  };
}

const there = ({ site, device, zone, cell }: Recurrence): Filters => ({
  ...(site === null || device === null ? {} : { site, device }),
  ...(zone === null ? {} : { zone }),
  ...(cell === null ? {} : { cell }),
});

/** Where on the map most is wrong. */
export function hotspots(spots: readonly Hotspot[], telling: Telling): Shown {
  const { t, kind, within } = telling;
  const filters = (spot: Hotspot): Filters => ({ ...within, cell: spot.cell, genuine: true });
  const name = ({ area, position: [longitude, latitude] }: Hotspot): string =>
    `${area ?? t("insight.nowhere")} · ${longitude.toFixed(4)}, ${latitude.toFixed(4)}`;
  const hottest = spots[0];
  return {
    sentence: hottest
      ? t("insight.hotspots.sentence", { area: hottest.area ?? t("insight.nowhere"), n: hottest.tickets, kind: kind(hottest.kind) })
      : t("insight.nothing"),
    opens: hottest ? filters(hottest) : null,
    columns: ["spot", "genuine", "mostly"].map((one) => t(`insight.column.${one}`)),
    rows: spots.map((spot) => [
      word(name(spot), filters(spot)),
      count(spot.tickets, filters(spot)),
      word(kind(spot.kind), { ...filters(spot), kind: spot.kind }),
    ]),
    drawing: { kind: "map", unit: "count", series: [1], urgent: false },
  };
}
