import { agreements } from "./agreements.js";
import { ceb } from "./ceb.js";
import { certificates } from "./certificates.js";
import { commonResponse } from "./common-response.js";
import { decImportResponse } from "./dec-import-response.js";
import { decMod } from "./dec-mod.js";
import { decResult } from "./dec-result.js";
import { expressShapes } from "./express.js";
import { gatePasses } from "./gate-pass.js";
import { htres4, mt9999, platImpRet } from "./htres4.js";
import { inv201, inv202, inv211 } from "./inventory.js";
import { localRoot } from "./local-root.js";
import { subscribed } from "./subscribed.js";
import { tradeDocuments } from "./trade-documents.js";
import { dxpRep } from "./transfer.js";
import { trnResult } from "./trn-result.js";
import type { Shape } from "./types.js";
import { unknown } from "./unknown.js";

export type { Shape, Wanted } from "./types.js";
export { WRAPPERS, type Wrapped } from "./wrappers.js";

/** Every receipt that the simulator can write on demand. Adding one is adding a file and a line here. */
export const SHAPES: readonly Shape[] = [
  decImportResponse,
  decResult,
  trnResult,
  decMod,
  subscribed,
  dxpRep,
  commonResponse,
  inv201,
  inv202,
  inv211,
  ...gatePasses,
  ...tradeDocuments,
  htres4,
  mt9999,
  platImpRet,
  ...expressShapes,
  ...ceb,
  ...certificates,
  ...agreements,
  localRoot,
  unknown,
];
