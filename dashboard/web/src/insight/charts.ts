import type { EChartsCoreOption } from "echarts/core";
import { MOST, type Drawing, type Shown, type Unit } from "./shown";

/** How charts look: the page's own tokens, sizes in pixels. */
export interface Look {
  panel: string;
  line: string;
  area: string;
  text: string;
  quiet: string;
  urgent: string;
  font: string;
  size: number;
  /** Whether what changes may move. */
  moves: boolean;
}

const SIGNS = ["circle", "diamond", "rect", "triangle"] as const;
const STROKES = ["solid", "dashed", "dotted", [8, 3, 2, 3]] as const;
/** Series are told apart by how strong they are, and by sign or stroke. */
const STRENGTHS = [1, 0.72, 0.48, 0.3] as const;

const UNITS: Record<Unit, string> = { percent: " %", hours: " h", count: "" };

/** A table as a chart of ECharts. */
export function optionOf(shown: Shown, look: Look): EChartsCoreOption {
  return { ...frame(shown, look), ...DRAW[shown.drawing.kind](shown, look) };
}

/** So high a chart is, in rem: bars need room for their names. */
export function heightOf({ rows, drawing }: Shown): number {
  const named = Math.min(MOST, rows.length);
  if (drawing.kind === "bars" || drawing.kind === "dots") return Math.max(12, 6 + named * 2);
  return drawing.kind === "heat" ? Math.max(12, 5 + named * 1.8) : 20;
}

const DRAW: Record<Drawing["kind"], (shown: Shown, look: Look) => EChartsCoreOption> = {
  lines,
  dots,
  bars,
  heat,
  map: () => ({}),
};

function frame({ drawing }: Shown, look: Look): EChartsCoreOption {
  return {
    animation: look.moves,
    animationDuration: 300,
    backgroundColor: "transparent",
    textStyle: { fontFamily: look.font, fontSize: look.size, color: look.text },
    grid: { left: 8, right: 24, top: look.size * headOf(drawing), bottom: 8, containLabel: true },
    legend: {
      show: drawing.series.length > 1,
      top: 0,
      left: 0,
      textStyle: { color: look.quiet, fontSize: look.size, fontFamily: look.font },
      inactiveColor: look.area,
    },
    tooltip: {
      confine: true,
      backgroundColor: look.line,
      borderColor: look.quiet,
      textStyle: { color: look.text, fontSize: look.size, fontFamily: look.font },
      valueFormatter: (value: unknown) => (typeof value === "number" ? `${value}${UNITS[drawing.unit]}` : "–"),
    },
  };
}

/** So many lines of text are kept free for the legend: four names may need two. */
const headOf = ({ series }: Drawing): number => (series.length > 3 ? 4.4 : series.length > 1 ? 3 : 1);

const names = ({ rows }: Shown): string[] => rows.map((row) => row[0]!.text);

const valuesOf = ({ rows }: Shown, column: number): (number | null)[] =>
  rows.map((row) => (typeof row[column]?.value === "number" ? row[column].value : null));

function valueAxis({ drawing }: Shown, look: Look) {
  return {
    type: "value",
    min: 0,
    ...(drawing.unit === "percent" ? { max: 100 } : {}),
    ...(drawing.unit === "count" ? { minInterval: 1 } : {}),
    axisLabel: { color: look.quiet, fontSize: look.size, formatter: `{value}${UNITS[drawing.unit]}`, hideOverlap: true },
    splitLine: { lineStyle: { color: look.line } },
  };
}

function nameAxis(data: readonly string[], look: Look, width: number) {
  return {
    type: "category",
    data,
    axisLabel: { color: look.quiet, fontSize: look.size, width, overflow: "truncate", hideOverlap: true },
    axisLine: { lineStyle: { color: look.quiet } },
    axisTick: { show: false },
  };
}

const first = (shown: Shown): Shown => ({ ...shown, rows: shown.rows.slice(0, MOST) });

