import { describe, expect, it } from "vitest";
import { heightOf, optionOf, type Look } from "./charts";
import { csvOf } from "./csv";
import { middleOf, spotFeatures } from "./hot";
import { ticketsAt } from "./links";
import { queryOf, scopeOf, stepOf } from "./period";
import { wrapped } from "./picture";
import { cellAt, count, MOST, share, time, word, type Shown } from "./shown";
import { openSources, type Sources } from "./sources";
import { TELLING } from "./testing";

const NOON = new Date("2026-11-20T12:00").getTime();
const LOOK: Look = { panel: "p", line: "l", area: "a", text: "t", quiet: "q", urgent: "u", font: "f", size: 15, moves: true };

const shownOf = (changes: Partial<Shown> = {}): Shown => ({
  sentence: "s",
  opens: null,
  columns: ["name", "one", "two"],
  rows: [[word("甲"), count(1, {}), count(2, { hour: 2 })], [word("乙"), count(3, {}), count(0, {})]],
  drawing: { kind: "bars", unit: "count", series: [1, 2], urgent: true },
  ...changes,
});

describe("scopeOf", () => {
  it("is the last thirty days, today among them, unless the address says otherwise", () => {
    expect(scopeOf({}, NOON)).toMatchObject({ days: 30, first: "2026-10-22", last: "2026-11-20", area: null });
    expect(scopeOf({ days: "7", area: "5106" }, NOON)).toMatchObject({ days: 7, first: "2026-11-14", area: "5106" });
    expect(scopeOf({ first: "2026-01-01", last: "2026-01-31" }, NOON)).toMatchObject({ days: null, first: "2026-01-01", last: "2026-01-31" });
  });

  it.each([{ days: "8" }, { first: "2026-02-01", last: "2026-01-01" }, { first: "so", last: "what" }, { first: "2026-01-01" }])(
    "takes %o for nothing",
    (query) => expect(scopeOf(query, NOON)).toMatchObject({ days: 30 }),
  );

  it("comes back as it went", () => {
    for (const query of [{ days: "90", area: "5106" }, { first: "2026-01-01", last: "2026-01-31" }]) {
      expect(queryOf(scopeOf(query, NOON))).toEqual(query);
    }
  });

  it("is told by the week where days are many", () => {
    expect(["7", "30", "90"].map((days) => stepOf(scopeOf({ days }, NOON)))).toEqual(["day", "day", "week"]);
  });
});

describe("cells", () => {
  it("never say all or none while that is not so", () => {
    expect([0, 0.001, 0.5, 0.999, 1, null].map((value) => share(value, null).text)).toEqual(["0 %", "1 %", "50 %", "99 %", "100 %", "–"]);
  });

  it("open nothing where there is nothing", () => {
    expect(count(0, { hour: 1 }).opens).toBeNull();
    expect(time(null, TELLING, { hour: 1 }).opens).toBeNull();
    expect(time(5400, TELLING)).toEqual({ value: 1.5, text: "5400 s", opens: null });
  });

  it("are found by the mark that was picked", () => {
    expect(cellAt(shownOf(), { series: 1, index: 0 })?.opens).toEqual({ hour: 2 });
    const heat = shownOf({ drawing: { kind: "heat", unit: "count", series: [1, 2], urgent: false } });
    expect(cellAt(heat, { series: 0, index: 9, place: [1, 0] })?.opens).toEqual({ hour: 2 });
    expect(cellAt(shownOf(), { series: 4, index: 9 })).toBeNull();
  });

  it("lead to the list of their tickets", () => {
    expect(ticketsAt({ genuine: true, hour: 0 })).toEqual({ path: "/tickets", query: { genuine: "true", hour: "0" } });
  });
});

describe("optionOf", () => {
  const seriesOf = (shown: Shown) => optionOf(shown, LOOK)["series"] as { data: unknown[]; color?: string }[];

  it("draws a series for each column, in colour only what needs a person", () => {
    expect(seriesOf(shownOf()).map(({ data, color }) => [data, color])).toEqual([[[1, 3], "u"], [[2, 0], "t"]]);
    expect(seriesOf(shownOf({ drawing: { ...shownOf().drawing, urgent: false } })).map(({ color }) => color)).toEqual(["t", "t"]);
  });

  it("draws every figure of a heat map where it is", () => {
    const heat = shownOf({ drawing: { kind: "heat", unit: "count", series: [1, 2], urgent: false } });
    expect(seriesOf(heat)[0]!.data).toEqual([[0, 0, 1], [1, 0, 2], [0, 1, 3], [1, 1, 0]]);
  });

  it("draws no more names than can be read, and is as high as they need", () => {
    const rows = Array.from({ length: 40 }, (_, n) => [word(`${n}`), count(n, {}), count(n, {})]);
    expect(seriesOf(shownOf({ rows }))[0]!.data).toHaveLength(MOST);
    expect(heightOf(shownOf({ rows }))).toBeGreaterThan(heightOf(shownOf()));
  });

  it("does not move for whom that is too much", () => {
    expect(optionOf(shownOf(), { ...LOOK, moves: false })["animation"]).toBe(false);
  });

  it("leaves a gap where nothing is known", () => {
    const lines = shownOf({ drawing: { kind: "lines", unit: "percent", series: [1], urgent: false }, rows: [[word("d"), share(null, null)]] });
    expect(seriesOf(lines)[0]!.data).toEqual([null]);
  });
});

describe("csvOf", () => {
  it("keeps commas and quotes, and computes nothing", () => {
    const rows = [[word('a,"b"'), word("=1+1"), { value: null, text: "–", opens: null }]];
    expect(csvOf({ columns: ["x", "y", "z"], rows })).toBe("\uFEFFx,y,z\r\n\"a,\"\"b\"\"\",'=1+1,\r\n");
  });
});

describe("hot spots", () => {
  it("lie in the middle of their squares, the hottest drawn last", () => {
    expect(middleOf("104395,31125")).toEqual([104.3955, 31.1255]);
    const spot = (cell: string, n: number) => [word("p", { cell }), count(n, { cell })];
    const { features } = spotFeatures({ rows: [spot("1,1", 4), spot("2,2", 1)] });
    expect(features.map(({ properties }) => properties)).toEqual([
      { index: 1, label: "1", heat: 0.5 },
      { index: 0, label: "4", heat: 1 },
    ]);
  });
});

describe("wrapped", () => {
  const width = (text: string): number => text.length;

  it("breaks between words, and Chinese anywhere", () => {
    expect(wrapped("one two three", 8, width)).toEqual(["one two", "three"]);
    expect(wrapped("按时处理五成", 4, width)).toEqual(["按时处理", "五成"]);
  });
});

describe("openSources", () => {
  it("asks each thing once, two at a time, and again after a failure", async () => {
    let [running, most, calls] = [0, 0, 0];
    const read = async () => {
      most = Math.max(most, ++running);
      calls++;
      await new Promise((done) => setTimeout(done, 1));
      running--;
      return { ok: false as const, status: 503 };
    };
    const names: (keyof Sources)[] = ["time", "grid", "missed", "hour", "matter"];
    const readers = Object.fromEntries(names.map((name) => [name, read])) as unknown as Parameters<typeof openSources>[1];
    const ask = openSources(scopeOf({}, NOON), readers);
    await Promise.all([...names, "time" as const].map((name) => ask(name)));
    expect([most, calls]).toEqual([2, 5]);
    await ask("time");
    expect(calls).toBe(6);
  });
});
