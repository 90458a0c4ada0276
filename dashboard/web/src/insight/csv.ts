import type { Shown } from "./shown";

/** A spreadsheet would compute what strangers write so. */
const FORMULA = /^[=+\-@\t\r]/;

const quoted = (value: unknown): string => {
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The table for a spreadsheet, with the mark by which that knows UTF-8. */
export function csvOf({ columns, rows }: Pick<Shown, "columns" | "rows">): string {
  const lines = [columns, ...rows.map((row) => row.map((cell) => cell.value))];
  return `\uFEFF${lines.map((line) => line.map(quoted).join(",")).join("\r\n")}\r\n`;
}
