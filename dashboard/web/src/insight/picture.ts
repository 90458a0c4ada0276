import { lookOfPage } from "./look";

const SCALE = 2;
const MARGIN = 24;

/** What stands over a chart when it hangs somewhere else. */
export interface Caption {
  title: string;
  sentence: string;
  /** Of when and where. */
  source: string;
}

/** A chart with its question and its answer, as PNG. */
export function pictureOf(chart: HTMLCanvasElement, caption: Caption): string {
  const look = lookOfPage();
  const canvas = document.createElement("canvas");
  const line = look.size * SCALE * 1.6;
  canvas.width = chart.width + 2 * MARGIN;
  const pen = canvas.getContext("2d")!;
  const fonts = { title: `600 ${look.size * SCALE * 1.2}px ${look.font}`, plain: `${look.size * SCALE}px ${look.font}` };
  pen.font = fonts.plain;
  const sentence = wrapped(caption.sentence, chart.width, (text) => pen.measureText(text).width);
  canvas.height = chart.height + (sentence.length + 2) * line + 2 * MARGIN;
  pen.fillStyle = look.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const rows = [caption.title, ...sentence, caption.source];
  rows.forEach((text, index) => {
    pen.font = index === 0 ? fonts.title : fonts.plain;
    pen.fillStyle = index === rows.length - 1 ? look.quiet : look.text;
    pen.fillText(text, MARGIN, MARGIN + (index + 0.8) * line);
  });
  pen.drawImage(chart, MARGIN, MARGIN + rows.length * line);
  return canvas.toDataURL("image/png");
}

/** A text in lines of a width: broken between words, and anywhere in Chinese. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const lines = [""];
  for (const piece of text.match(/[\u2E80-\uFFFF]|[^\u2E80-\uFFFF\s]+\s*|\s+/g) ?? []) {
    const longer = lines.at(-1)! + piece;
    if (measure(longer) <= width || lines.at(-1) === "") lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd());
}

export function save(address: string, name: string): void {
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
}

export function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  save(address, name);
  URL.revokeObjectURL(address);
}
