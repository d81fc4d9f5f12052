import { card, cardStatus } from "./card.js";
import { returnStatus, taxStatus } from "./ceb.js";
import { channel } from "./channel.js";
import { failCode, ownCodes } from "./client.js";
import { certificate, certificateStatus, fileReturn } from "./coo.js";
import { faqRules } from "./faq.js";
import { fieldTables } from "./fields.js";
import { agreement, agreementResult, dealFlag, responseCode } from "./import-codes.js";
import { manifest, roadRelease } from "./manifest.js";
import { approval, gatePass, generated, packetStored, writeOff, writtenOff } from "./sas.js";
import type { AdviceBook } from "./types.js";

/** What the package knows by itself. Tables of one format stand before those that hold for any. */
export const BUILT_IN: AdviceBook = {
  tables: [
    channel,
    responseCode,
    dealFlag,
    agreement,
    agreementResult,
    approval,
    gatePass,
    packetStored,
    generated,
    writtenOff,
    writeOff,
    manifest,
    roadRelease,
    returnStatus,
    taxStatus,
    certificateStatus,
    certificate,
    fileReturn,
    ...fieldTables,
    failCode,
    ownCodes,
    card,
    cardStatus,
  ],
  rules: faqRules,
};
