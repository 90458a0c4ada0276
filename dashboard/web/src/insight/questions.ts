import { late, offenders } from "./answers/late";
import { hours, matters } from "./answers/most";
import { hotspots, recurrences } from "./answers/places";
import { departments, grids, league, onTime, property, times } from "./answers/rates";
import { blindness, precision } from "./answers/watching";
import type { Shown, Telling } from "./shown";
import type { Sources } from "./sources";

/** A heading, and how what the server says becomes its answer. */
export interface Question {
  name: string;
  source: keyof Sources;
  /** What is shown first; the other is a key away. */
  view: "chart" | "table";
  shape: (found: Sources[keyof Sources], telling: Telling) => Shown;
}

function question<Name extends keyof Sources>(
  name: string,
  source: Name,
  shape: (found: Sources[Name], telling: Telling) => Shown,
  view: Question["view"] = "chart",
): Question {
  return { name, source, view, shape: shape as Question["shape"] }; // it is given what its own source says
}

/** In the order in which a supervisor asks. */
export const QUESTIONS: readonly Question[] = [
  question("onTime", "time", onTime),
  question("times", "time", times),
  question("late", "missed", late),
  question("offenders", "offenders", offenders),
  question("grids", "grid", grids),
  question("departments", "department", departments),
  question("matters", "matter", matters),
  question("hours", "hour", hours),
  question("hotspots", "hotspots", hotspots),
  question("recurrences", "recurrences", recurrences),
  question("precision", "precision", precision),
  question("blindness", "blindness", blindness),
  question("league", "grid", league, "table"),
  question("property", "community", property, "table"),
];
