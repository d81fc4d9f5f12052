let table: Map<string, number> | undefined;

/** Node's encoders know UTF-8 only, its decoders know GBK: the table is that decoder read the other way round. */
function codes(): Map<string, number> {
  if (table) return table;
  table = new Map();
  const decoder = new TextDecoder("gbk");
  for (let high = 0xa1; high <= 0xf7; high++) {
    for (let low = 0xa1; low <= 0xfe; low++) {
      const character = decoder.decode(Uint8Array.of(high, low));
      if (character.length === 1 && character !== "\ufffd") table.set(character, (high << 8) | low);
    }
  }
  return table;
}

/** Text in GB2312. Throws for a character that it does not have. */
export function gb2312(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (point < 0x80) {
      bytes.push(point);
      continue;
    }
    const code = codes().get(character);
    if (code === undefined) throw new Error(`GB2312 has no ${character}`);
    bytes.push(code >> 8, code & 0xff);
  }
  return Buffer.from(bytes);
}
