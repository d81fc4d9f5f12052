import { LARGE } from "../files/bytes.js";

/**
 * Bytes of large files that may be on their way at once; one that is larger goes by itself. Some four of 5 MB keep a core busy, and what
 * was read of them is kept from node to node (`Inspections`): of more it would be dropped and made again in each. What is not large is
 * bounded by the number of claims.
 */
const MOST_BYTES = 24 * 1024 * 1024;

/** Bytes that count. */
export const large = (bytes: number) => (bytes > LARGE ? bytes : 0);

/** May a file of so many bytes go beside the large ones that are on their way? */
export const hasRoom = (bytes: number, taken: number) =>
  large(bytes) === 0 || taken === 0 || taken + bytes <= MOST_BYTES;
