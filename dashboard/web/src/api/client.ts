import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Wall = Schemas["Wall"];
export type Ticket = Schemas["Ticket"];
export type Evidence = Schemas["Evidence"];
export type Device = Schemas["Device"];
export type Counts = Schemas["Counts"];
export type Point = Schemas["Point"];
export type Points = Schemas["Points"];
export type Trend = Schemas["Trend"];
export type BaseMap = Schemas["BaseMap"];
export type Mode = Schemas["Mode"];
export type Me = Schemas["Me"];
export type Role = Me["role"];
export type Desk = Schemas["Desk"];
export type DeskBody = Schemas["DeskBody"];
export type Candidate = Schemas["Candidate"];
export type Queued = Schemas["Queued"];
export type Matter = Schemas["Matter"];
export type Post = Schemas["Post"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Interval = Schemas["Interval"];
export type Look = Schemas["Look"];
export type Letter = Schemas["Letter"];
export type TicketPage = Schemas["TicketPage"];
export type TicketFilters = NonNullable<paths["/api/tickets"]["get"]["parameters"]["query"]>;
export type Slice = Schemas["Slice"];
export type MissedSteps = Schemas["MissedSteps"];
export type Offender = Schemas["Offender"];
export type Precision = Schemas["Precision"];
export type Recurrence = Schemas["Recurrence"];
export type Hotspot = Schemas["Hotspot"];
export type Blindness = Schemas["Blindness"];
export type Action = paths["/api/tickets/{ticket}/{action}"]["post"]["parameters"]["path"]["action"];
export type ActionBody = Schemas["ActionBody"];
export type Task = Schemas["Task"];
export type Reporting = Schemas["Reporting"];
export type Reportable = Schemas["Reportable"];
export type Report = Schemas["ReportBody"];
export type Received = Schemas["Received"];
export type Nearby = Schemas["Nearby"];
export type Followed = Schemas["Followed"];
export type RuleKind = Schemas["RuleKind"];
export type RuleField = Schemas["RuleField"];
export type Reading = Schemas["Reading"];
/** A rule as in the site file: its kind and its settings, which `RuleKind` describes. */
export type Rule = { kind: string } & Record<string, unknown>;
/** Openapi-fetch widens tuples to arrays here too. */
export type Zone = Omit<Schemas["SetupZone"], "polygon" | "line" | "rules"> & {
  polygon?: [number, number][] | null;
  line?: [number, number][] | null;
  rules: Rule[];
};
/** A camera's zones, or a sensor's rules. */
export type Watched = { zones: Zone[]; rules: Rule[] };
export type DeviceSetup = Omit<Schemas["DeviceSetup"], "zones" | "rules"> & Watched;
export type Enrolment = Schemas["Enrolment"];
export type NewEnrolment = Schemas["NewEnrolment"];
export type PastIncident = Schemas["PastIncident"];
export type Trial = Schemas["Trial"];
export type Severity = Ticket["severity"];
export type State = Ticket["state"];
/** Openapi-fetch widens tuples to arrays. */
export type Place = [longitude: number, latitude: number];
export type Area = Omit<Schemas["AreaShape"], "polygon"> & { polygon: Place[] };

/**
 * `status` is null when no usable answer came at all; `waitS` is after how long to ask again and `errors` names each wrong
 * entry, where that was told.
 */
export type Answer<T> =
  | { ok: true; value: T }
  | { ok: false; status: number | null; waitS?: number; errors?: readonly string[] };

/** A file can take long to be made. */
const FILE_PATIENCE_MS = 120_000;

/** Fetch a file and have the browser save it. */
export async function download(url: string, name: string): Promise<Answer<null>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FILE_PATIENCE_MS), cache: "no-store" });
    if (!response.ok) return { ok: false, status: response.status };
    const address = URL.createObjectURL(await response.blob());
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    URL.revokeObjectURL(address);
    return { ok: true, value: null };
  } catch {
    return { ok: false, status: null };
  }
}

/** A picture, decoded; null where none came. It is the caller's to close. */
export async function readPicture(url: string): Promise<ImageBitmap | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), cache: "no-store" });
    return response.ok ? await createImageBitmap(await response.blob()) : null;
  } catch {
    return null;
  }
}

export const STREAM_URL = "/api/stream";

const PATIENCE_MS = 8_000;
/** Photos over a thin line. */
const UPLOAD_PATIENCE_MS = 120_000;
/** What is counted anew takes as long as the database is given, which then says so itself. */
const COUNTING_PATIENCE_MS = 20_000;

const client = createClient<paths>();

/** What came of a call: never a rejection. */
async function answerOf<T>(
  call: (signal: AbortSignal) => Promise<{ data?: unknown; error?: unknown; response: Response }>,
  patienceMs = PATIENCE_MS,
): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call(AbortSignal.timeout(patienceMs));
    if (data !== undefined) return { ok: true, value: data as T };
    const { errors } = (error ?? {}) as { errors?: readonly string[] | null };
    return { ok: false, status: response.status, ...waitOf(response), ...(errors ? { errors } : {}) };
  } catch {
    return { ok: false, status: null };
  }
}

