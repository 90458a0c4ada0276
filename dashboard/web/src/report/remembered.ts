/** A report that was made on this phone, and the page on which it is followed. */
export interface Remembered {
  follow: string;
  number: string;
  title: string;
}

const STORAGE_KEY = "yihu.reports";
const MOST = 20;

export const withReport = (known: readonly Remembered[], made: Remembered): Remembered[] =>
  [made, ...known.filter(({ follow }) => follow !== made.follow)].slice(0, MOST);

export function rememberedReports(): Remembered[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(known) ? (known as Remembered[]) : [];
  } catch {
    return []; // somebody else's leftovers
  }
}

export function rememberReport(made: Remembered): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(withReport(rememberedReports(), made)));
}
