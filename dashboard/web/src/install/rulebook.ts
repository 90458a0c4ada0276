import { shallowRef } from "vue";
import { readRules, type Rule, type RuleKind } from "../api/client";

/** What a rule is for: zones of a camera, lines through its picture, or a sensor. */
export type Watching = RuleKind["device"];

const RETRY_MS = 5_000;

/** Every rule that the server knows; empty until it was read. */
export const rulebook = shallowRef<readonly RuleKind[]>([]);

let reading: Promise<void> | null = null;

export function loadRulebook(): void {
  reading ??= read();
}

async function read(): Promise<void> {
  const answer = await readRules();
  if (answer.ok) rulebook.value = answer.value;
  else setTimeout(() => (reading = read()), RETRY_MS);
}

export const kindsFor = (device: Watching): RuleKind[] => rulebook.value.filter((one) => one.device === device);

export const kindOf = (rule: Rule, device: Watching): RuleKind | null =>
  kindsFor(device).find(({ kind }) => kind === rule.kind) ?? null;

export const usualOf = ({ usual }: RuleKind): Rule => ({ ...usual }) as Rule;

/** What detectors may be asked to look for: all that any rule looks for unless told otherwise. */
export const knownLabels = (): string[] => [
  ...new Set(rulebook.value.flatMap(({ fields, usual }) =>
    fields.filter(({ shape }) => shape === "labels").flatMap(({ name }) => (usual[name] as string[] | undefined) ?? []),
  )),
];
