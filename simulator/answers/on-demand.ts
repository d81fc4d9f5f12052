import { millis17 } from "../china-time.js";
import { SHAPES, type Shape, type Wanted, WRAPPERS, type Wrapped } from "./shapes/index.js";

/**
 * What a command asks for: one receipt, or several in one wrapper. Everything but `answer` has a default: the first
 * variant and code, a text that names the code, numbers that are made.
 */
export interface Command {
  /** Format of shapes/: `DEC_RESULT`, `INV201` ... */
  answer: string;
  variant?: string;
  code?: string;
  text?: string;
  /** What lies around it: `DxpMsg`, `ZIP` ... */
  wrapper?: string;
  key?: string;
  seqNo?: string;
  customsNo?: string;
  /** The document's file name; the receipt is named after it, as the official client names them. */
  fileName?: string;
  /** Folder code in the header. */
  business?: string;
  /** Further receipts for the same wrapper (ZIP). */
  and?: Command[];
}

/** A receipt ready to be sent. */
export interface OnDemand {
  format: string;
  code: string;
  key: string;
  seqNo: string;
  /** Of the delivery, with official prefix and time; empty when the command names no document. */
  fileName: string;
  business: string;
  body: Buffer;
}

function shapeOf(answer: string): Shape {
  const shape = SHAPES.find(({ format }) => format === answer);
  if (!shape) throw new Error(`no receipt ${answer}; there are ${SHAPES.map(({ format }) => format).join(", ")}`);
  return shape;
}

function written(
  command: Command,
  defaults: Pick<Wanted, "seqNo" | "customsNo" | "clientId" | "at">,
): Wrapped & { of: Wanted; shape: Shape } {
  const shape = shapeOf(command.answer);
  const variants = Object.keys(shape.variants);
  const variant = command.variant ?? variants[0] ?? "";
  const write = shape.variants[variant];
  if (!write) throw new Error(`${shape.format} has no variant ${variant}; there are ${variants.join(", ")}`);
  const code = command.code ?? shape.codes[0] ?? "";
  const of: Wanted = {
    ...defaults,
    code,
    text: command.text ?? `模拟回执 ${shape.format} ${code}`.trim(),
    key: command.key ?? "",
    fileName: command.fileName ?? "",
    ...(command.seqNo !== undefined && { seqNo: command.seqNo }),
    ...(command.customsNo !== undefined && { customsNo: command.customsNo }),
  };
  const base = of.fileName === "" ? of.key || shape.format : of.fileName.replace(/\.[^.]*$/, "");
  return { name: `${shape.prefix(code)}_${base}_${millis17(of.at)}.xml`, bytes: write(of), of, shape };
}

/** Writes what a command asks for. Rejects when there is no such format, variant or wrapper, naming those that there are. */
export async function onDemand(
  command: Command,
  defaults: Pick<Wanted, "seqNo" | "customsNo" | "clientId" | "at">,
): Promise<OnDemand> {
  const first = written(command, defaults);
  const files: Wrapped[] = [first, ...(command.and ?? []).map((other) => written(other, defaults))].map(
    ({ name, bytes }, index) => ({ name: index === 0 ? name : name.replace(/\.xml$/, `_${index + 1}.xml`), bytes }),
  );
  const { of, shape, name } = first;
  let body = first.bytes;
  if (command.wrapper) {
    const wrap = WRAPPERS[command.wrapper];
    if (!wrap) throw new Error(`no wrapper ${command.wrapper}; there are ${Object.keys(WRAPPERS).join(", ")}`);
    body = await wrap(files, of);
  } else if (files.length > 1) throw new Error("several receipts need a wrapper");
  return {
    format: shape.format,
    code: of.code,
    key: of.key,
    seqNo: of.seqNo,
    fileName: command.fileName ? name : "",
    business: command.business ?? "",
    body,
  };
}
