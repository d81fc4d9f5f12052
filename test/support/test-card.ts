import { DEMO_IDENTITY } from "../../simulator/samples/index.js";

/** Of the card in the tests. It is looked for in files, so it has to be longer than a number that may stand there by chance. */
export const PIN = "Pin-482915";
/** Of the card in the tests; the samples name another one. */
export const CARD_NUMBER = "8930000000001";
export const CARD_HOLDER = { ...DEMO_IDENTITY, cardNumber: CARD_NUMBER };
export const COMPANY = { code: "4403960000", name: "深圳示例进出口有限公司" };
