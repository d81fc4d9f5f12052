import { join } from "node:path";
import { exportsIn } from "../modules.js";
import type { XmlElement } from "../xml/scan.js";
import type { ReceiptFormat } from "./types.js";

const found = exportsIn<readonly ReceiptFormat[]>(join(__dirname, "formats"), "formats").flat();

/** Every receipt format of `formats/`, those of a whole family last. */
export const FORMATS: readonly ReceiptFormat[] = [
  ...found.filter(({ last }) => !last),
  ...found.filter(({ last }) => last),
];

/** The format that reads a receipt with this root; undefined when none does. */
export function formatOf(root: XmlElement): ReceiptFormat | undefined {
  return FORMATS.find((format) => format.matches(root));
}
