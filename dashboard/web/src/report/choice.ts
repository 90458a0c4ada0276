import type { Reportable } from "../api/client";

export interface Group {
  name: string;
  matters: Reportable[];
}

/** The matters by class, in the order of the list; of those that are looked for, by any of their names. */
export function groupsOf(matters: readonly Reportable[], words: string, language: string): Group[] {
  const sought = words.trim().toLowerCase();
  const groups = new Map<string, Reportable[]>();
  for (const matter of matters) {
    const { zh, en, class_zh, class_en } = matter;
    if (![zh, en, class_zh, class_en].some((name) => name.toLowerCase().includes(sought))) continue;
    const name = language === "en" ? class_en : class_zh;
    groups.set(name, [...(groups.get(name) ?? []), matter]);
  }
  return [...groups].map(([name, found]) => ({ name, matters: found }));
}

const LONGEST_TITLE = 60;

/** A ticket's title: the first line of what was written, or what the matter is called. */
export function titleOf(words: string, matter: string): string {
  const line = words.trim().split("\n", 1)[0]!.trim();
  const signs = [...line];
  if (signs.length === 0) return matter;
  return signs.length > LONGEST_TITLE ? `${signs.slice(0, LONGEST_TITLE - 1).join("")}…` : line;
}
