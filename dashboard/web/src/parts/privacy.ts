import type { Evidence } from "../api/client";

/** Of a photo that a person took nobody knows where faces are: without them there is nothing to see, and it is opened at once. */
export const isOpenedAtOnce = ({ role }: Evidence): boolean => role === "photo";
