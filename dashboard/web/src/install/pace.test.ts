import { expect, it } from "vitest";
import { paceOf } from "./pace";

it("is what a camera's agent says", () => {
  const detail = { state: "online", rate: 5, sent: 0.5, over_budget: 0, quality: 85 };
  expect(paceOf({ detail })).toEqual({ captured: 5, sent: 0.5, overBudget: 0, quality: 85 });
});

it("is not known before the first picture, nor of an older agent", () => {
  expect(paceOf({ detail: { rate: 0, sent: 0, over_budget: 0, quality: 0 } })).toBeNull();
  expect(paceOf({ detail: { rate: 5 } })).toBeNull();
  expect(paceOf({ detail: {} })).toBeNull();
});
