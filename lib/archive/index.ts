export { type HeaderFacts, headersOf, isZip } from "./headers.js";
export { entryNameOf, isFolderLitter } from "./names.js";
export { type ReadZipOptions, readZip, ZIP_LIMITS } from "./read.js";
export type { ZipEntry, ZipLimits } from "./types.js";
export { type WriteZipOptions, writeZip } from "./write.js";
