/** A receipt ready to be sent. */
export interface Answer {
  kind: "import" | "business";
  /** As the receipt calls itself: `DecImportResponse`, `INV201` ... */
  format: string;
  /** What it says, for the log: ResponseCode, CHANNEL, StatementCode ... */
  code: string;
  body: Buffer;
  /** How its file's name begins, where that does not follow from code 0 and kind. */
  prefix?: string;
}

/** The numbers that the receipts of one document repeat. */
export interface Numbers {
  key: string;
  /** The data centre's 18 digits. */
  seqNo: string;
  /** Customs' own number: ENTRY_ID, bondInvtNo. */
  customsNo: string;
}
