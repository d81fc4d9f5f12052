import type { GenerateOptions } from "./options.js";

/** The document's bytes, with an XML declaration that names their encoding. */
export function encode(body: string, encoding: GenerateOptions["encoding"], lineEnd: string): Buffer {
  const declared = { "utf-8": "UTF-8", "utf-8-bom": "UTF-8", "utf-16le": "UTF-16", gb2312: "GB2312" }[encoding];
  const text = `<?xml version="1.0" encoding="${declared}"?>${lineEnd}${body}`;
  if (encoding === "utf-16le") return Buffer.from(`\ufeff${text}`, "utf16le");
  if (encoding === "gb2312") return toGb2312(text);
  return Buffer.from(encoding === "utf-8-bom" ? `\ufeff${text}` : text);
}

let gb2312: Map<string, number> | undefined;

/** GB2312 by turning the decoder's table round: Node decodes it and does not encode it. */
function toGb2312(text: string): Buffer {
  if (!gb2312) {
    gb2312 = new Map();
    const decoder = new TextDecoder("gb18030");
    for (let high = 0xa1; high <= 0xf7; high++) {
      for (let low = 0xa1; low <= 0xfe; low++) gb2312.set(decoder.decode(Uint8Array.of(high, low)), (high << 8) | low);
    }
  }
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = gb2312.get(character);
    if (pair === undefined) throw new Error(`not in GB2312: ${character}`);
    bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}
