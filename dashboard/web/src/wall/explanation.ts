import type { Ticket } from "../api/client";

export type Point = readonly [number, number];

/** What the wall says of a ticket's explanation; which fields there are depends on the kind of incident. */
export interface Explanation {
  dwell: { observed: number; limit: number } | null;
  zone: { id: string; polygon: Point[] } | null;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));

function dwellOf(explanation: Fields): Explanation["dwell"] {
  const observed = fieldsOf(explanation["observed"])["dwell_s"];
  const limit = fieldsOf(explanation["threshold"])["dwell_s"];
  return typeof observed === "number" && typeof limit === "number" ? { observed, limit } : null;
}

function zoneOf(explanation: Fields): Explanation["zone"] {
  const { id, polygon } = fieldsOf(explanation["zone"]);
  if (typeof id !== "string" || !Array.isArray(polygon)) return null;
  return { id, polygon: polygon.filter(isPoint) };
}

export function explanationOf(ticket: Pick<Ticket, "explanation">): Explanation {
  const fields = fieldsOf(ticket.explanation);
  return { dwell: dwellOf(fields), zone: zoneOf(fields) };
}

export function boxOf(corners: readonly number[] | null): Box | null {
  const [x1, y1, x2, y2] = corners ?? [];
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null;
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}
