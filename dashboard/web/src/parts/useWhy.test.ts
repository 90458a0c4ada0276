import { createSSRApp, h } from "vue";
import { renderToString } from "vue/server-renderer";
import { createI18n } from "vue-i18n";
import { describe, expect, it } from "vitest";
import en from "../i18n/en";
import zhCN from "../i18n/zh-CN";
import { ticketOf } from "../testing/samples";
import { useWhy, type Why } from "./useWhy";

type Numbers = Record<string, number>;

async function why(kind: string, zone: object, threshold: Numbers, observed: Numbers, locale = "en", late = false): Promise<Why | null> {
  let said: Why | null = null;
  const app = createSSRApp({
    setup() {
      said = useWhy()(ticketOf({ kind, explanation: { zone, threshold, observed, late } }));
      return () => h("p");
    },
  });
  app.use(createI18n({ legacy: false, locale, messages: { en, "zh-CN": zhCN } }));
  await renderToString(app);
  return said;
}

describe("why", () => {
  const yard = { id: "yard", polygon: [] };

  it("is how often a line was crossed", async () => {
    const gate = (kind: string, locale: string) => why(kind, { id: "gate", name: "北门", line: [] }, { crossings: 1 }, { crossings: 3 }, locale);
    expect(await gate("intrusion", "en")).toEqual({ sentence: "Line 北门 crossed, so far 3 times", figure: "3" });
    expect((await gate("wrong_way", "zh-CN"))?.sentence).toBe("有车逆向越过 北门，累计 3 次");
    expect((await gate("stampede", "en"))?.sentence).toBe("Line 北门 crossed, so far 3 times");
  });

  it("is how long, for what was seen", async () => {
    expect(await why("fire", yard, { dwell_s: 4 }, { dwell_s: 65 })).toEqual({
      sentence: "Fire seen in zone yard for 1 min 5 s",
      figure: "1 min 5 s",
    });
    expect((await why("rock_fall", yard, { dwell_s: 4 }, { dwell_s: 5 }))?.sentence).toBe(
      "In zone yard for 5 s, limit 4 s",
    );
  });

  it("says that it came late", async () => {
    const late = (locale: string) => why("fire", yard, { dwell_s: 4 }, { dwell_s: 65 }, locale, true);
    expect((await late("en"))?.sentence).toBe("Fire seen in zone yard for 1 min 5 s (sent late: the camera had been cut off)");
    expect((await late("zh-CN"))?.sentence).toMatch(/（断网补传）$/);
  });

  it("says what was given to whoever stood there already", async () => {
    const graced = (locale: string) => why("illegal_parking", yard, { dwell_s: 180, grace_s: 600 }, { dwell_s: 785 }, locale);
    expect((await graced("en"))?.sentence).toBe("Vehicle in no-parking zone yard for 13 min 5 s, limit 3 min (there before the hours: 10 min more)");
    expect((await graced("zh-CN"))?.sentence).toMatch(/上限 3 分钟?（时段开始前已在，另宽限 10 分钟?）$/);
  });

  it("is how many, for a crowd", async () => {
    expect(await why("crowd", yard, { dwell_s: 20, count: 10 }, { dwell_s: 25, count: 14 })).toEqual({
      sentence: "14 together in zone yard for 25 s, limit 10",
      figure: "14",
    });
  });

  it("is what was measured, for a sensor", async () => {
    const level = { id: "water_level" };
    const [asked, seen] = [{ water_level_m: 0.3, dwell_s: 10 }, { water_level_m: 0.412, dwell_s: 12 }];
    expect((await why("flood", level, asked, seen))?.sentence).toBe("Water level 0.41 m, limit 0.30 m, for 12 s");
    expect((await why("flood", level, asked, seen, "zh-CN"))?.sentence).toBe("水位 0.41 米，限值 0.30 米，已持续 12 秒");
    expect((await why("slope_movement", { id: "tilt" }, { tilt_rad: 0.05 }, { tilt_rad: 0.1 }))?.figure).toBe("5.7°");
    expect((await why("gas_leak", { id: "methane" }, { methane_ppm: 9 }, { methane_ppm: 12 }))?.figure).toBe("12.0 ppm");
  });

  it("is how fast it rose, where a rule asks for that", async () => {
    const [asked, seen] = [{ water_level_rise_m: 0.1, dwell_s: 10, within_s: 600 }, { water_level_rise_m: 0.14, dwell_s: 60 }];
    expect(await why("flood", { id: "water_level" }, asked, seen)).toEqual({
      sentence: "Water up by 0.14 m within 10 min, limit 0.10 m", figure: "0.14 m",
    });
    const other = await why("gas_leak", { id: "methane" }, { methane_rise: 5, within_s: 60 }, { methane_rise: 6 });
    expect(other?.sentence).toBe("methane changed by 6.0 within 1 min, limit 5.0");
  });

  it("is what cannot be, for a sensor that is not to be believed", async () => {
    const [stuck, seen] = [{ stuck_s: 3600, dwell_s: 3600 }, { stuck_s: 3700, dwell_s: 3600 }];
    expect((await why("sensor_fault", { id: "readings" }, stuck, seen))?.sentence).toBe("The same value for 1 h 1 min, limit 1 h");
    const wild = await why("sensor_fault", { id: "readings" }, { value: 5, dwell_s: 10 }, { value: 9.9, dwell_s: 12 });
    expect(wild?.sentence).toBe("Measured 9.9, beyond 5, which it cannot");
  });

  it("is an event, for a switch", async () => {
    expect(await why("sos", { id: "sos" }, { sos: 0.5, dwell_s: 0 }, { sos: 1, dwell_s: 0 })).toEqual({
      sentence: "The emergency button was pressed",
      figure: null,
    });
  });

  it("is a silence, for a sensor that is at fault", async () => {
    expect(await why("sensor_fault", { id: "readings" }, { silent_s: 60 }, { silent_s: 75 })).toEqual({
      sentence: "No reading for 1 min 15 s, limit 1 min",
      figure: "1 min 15 s",
    });
  });

  it("is nothing where nothing is explained", async () => {
    expect(await why("rubbish", {}, {}, {})).toBeNull();
  });
});
