import type { Device } from "../api/client";
import { journalOf, type Journal } from "./journal";

/** From what needs a hand at once to what is well. */
export const GRADES = ["down", "look", "well"] as const;
export type Grade = (typeof GRADES)[number];

/** How a device is: `what` is wrong is told by `install.health.WHAT`, what to do about it by `install.todo.WHAT`. */
export interface Health {
  grade: Grade;
  what: What;
  /** Since when, by the server's clock; null where that is not known. */
  since: number | null;
  /** What the device itself says of it. */
  said: string;
}

export type What =
  | "offline" | "agentAway" | "stalled" | "stopped" | "starting" | "unknown" | "noPicture" | "oldPicture"
  | "covered" | "moved" | "blurred" | "frozen" | "card" | "blind"
  | "sensorOffline" | "sensorStalled" | "sensorUnknown" | "agentOffline" | "agentStopped" | "journalFailing" | "journalFull" | "clockOff"
  | "catchingUp" | "well";

const STARTS_MS = 60_000;
const PICTURE_MS = 60_000;

/** By the kind of the incident. */
const IMPAIRED: Partial<Record<string, What>> = {
  camera_covered: "covered", camera_moved: "moved", camera_blurred: "blurred", camera_frozen: "frozen", camera_card: "card",
};

const NEARLY = 0.8;
const BEHIND_S = 60;
const OFF_S = 2;

const AGENT_AWAY = "its agent is offline"; // as ingest says it of a camera whose agent's last will has come

const at = (time: string | null): number | null => (time === null ? null : Date.parse(time));

const saidBy = ({ detail }: Device): string => (typeof detail["error"] === "string" ? detail["error"] : "");

export function healthOf(device: Device, now: number): Health {
  const health = { camera: ofCamera, sensor: ofSensor, agent: ofAgent }[device.kind](device, now);
  return { since: at(device.state_at), said: saidBy(device), ...health };
}

type Finding = Pick<Health, "grade" | "what"> & Partial<Health>;

function ofCamera(device: Device, now: number): Finding {
  if (device.state !== "online") return away(device, now);
  const shownAt = at(device.picture_at);
  if (shownAt === null) return { grade: "look", what: "noPicture" };
  if (now - shownAt > PICTURE_MS) return { grade: "down", what: "oldPicture", since: shownAt };
  if (device.blind !== null) return { grade: "down", what: IMPAIRED[device.blind] ?? "blind", since: at(device.blind_since) };
  return { grade: "well", what: "well" };
}

function away(device: Device, now: number): Finding {
  if (saidBy(device) === AGENT_AWAY) return { grade: "down", what: "agentAway", said: "" };
  if (device.state === "unknown") return { grade: "look", what: "unknown" };
  if (device.state === "starting") {
    const since = at(device.state_at);
    return { grade: since !== null && now - since > STARTS_MS ? "down" : "look", what: "starting" };
  }
  return { grade: "down", what: device.state as "offline" | "stalled" | "stopped" };
}

function ofSensor(device: Device): Finding {
  if (device.state === "online") return { grade: "well", what: "well" };
  if (saidBy(device) === AGENT_AWAY) return { grade: "down", what: "agentAway", said: "" };
  if (device.state === "offline") return { grade: "down", what: "sensorOffline" };
  if (device.state === "stalled") return { grade: "down", what: "sensorStalled" };
  if (device.state === "stopped") return { grade: "down", what: "stopped" };
  return { grade: "look", what: device.state === "unknown" ? "sensorUnknown" : "starting" };
}

function ofAgent(device: Device): Finding {
  if (device.state === "online") return isClockOff(device) ? { grade: "look", what: "clockOff", since: null } : ofJournal(journalOf(device));
  return { grade: "down", what: device.state === "stopped" ? "agentStopped" : "agentOffline" };
}

function isClockOff({ detail }: Device): boolean {
  const { offset_s = 0, error_s = 0 } = (detail["clock"] ?? {}) as { offset_s?: number; error_s?: number };
  return Math.abs(offset_s) - error_s > OFF_S;
}

function ofJournal(journal: Journal): Finding {
  if (journal.failing) return { grade: "down", what: "journalFailing", since: null };
  if (journal.bytes > NEARLY * journal.limit) return { grade: "look", what: "journalFull", since: null };
  if (journal.oldest_s > BEHIND_S) return { grade: "look", what: "catchingUp", since: null };
  return { grade: "well", what: "well" };
}

/** What fails alone behind another: an agent takes its cameras along. */
const KINDS: readonly Device["kind"][] = ["agent", "camera", "sensor"];

/** The unhealthy first; of these what others hang on. */
export function byHealth(devices: readonly Device[], now: number): { device: Device; health: Health }[] {
  const found = devices.map((device) => ({ device, health: healthOf(device, now) }));
  const rank = ({ grade }: Health): number => GRADES.indexOf(grade);
  return found.toSorted(
    (one, other) =>
      rank(one.health) - rank(other.health) ||
      KINDS.indexOf(one.device.kind) - KINDS.indexOf(other.device.kind) ||
      one.device.name.localeCompare(other.device.name, "zh-CN"),
  );
}
