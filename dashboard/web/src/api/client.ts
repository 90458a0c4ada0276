import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Wall = Schemas["Wall"];
export type Ticket = Schemas["Ticket"];
export type Evidence = Schemas["Evidence"];
export type Device = Schemas["Device"];
export type Counts = Schemas["Counts"];
export type Me = Schemas["Me"];
export type Severity = Ticket["severity"];

/** `status` is null when no usable answer came at all. */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number | null };

export const STREAM_URL = "/api/stream";

const PATIENCE_MS = 8_000;

const client = createClient<paths>();

export async function readWall(area: string | null): Promise<Answer<Wall>> {
  try {
    const { data, response } = await client.GET("/api/wall", {
      params: { query: area === null ? {} : { area } },
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
    });
    // The cast gives back the tuples, which openapi-fetch widens to arrays.
    return data === undefined ? { ok: false, status: response.status } : { ok: true, value: data as Wall };
  } catch {
    return { ok: false, status: null };
  }
}

/** Start a session, which the browser keeps in a cookie that no script can read. */
export async function signIn(name: string, password: string): Promise<Answer<Me>> {
  try {
    const { data, response } = await client.POST("/api/login", {
      body: { name, password },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return data === undefined ? { ok: false, status: response.status } : { ok: true, value: data };
  } catch {
    return { ok: false, status: null };
  }
}