function waitOf(response: Response): { waitS?: number } {
  const waitS = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(waitS) ? { waitS } : {};
}

const within = (area: string | null) => ({ query: area === null ? {} : { area } });

export const readWall = (area: string | null, devices: "all" | "cameras"): Promise<Answer<Wall>> =>
  answerOf((signal) =>
    client.GET("/api/wall", { params: { query: { ...within(area).query, devices } }, signal, cache: "no-store" }),
  );

export const readPoints = (area: string | null): Promise<Answer<Points>> =>
  answerOf((signal) => client.GET("/api/points", { params: within(area), signal, cache: "no-store" }));

export const readTrends = (area: string | null): Promise<Answer<Trend[]>> =>
  answerOf((signal) => client.GET("/api/trends", { params: within(area), signal, cache: "no-store" }));

export const readBaseMap = (): Promise<Answer<BaseMap>> =>
  answerOf((signal) => client.GET("/api/map", { signal }));

export const readAreas = (): Promise<Answer<Area[]>> =>
  answerOf((signal) => client.GET("/api/areas", { signal, cache: "no-store" }));

export const readMe = (): Promise<Answer<Me>> => answerOf((signal) => client.GET("/api/me", { signal, cache: "no-store" }));

export const readMatters = (): Promise<Answer<Matter[]>> => answerOf((signal) => client.GET("/api/duties", { signal }));

export const readTicket = (ticket: string): Promise<Answer<Ticket>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}", { ...ofTicket(ticket), signal }));

const ofTicket = (ticket: string) => ({ params: { path: { ticket } }, cache: "no-store" as const });

