import type { Device } from "../api/client";

const PICTURE_PATIENCE_MS = 60_000;

/** Why a camera shows nothing that may be believed, and since when. */
export interface Blindness {
  /** A state, "old", "none", or the kind of an incident. */
  reason: string;
  since: number | null;
}

/** Null when the camera sees. "Online" is not enough: its picture has to be of now, and of its street. */
export function blindnessOf(camera: Device, now: number): Blindness | null {
  const pictureAt = camera.picture_at === null ? null : Date.parse(camera.picture_at);
  if (camera.state !== "online") {
    return { reason: camera.state, since: camera.state_at === null ? pictureAt : Date.parse(camera.state_at) };
  }
  if (camera.picture === null || pictureAt === null) return { reason: "none", since: null };
  if (now - pictureAt > PICTURE_PATIENCE_MS) return { reason: "old", since: pictureAt };
  if (camera.blind !== null) {
    return { reason: camera.blind, since: camera.blind_since === null ? null : Date.parse(camera.blind_since) };
  }
  return null;
}
