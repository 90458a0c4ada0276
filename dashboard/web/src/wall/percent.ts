/** "97 %"; never 100 while anything was missed, and never 0 while anything was kept. Null of nothing. */
export function percentOf(share: number | null): string | null {
  if (share === null) return null;
  const rounded = Math.round(share * 100);
  const honest = share < 1 ? Math.min(99, rounded) : rounded;
  return `${share > 0 ? Math.max(1, honest) : honest} %`;
}
