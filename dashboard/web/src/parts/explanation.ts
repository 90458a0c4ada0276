import type { Ticket } from "../api/client";

export type Point = readonly [number, number];

/** What was seen, against what the rule asks. */
export interface Pair {
  observed: number;
  limit: number;
}

/** A quantity of the world, in the unit that ends its name in the explanation ("m", "rad", …; "" for none). */
export interface Measure extends Pair {
  metric: string;
  unit: string;
  /** Within so many seconds it has risen, or changed, by that much; null where it is the value itself. */
  within: number | null;
}

/** What the wall says of a ticket's explanation; which fields there are depends on the kind of incident. */
export interface Explanation {
  dwell: Pair | null;
  /** What it was given beside the dwell, in seconds, as it stood there already when the rule's hours began. */
  grace: number;
  silent: Pair | null;
  /** A value that never changes, in seconds; one that cannot be, against the end of what can. */
  stuck: Pair | null;
  value: Pair | null;
  count: Pair | null;
  measure: Measure | null;
  /** How sure the model was of what it saw, 0 to 1. */
  score: number | null;
  model: string | null;
  /** Its name and version. */
  rule: string | null;
  /** How often a line was crossed, against how often is too often. */
  crossings: Pair | null;
  zone: ExplainedZone | null;
  /** Who told of it, where several did, and how sure they are together, 0 to 1. */
  sources: string[];
  certainty: number | null;
  /** Who looks for the same nearby and has told of nothing, and whether that is for somebody to look at. */
  doubters: string[];
  review: boolean;
  /** Found in what came only after its source had been cut off. */
  late: boolean;
}

/** Where it was: in a polygon, or over a line; a sensor's place has neither. */
export interface ExplainedZone {
  id: string;
  name: string;
  polygon: Point[];
  line: Point[];
  /** Over the line one way only counts: to its right, as seen along its points. */
  oneWay: boolean;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The rule that lets things over a line to its left. */
export const ONE_WAY = "wrong_way";

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));

function pairOf(explanation: Fields, name: string): Pair | null {
  const observed = fieldsOf(explanation["observed"])[name];
  const limit = fieldsOf(explanation["threshold"])[name];
  return typeof observed === "number" && typeof limit === "number" ? { observed, limit } : null;
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** A sensor's incident has its metric for a zone, and the metric with its unit among the quantities. */
function measureOf(explanation: Fields): Measure | null {
  const { id: metric } = fieldsOf(explanation["zone"]);
  if (typeof metric !== "string") return null;
  const name = Object.keys(fieldsOf(explanation["observed"])).find(
    (key) => key === metric || key.startsWith(`${metric}_`),
  );
  const pair = name === undefined ? null : pairOf(explanation, name);
  if (name === undefined || pair === null) return null;
  const within = numberOf(fieldsOf(explanation["threshold"])["within_s"]);
  return { ...pair, metric, unit: name.slice(metric.length + 1).replace(/^rise_?/, ""), within };
}

function sourceOf(explanation: Fields): Pick<Explanation, "score" | "model" | "rule"> {
  const { score } = fieldsOf(explanation["observed"]);
  const { name } = fieldsOf(explanation["model"]);
  const { kind, version } = fieldsOf(explanation["rule"]);
  return {
    score: numberOf(score),
    model: typeof name === "string" ? name : null,
    rule: typeof kind === "string" ? `${kind} ${typeof version === "string" ? version : ""}`.trim() : null,
  };
}

const pointsOf = (points: unknown): Point[] => (Array.isArray(points) ? points.filter(isPoint) : []);

function zoneOf(explanation: Fields): ExplainedZone | null {
  const { id, name, polygon, line } = fieldsOf(explanation["zone"]);
  if (typeof id !== "string") return null;
  const oneWay = fieldsOf(explanation["rule"])["kind"] === ONE_WAY;
  return { id, name: typeof name === "string" ? name : id, polygon: pointsOf(polygon), line: pointsOf(line), oneWay };
}

const namesOf = (devices: unknown): string[] =>
  Array.isArray(devices) ? devices.map((device) => fieldsOf(device)["name"]).filter((name) => typeof name === "string") : [];

function accordOf(explanation: Fields): Pick<Explanation, "sources" | "certainty" | "doubters" | "review"> {
  const { sources, certainty, silent, review } = explanation;
  return {
    sources: namesOf(sources),
    certainty: numberOf(certainty),
    doubters: namesOf(silent),
    review: review === true,
  };
}

export function explanationOf(ticket: Pick<Ticket, "explanation">): Explanation {
  const fields = fieldsOf(ticket.explanation);
  return {
    dwell: pairOf(fields, "dwell_s"),
    grace: numberOf(fieldsOf(fields["threshold"])["grace_s"]) ?? 0,
    silent: pairOf(fields, "silent_s"),
    stuck: pairOf(fields, "stuck_s"),
    value: pairOf(fields, "value"),
    count: pairOf(fields, "count") ?? pairOf(fields, "vehicles"),
    measure: measureOf(fields),
    crossings: pairOf(fields, "crossings"),
    ...sourceOf(fields),
    zone: zoneOf(fields),
    ...accordOf(fields),
    late: fields["late"] === true,
  };
}

export function boxOf(corners: readonly number[] | null): Box | null {
  const [x1, y1, x2, y2] = corners ?? [];
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null;
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}
