import type { Device, Evidence, Ticket, Wall } from "../api/client";

export const NOON = Date.parse("2026-11-20T12:00:00Z");

export const iso = (ms: number): string => new Date(ms).toISOString();

export function evidenceOf(role: Evidence["role"], changes: Partial<Evidence> = {}): Evidence {
  return { id: `picture-${role}`, at: iso(NOON), role, url: `/api/evidence/${role}/masked.jpg`, full_url: null, removed_at: null, sha256: "0".repeat(64), box: null, ...changes };
}

/** A ticket opened at noon, due two hours, a day and a week later. */
export function ticketOf(changes: Partial<Ticket> = {}): Ticket {
  return {
    id: "ticket-1",
    number: "20261120-00001",
    kind: "illegal_parking",
    state: "candidate",
    severity: "major",
    title: "Tooley Street, kerb",
    text: "",
    area: null,
    position: null,
    site: "tooley",
    device: "cam-1",
    zone: "kerb",
    opened_at: iso(NOON),
    began_at: iso(NOON),
    due: { accept: "2026-11-20T14:00:00Z", handle: "2026-11-21T12:00:00Z", close: "2026-11-27T12:00:00Z" },
    overdue: [],
    accepted_at: null,
    handled_at: null,
    ended_at: null,
    assignee: null,
    departments: [],
    incidents: [],
    evidence: [],
    explanation: null,
    parent: null,
    merged_into: null,
    paused_until: null,
    level: 0,
    solved: null,
    acknowledged_by: null,
    acknowledged_at: null,
    ...changes,
  };
}

export function cameraOf(changes: Partial<Device> = {}): Device {
  return {
    site: "tooley",
    id: "cam-1",
    kind: "camera",
    name: "Tooley Street, kerb",
    position: null,
    state: "online",
    state_at: iso(NOON),
    seen_at: iso(NOON),
    agent: "edge",
    detail: {},
    picture: "/api/devices/tooley/cam-1/picture.jpg",
    picture_at: iso(NOON),
    blind: null,
    blind_since: null,
    ...changes,
  };
}

export function wallOf(changes: Partial<Wall> = {}): Wall {
  return {
    at: iso(NOON),
    site: { id: "tooley", name: "Tooley" },
    area: null,
    modes: [],
    figures: null,
    tickets: [],
    counts: { open: 0, overdue: 0, by_severity: {}, by_state: {} },
    devices: [],
    data_at: iso(NOON),
    ...changes,
  };
}
