import { watchEffect } from "vue";
import { createI18n } from "vue-i18n";
import desk from "../desk/words";
import frame from "../frame/words";
import insight from "../insight/words";
import install from "../install/words";
import report from "../report/words";
import tickets from "../tickets/words";
import worker from "../worker/words";
import en from "./en";
import zhCN from "./zh-CN";
import { zone } from "./zone";

export type Messages = typeof zhCN;
type Language = "zh-CN" | "en";

export const languages: readonly Language[] = ["zh-CN", "en"];

const SCREENS = { desk, insight, install, report, tickets, worker };

type Words = { [Screen in keyof typeof SCREENS]: (typeof SCREENS)[Screen]["zh-CN"] };

const wordsOf = (language: Language): Words =>
  Object.fromEntries(Object.entries(SCREENS).map(([screen, words]) => [screen, words[language]])) as Words;

export const messages = {
  "zh-CN": { ...zhCN, ...frame["zh-CN"], ...wordsOf("zh-CN") },
  en: { ...en, ...frame.en, ...wordsOf("en") },
};

const STORAGE_KEY = "yihu.language";

const MOMENTS = {
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { month: "short", day: "numeric", weekday: "short" },
  year: { year: "numeric", month: "short", day: "numeric" },
} as const;

const DAYS = { "zh-CN": { month: "numeric", day: "numeric" }, en: { month: "short", day: "numeric" } } as const;

/** How moments are written, on the site's clocks. */
function formatsOf(language: Language) {
  const formats = Object.entries({ ...MOMENTS, day: DAYS[language] });
  return Object.fromEntries(formats.map(([name, format]) => [name, { ...format, timeZone: zone.value }]));
}

/** The address decides, then what was chosen last, then Chinese. */
export function chooseLanguage(asked: string | null, remembered: string | null): Language {
  for (const wish of [asked, remembered]) {
    const tag = wish?.toLowerCase();
    if (tag?.startsWith("zh")) return "zh-CN";
    if (tag?.startsWith("en")) return "en";
  }
  return "zh-CN";
}

/** Keep a choice for the next visit. */
export function chooseOther(language: Language): Language {
  localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = language;
  return language;
}

export function setUpI18n() {
  const asked = new URLSearchParams(window.location.search).get("lang");
  const language = chooseLanguage(asked, localStorage.getItem(STORAGE_KEY));
  if (asked !== null) localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = language;

  const i18n = createI18n({ legacy: false, locale: language, fallbackLocale: "zh-CN", messages });
  watchEffect(() => languages.forEach((one) => i18n.global.setDateTimeFormat(one, formatsOf(one))));
  return i18n;
}