export const readPosts = (ticket: string): Promise<Answer<Post[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/posts", { ...ofTicket(ticket), signal }));

export const readTimeline = (ticket: string): Promise<Answer<TimelineEntry[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/timeline", { ...ofTicket(ticket), signal }));

export const readLooks = (ticket: string): Promise<Answer<Look[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/looks", { ...ofTicket(ticket), signal }));

export const readLedger = (ticket: string): Promise<Answer<Interval[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/ledger", { ...ofTicket(ticket), signal }));

export const readLetters = (ticket: string): Promise<Answer<Letter[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/letters", { ...ofTicket(ticket), signal }));

export const readActions = (ticket: string): Promise<Answer<Action[]>> =>
  answerOf((signal) => client.GET("/api/tickets/{ticket}/actions", { ...ofTicket(ticket), signal }));

export const listTickets = (query: TicketFilters): Promise<Answer<TicketPage>> =>
  answerOf((signal) => client.GET("/api/tickets", { params: { query }, signal, cache: "no-store" }));

/** The candidate that is to be judged next, and a lease on it. */
export const sitDown = (body: DeskBody): Promise<Answer<Desk>> =>
  answerOf((signal) => client.POST("/api/desk", { body, signal }));

/** Give the candidate back, even while the page goes away. */
export const getUp = (desk: string): Promise<Answer<unknown>> =>
  answerOf(async (signal) => {
    const { response } = await client.DELETE("/api/desk", { params: { query: { desk } }, signal, keepalive: true });
    return response.ok ? { data: null, response } : { response };
  });

export const signOut = (): Promise<Answer<unknown>> =>
  answerOf(async (signal) => {
    const { response } = await client.POST("/api/logout", { signal });
    return response.ok ? { data: null, response } : { response };
  });

const NOTHING_SAID: ActionBody = { reason: "", note: "", departments: [], photos: [] };

export const act = (
  ticket: string,
  action: Action,
  said: Partial<ActionBody> = {},
  patienceMs = PATIENCE_MS,
): Promise<Answer<Ticket>> =>
  answerOf(
    (signal) =>
      client.POST("/api/tickets/{ticket}/{action}", {
        params: { path: { ticket, action } },
        body: { ...NOTHING_SAID, ...said },
        signal,
      }),
    patienceMs,
  );

/** Out of an outbox: with its photos, however long that takes. */
export const sendAct = (ticket: string, action: Action, said: Partial<ActionBody>): Promise<Answer<Ticket>> =>
  act(ticket, action, said, UPLOAD_PATIENCE_MS);

export const sendReport = (body: Report): Promise<Answer<Received>> =>
  answerOf((signal) => client.POST("/api/tickets", { body, signal }), UPLOAD_PATIENCE_MS);

/** `at` is the server's time. What is as it was is not sent again: the browser asks by its tag. */
export const readMine = (): Promise<Answer<{ tasks: Task[]; at: number }>> =>
  answerOf(async (signal) => {
    const { data, response } = await client.GET("/api/mine", { signal, cache: "no-cache" });
    const at = Date.parse(response.headers.get("Date") ?? "") || Date.now();
    return data === undefined ? { response } : { data: { tasks: data, at }, response };
  });

export const readReporting = (): Promise<Answer<Reporting>> => answerOf((signal) => client.GET("/api/matters", { signal }));

export const readNearby = (kind: string, [longitude, latitude]: Place): Promise<Answer<Nearby[]>> =>
  answerOf((signal) => client.GET("/api/nearby", { params: { query: { kind, longitude, latitude } }, signal, cache: "no-store" }));

const ofToken = (token: string) => ({ params: { path: { token } }, cache: "no-store" as const });

export const readFollowed = (token: string): Promise<Answer<Followed>> =>
  answerOf((signal) => client.GET("/api/follow/{token}", { ...ofToken(token), signal }));

export const answerFollowed = (token: string, solved: boolean, text: string): Promise<Answer<Followed>> =>
  answerOf((signal) => client.POST("/api/follow/{token}", { ...ofToken(token), body: { solved, text }, signal }));
const ofDevice = (site: string, device: string) => ({ params: { path: { site, device } } });

/** Every rule that there is, and its settings. */
export const readRules = (): Promise<Answer<RuleKind[]>> => answerOf((signal) => client.GET("/api/rules", { signal }));

export const readSetup = (site: string, device: string): Promise<Answer<DeviceSetup>> =>
  answerOf((signal) =>
    client.GET("/api/devices/{site}/{device}/setup", { ...ofDevice(site, device), signal, cache: "no-store" }),
  );

/** Replace what `version` was; 409 when somebody else has. */
export const saveSetup = (site: string, device: string, version: string, { zones, rules }: Watched): Promise<Answer<DeviceSetup>> =>
  answerOf((signal) =>
    client.PUT("/api/devices/{site}/{device}/setup", { ...ofDevice(site, device), body: { version, zones, rules }, signal }),
  );

/** What it would make of what was reported and measured. */
export const trySetup = (site: string, device: string, { zones, rules }: Watched): Promise<Answer<Trial>> =>
  answerOf((signal) =>
    client.POST("/api/devices/{site}/{device}/trial", { ...ofDevice(site, device), body: { zones, rules }, signal }),
  );

/** The tokens that wait for their boxes. */
export const listEnrolments = (site: string): Promise<Answer<Enrolment[]>> =>
  answerOf((signal) => client.GET("/api/sites/{site}/enrolments", { params: { path: { site } }, signal, cache: "no-store" }));

/** A token by which a box becomes that agent, once; it is shown only now. */
export const makeEnrolment = (site: string, agent: string): Promise<Answer<NewEnrolment>> =>
  answerOf((signal) =>
    client.POST("/api/sites/{site}/enrolments", { params: { path: { site } }, body: { agent, minutes: 60 }, signal }),
  );

export const revokeEnrolment = (site: string, id: string): Promise<Answer<unknown>> =>
  answerOf(async (signal) => {
    const { response } = await client.DELETE("/api/sites/{site}/enrolments/{id}", { params: { path: { site, id } }, signal });
    return response.ok ? { data: null, response } : { response };
  });

export const readReadings = (site: string, device: string, from: string): Promise<Answer<Reading[]>> =>
  answerOf((signal) =>
    client.GET("/api/devices/{site}/{device}/readings", {
      params: { path: { site, device }, query: { from, limit: 10_000 } },
      signal,
      cache: "no-store",
    }),
  );

/** Start a session, which the browser keeps in a cookie that no script can read. */
export const signIn = (name: string, password: string): Promise<Answer<Me>> =>
  answerOf((signal) => client.POST("/api/login", { body: { name, password }, signal }));

/** Acknowledge in somebody's name for this once: no session begins. */
export const acknowledgeAs = (ticket: string, name: string, password: string): Promise<Answer<Ticket>> =>
  answerOf((signal) => client.POST("/api/acknowledgements", { body: { ticket, name, password }, signal }));

type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Asked } } } ? NonNullable<Asked> : never;

export const readBreakdown = (query: Query<"/api/insight/breakdown">): Promise<Answer<Slice[]>> =>
  answerOf((signal) => client.GET("/api/insight/breakdown", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readMissed = (query: Query<"/api/insight/missed">): Promise<Answer<MissedSteps[]>> =>
  answerOf((signal) => client.GET("/api/insight/missed", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readRecurrences = (query: Query<"/api/insight/recurrences">): Promise<Answer<Recurrence[]>> =>
  answerOf((signal) => client.GET("/api/insight/recurrences", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readHotspots = (query: Query<"/api/insight/hotspots">): Promise<Answer<Hotspot[]>> =>
  answerOf((signal) => client.GET("/api/insight/hotspots", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readBlindness = (query: Query<"/api/insight/blindness">): Promise<Answer<Blindness>> =>
  answerOf((signal) => client.GET("/api/insight/blindness", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readOffenders = (query: Query<"/api/offenders">): Promise<Answer<Offender[]>> =>
  answerOf((signal) => client.GET("/api/offenders", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);

export const readPrecision = (query: Query<"/api/precision">): Promise<Answer<Precision[]>> =>
  answerOf((signal) => client.GET("/api/precision", { params: { query }, signal, cache: "no-store" }), COUNTING_PATIENCE_MS);
