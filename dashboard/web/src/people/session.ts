import { readonly, shallowRef } from "vue";
import { readMe, signOut, type Me } from "../api/client";
import { forgetSeen } from "../offline/worker";

const STORAGE_KEY = "yihu.me";

const known = shallowRef<Me | null>(null);

/** Who is at this screen; null while that is not known. */
export const me = readonly(known);

const RETRY_MS = 10_000;
let retrying: ReturnType<typeof setTimeout> | undefined;

/** Find out; true when it is nobody. While the server is away it is whoever was here last, until it can be asked. */
export async function isStranger(): Promise<boolean> {
  clearTimeout(retrying);
  const answer = await readMe();
  if (answer.ok) remember(answer.value);
  else if (answer.status === 401) void forget();
  else {
    recall();
    retrying = setTimeout(() => void isStranger(), RETRY_MS);
  }
  return !answer.ok && answer.status === 401;
}

/** Whoever was here last, at once and without the server; false when that is nobody. */
export function recall(): boolean {
  known.value ??= remembered();
  return known.value !== null;
}

export async function leave(): Promise<void> {
  await signOut();
  await forget();
}

/** Nobody is at this screen any more, and whoever comes next is somebody else. */
export async function forget(): Promise<void> {
  known.value = null;
  localStorage.removeItem(STORAGE_KEY);
  await forgetSeen();
}

function remember(somebody: Me): void {
  known.value = somebody;
  localStorage.setItem(STORAGE_KEY, JSON.stringify(somebody));
}

function remembered(): Me | null {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null") as Me | null;
  } catch {
    return null; // somebody else's leftovers
  }
}
