import { randomBytes, randomInt } from "node:crypto";

let lastTime = 0;

/** Milliseconds since the epoch, never the same twice in this process: for keys that are made of a time. */
export function freshTime(): number {
  lastTime = Math.max(Date.now(), lastTime + 1);
  return lastTime;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A key of exactly 18 characters, as ClientSeqNo wants it: prefix, time in base 36, random. */
export function freshKey(prefix = "D"): string {
  const time = freshTime().toString(36).toUpperCase();
  let key = `${prefix}${time}`;
  while (key.length < 18) key += ALPHABET[randomInt(ALPHABET.length)];
  return key.slice(0, 18);
}

/** `count` random digits. */
export function digits(count: number): string {
  let text = "";
  while (text.length < count) text += String(randomInt(10));
  return text;
}

/** What stands in DecSign/Sign: as long as the Base64 of an RSA-1024 signature (domain 3), well below its 200. */
export function placeholderSignature(): string {
  return randomBytes(128).toString("base64");
}
