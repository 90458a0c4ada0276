import type { Colours } from "./signs";

/** The tokens of this page that a map is drawn with. */
export function coloursOfPage(): Colours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: token("ground"),
    panel: token("panel"),
    line: token("area"),
    text: token("text"),
    quiet: token("quiet"),
    water: token("water"),
    street: token("street"),
    severity: { critical: token("critical"), major: token("major"), minor: token("minor") },
  };
}
