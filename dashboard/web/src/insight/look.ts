import type { Look } from "./charts";

/** The tokens of this page, as numbers and colours. */
export function lookOfPage(): Look {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    panel: token("panel"),
    line: token("line"),
    area: token("area"),
    text: token("text"),
    quiet: token("quiet"),
    urgent: token("major"),
    font: getComputedStyle(document.body).fontFamily,
    size: parseFloat(style.fontSize),
    moves: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}
