import { accountBook } from "./account-book.js";
import { applicantCompany } from "./applicant-company.js";
import { cardNumber } from "./card-number.js";
import { cdataSpec } from "./cdata-spec.js";
import { clientKeyCharacters } from "./client-key-characters.js";
import { clientKeyLength } from "./client-key-length.js";
import { clientKeyMissing } from "./client-key-missing.js";
import { companyCode } from "./company-code.js";
import { datesFormat } from "./dates-format.js";
import { decSignComplete } from "./dec-sign-complete.js";
import { declareFlag } from "./declare-flag.js";
import { declaredEncoding } from "./declared-encoding.js";
import { edocMissingPdf } from "./edoc-missing-pdf.js";
import { edocName } from "./edoc-name.js";
import { emptyElement } from "./empty-element.js";
import { emptyNumeric } from "./empty-numeric.js";
import { entryNumberRepeated } from "./entry-number-repeated.js";
import { envelopeSender } from "./envelope-sender.js";
import { goodsNumberRepeated } from "./goods-number-repeated.js";
import { lostCharacters } from "./lost-characters.js";
import { manifestMessageId } from "./manifest-message-id.js";
import { manifestOrder } from "./manifest-order.js";
import { messageType } from "./message-type.js";
import { pdfPageSize } from "./pdf-page-size.js";
import { pdfReadable } from "./pdf-readable.js";
import { pdfSize } from "./pdf-size.js";
import { pdfWithoutEdoc } from "./pdf-without-edoc.js";
import { senderId } from "./sender-id.js";
import { seqNoForm } from "./seqno-form.js";
import { seqNoNewOrSame } from "./seqno-new-or-same.js";
import { sysId } from "./sys-id.js";
import type { Rule } from "./types.js";
import { unknownKind } from "./unknown-kind.js";
import { wrappedDocument } from "./wrapped-document.js";
import { wrongFolder } from "./wrong-folder.js";
import { zipName } from "./zip-name.js";
import { zipStrangers } from "./zip-strangers.js";

/** Every rule of this package. Adding one is adding a file and a line here. */
export const RULES: readonly Rule[] = [
  unknownKind,
  wrappedDocument,
  declaredEncoding,
  lostCharacters,
  wrongFolder,
  messageType,
  clientKeyMissing,
  clientKeyLength,
  clientKeyCharacters,
  emptyNumeric,
  edocMissingPdf,
  pdfWithoutEdoc,
  edocName,
  pdfSize,
  pdfPageSize,
  pdfReadable,
  zipName,
  zipStrangers,
  decSignComplete,
  emptyElement,
  manifestOrder,
  senderId,
  manifestMessageId,
  seqNoNewOrSame,
  seqNoForm,
  accountBook,
  goodsNumberRepeated,
  entryNumberRepeated,
  cdataSpec,
  companyCode,
  cardNumber,
  sysId,
  applicantCompany,
  envelopeSender,
  declareFlag,
  datesFormat,
];
