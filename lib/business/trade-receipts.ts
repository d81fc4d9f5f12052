/** Import receipts of everything in 金关二期. */
export const TRADE_IMPORT: readonly string[] = ["CommonResponseMessage"];

/** What customs answers to a 核注清单. */
export const INVENTORY_RECEIPTS: readonly string[] = ["INV201", "INV202", "INV211"];
