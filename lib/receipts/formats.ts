import { commonResponse } from "./common-response.js";
import { decImportResponse } from "./dec-import-response.js";
import { decResult } from "./dec-result.js";
import { inv201 } from "./inv201.js";
import { inv202 } from "./inv202.js";
import { inv211 } from "./inv211.js";
import { localRoot } from "./local-root.js";
import { manifestHtres4 } from "./manifest-htres4.js";
import type { ReceiptFormat } from "./types.js";

/** Every receipt format. Adding one is adding a file and a line here; the first that matches reads the receipt. */
export const FORMATS: readonly ReceiptFormat[] = [
  decImportResponse,
  decResult,
  commonResponse,
  inv201,
  inv202,
  inv211,
  manifestHtres4,
  localRoot,
];