function lines(shown: Shown, look: Look): EChartsCoreOption {
  return {
    xAxis: nameAxis(names(shown).map(withoutYear), look, look.size * 10),
    yAxis: valueAxis(shown, look),
    tooltip: { ...tooltip(shown, look), trigger: "axis" },
    series: shown.drawing.series.map((column, index) => ({
      type: "line",
      name: shown.columns[column],
      data: valuesOf(shown, column),
      connectNulls: true,
      symbol: SIGNS[index % SIGNS.length],
      symbolSize: look.size * 0.6,
      color: look.text,
      itemStyle: { opacity: STRENGTHS[index % STRENGTHS.length] },
      lineStyle: { type: STROKES[index % STROKES.length], width: 2, opacity: STRENGTHS[index % STRENGTHS.length] },
    })),
  };
}

const withoutYear = (day: string): string => day.replace(/^\d{4}-/, "");

const tooltip = (shown: Shown, look: Look) => frame(shown, look)["tooltip"] as object;

function dots(all: Shown, look: Look): EChartsCoreOption {
  const shown = first(all);
  return {
    xAxis: valueAxis(shown, look),
    yAxis: { ...nameAxis(names(shown), look, look.size * 10), inverse: true, splitLine: { show: true, lineStyle: { color: look.line } } },
    tooltip: { ...tooltip(shown, look), trigger: "axis", axisPointer: { type: "shadow" } },
    series: shown.drawing.series.map((column, index) => ({
      type: "scatter",
      name: shown.columns[column],
      data: valuesOf(shown, column),
      symbol: SIGNS[index % SIGNS.length],
      symbolSize: look.size,
      color: look.text,
      itemStyle: { opacity: STRENGTHS[index % STRENGTHS.length] },
    })),
  };
}

function bars(all: Shown, look: Look): EChartsCoreOption {
  const shown = first(all);
  const single = shown.drawing.series.length === 1;
  return {
    xAxis: valueAxis(shown, look),
    yAxis: { ...nameAxis(names(shown), look, look.size * 16), inverse: true },
    tooltip: { ...tooltip(shown, look), trigger: "axis", axisPointer: { type: "shadow" } },
    series: shown.drawing.series.map((column, index) => ({
      type: "bar",
      stack: "all",
      name: shown.columns[column],
      data: valuesOf(shown, column),
      barMaxWidth: look.size * 1.4,
      color: isUrgent(shown.drawing, index) ? look.urgent : look.text,
      itemStyle: { opacity: STRENGTHS[index % STRENGTHS.length] },
      label: { show: single, position: "right", color: look.text, fontSize: look.size, fontFamily: look.font },
    })),
  };
}

/** Of two series the second is what the first is to be seen against. */
const isUrgent = ({ urgent, series }: Drawing, index: number): boolean => urgent && (series.length > 2 || index === 0);

function heat(all: Shown, look: Look): EChartsCoreOption {
  const shown = first(all);
  const { series } = shown.drawing;
  const data = shown.rows.flatMap((row, y) => series.map((column, x) => [x, y, row[column]?.value ?? 0]));
  const most = Math.max(0.01, ...data.map(([, , value]) => Number(value)));
  return {
    xAxis: { ...nameAxis(series.map((column) => shown.columns[column]!), look, look.size * 3), splitArea: { show: false } },
    yAxis: { ...nameAxis(names(shown), look, look.size * 10), inverse: true },
    legend: { show: false },
    grid: { left: 8, right: 24, top: 8, bottom: look.size * 3, containLabel: true },
    visualMap: {
      min: 0,
      max: most,
      calculable: false,
      orient: "horizontal",
      right: 16,
      bottom: 0,
      itemWidth: look.size,
      itemHeight: look.size * 8,
      text: [`${most}${UNITS[shown.drawing.unit]}`, "0"],
      textStyle: { color: look.quiet, fontSize: look.size },
      inRange: { color: [look.panel, look.area, look.quiet, look.text] },
    },
    series: [{ type: "heatmap", data, itemStyle: { borderColor: look.line, borderWidth: 1 }, emphasis: { itemStyle: { borderColor: look.text } } }],
  };
}
