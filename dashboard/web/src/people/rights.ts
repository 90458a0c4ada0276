import type { Evidence, Role } from "../api/client";

const UNREDACTED: readonly Role[] = ["dispatcher", "supervisor", "worker", "department", "admin"];

/** Whether faces and number plates in evidence are somebody's to see. */
export const maySeeFull = (role: Role | undefined): boolean => role !== undefined && UNREDACTED.includes(role);

/** Of a photo that a person took nobody knows where faces are: without them there is nothing to see, and it is opened at once. */
export const isOpenedAtOnce = ({ role }: Evidence): boolean => role === "photo";
