import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Wall = Schemas["Wall"];
export type Ticket = Schemas["Ticket"];
export type Evidence = Schemas["Evidence"];
export type Device = Schemas["Device"];
export type Counts = Schemas["Counts"];
export type Point = Schemas["Point"];
export type Mode = Schemas["Mode"];
export type Me = Schemas["Me"];
export type Action = paths["/api/tickets/{ticket}/{action}"]["post"]["parameters"]["path"]["action"];
export type ActionBody = Schemas["ActionBody"];
export type Severity = Ticket["severity"];
export type State = Ticket["state"];
/** Openapi-fetch widens tuples to arrays. */
export type Place = [longitude: number, latitude: number];
export type Area = Omit<Schemas["AreaShape"], "polygon"> & { polygon: Place[] };

/** `status` is null when no usable answer came at all. */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number | null };

export const STREAM_URL = "/api/stream";

const PATIENCE_MS = 8_000;

const client = createClient<paths>();

/** What came of a call: never a rejection. */
async function answerOf<T>(
  call: (signal: AbortSignal) => Promise<{ data?: unknown; response: Response }>,
): Promise<Answer<T>> {
  try {
    const { data, response } = await call(AbortSignal.timeout(PATIENCE_MS));
    return data === undefined ? { ok: false, status: response.status } : { ok: true, value: data as T };
  } catch {
    return { ok: false, status: null };
  }
}

const within = (area: string | null) => ({ query: area === null ? {} : { area } });

export const readWall = (area: string | null): Promise<Answer<Wall>> =>
  answerOf((signal) => client.GET("/api/wall", { params: within(area), signal, cache: "no-store" }));

export const readPoints = (area: string | null): Promise<Answer<Point[]>> =>
  answerOf((signal) => client.GET("/api/points", { params: within(area), signal, cache: "no-store" }));

export const readAreas = (): Promise<Answer<Area[]>> =>
  answerOf((signal) => client.GET("/api/areas", { signal, cache: "no-store" }));

export const signOut = (): Promise<Answer<unknown>> =>
  answerOf(async (signal) => {
    const { response } = await client.POST("/api/logout", { signal });
    return response.ok ? { data: null, response } : { response };
  });

const NOTHING_SAID: ActionBody = { reason: "", note: "", departments: [], photos: [] };

export const act = (ticket: string, action: Action, said: Partial<ActionBody> = {}): Promise<Answer<Ticket>> =>
  answerOf((signal) =>
    client.POST("/api/tickets/{ticket}/{action}", {
      params: { path: { ticket, action } },
      body: { ...NOTHING_SAID, ...said },
      signal,
    }),
  );

/** Start a session, which the browser keeps in a cookie that no script can read. */
export const signIn = (name: string, password: string): Promise<Answer<Me>> =>
  answerOf((signal) => client.POST("/api/login", { body: { name, password }, signal }));
