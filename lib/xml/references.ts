/** The references that XML knows without a DTD, by what follows the `&`. */
const NAMED: readonly (readonly [written: string, point: number])[] = [
  ["lt;", 0x3c],
  ["gt;", 0x3e],
  ["amp;", 0x26],
  ["quot;", 0x22],
  ["apos;", 0x27],
];

/** From this length on a text is put together in one piece of memory: a million references are a million strings otherwise. */
const LONG = 16 * 1024;

interface Reference {
  point: number;
  /** Behind its `;`. */
  end: number;
}

/** The reference that begins at an `&`; undefined when none does, for libxml2 to complain of. */
function referenceAt(text: string, at: number): Reference | undefined {
  if (text.charCodeAt(at + 1) !== 0x23 /* # */) {
    const named = NAMED.find(([written]) => text.startsWith(written, at + 1));
    return named && { point: named[1], end: at + 1 + named[0].length };
  }
  const hex = text.charCodeAt(at + 2) === 0x78; /* x */
  const first = at + (hex ? 3 : 2);
  let end = first;
  let point = 0;
  for (; ; end++) {
    const digit = digitOf(text.charCodeAt(end), hex);
    if (digit === -1) break;
    point = point * (hex ? 16 : 10) + digit;
    if (point > 0x10ffff) return undefined;
  }
  return end > first && text.charCodeAt(end) === 0x3b /* ; */ ? { point, end: end + 1 } : undefined;
}

function digitOf(code: number, hex: boolean): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return hex && letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** A text with its character references and the five named ones resolved (XML 1.0, 4.6); anything else stays as it is. */
export function resolveReferences(text: string): string {
  let amp = text.indexOf("&");
  if (amp === -1) return text;
  if (text.length >= LONG) return resolveInMemory(text);
  let resolved = "";
  let at = 0;
  while (amp !== -1) {
    const reference = referenceAt(text, amp);
    if (reference) {
      resolved += text.slice(at, amp) + String.fromCodePoint(reference.point);
      at = reference.end;
    }
    amp = text.indexOf("&", reference ? at : amp + 1);
  }
  return resolved + text.slice(at);
}

function resolveInMemory(text: string): string {
  const units = new Uint16Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const reference = code === 0x26 ? referenceAt(text, at) : undefined;
    if (!reference) {
      units[length++] = code;
      at++;
      continue;
    }
    const { point, end } = reference;
    if (point < 0x10000) units[length++] = point;
    else {
      units[length++] = 0xd7c0 + (point >> 10);
      units[length++] = 0xdc00 + (point & 0x3ff);
    }
    at = end;
  }
  return Buffer.from(units.buffer, 0, 2 * length).toString("utf16le");
}
