/**
 * Which streams an answer may come as. Node's client has its own kind alone; and to ask whether one is a browser's loads all of
 * those, for 1.5 ms of a cold start.
 */
export const isReadableStream = () => false;
export const isBlob = () => false;
