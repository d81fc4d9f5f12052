/** More characters than this are cut off: nothing that a person reads is longer, and no text holds the event loop up. */
export const MASKED_AT_MOST = 4 * 1024 * 1024;

const NAMED = /((?:password|passwd|pwd|userpin|(?<![a-z])pin|密码|口令)["']?\s*[=:：]\s*["']?)[^\s,;，；。&"'\]]+/gi;

/**
 * Takes passwords out of connection strings: `amqp://user:secret@host` becomes `amqp://user:***@host`. The official C18
 * text carries the whole string (domain 2, "Transport"), where the end of the secret cannot be seen when no `@` follows;
 * then everything up to the next blank, comma or Chinese punctuation goes. What follows `password=`, `passwd:`, `PIN=` or
 * 密码： goes too. In time linear to the text, whatever it holds; a text of more than `MASKED_AT_MOST` characters is cut.
 */
export function maskSecrets(text: string): string {
  const whole = text.length > MASKED_AT_MOST ? `${text.slice(0, MASKED_AT_MOST)}…` : text;
  return (whole.includes("://") ? maskAddresses(whole) : whole).replace(NAMED, "$1***");
}

/** By characters and not by an expression: several could begin at each place of the same word. */
function maskAddresses(text: string): string {
  const wordEnd = forward(text, isWordEnd);
  const atSign = forward(text, (code) => code === AT);
  const slash = forward(text, (code) => code === SLASH);
  let masked = "";
  let done = 0;
  for (let at = 1; at < text.length; at++) {
    if (!isCode(text, at, COLON, SLASH, SLASH)) continue;
    const named = isScheme(text.charCodeAt(at - 1));
    at += 3;
    while (isUser(text.charCodeAt(at))) at++;
    const secret = at + 1;
    const end = named && text.charCodeAt(at) === COLON ? secretEnd(secret) : undefined;
    if (end !== undefined) {
      masked += `${text.slice(done, secret)}***`;
      done = end;
      at = end;
    }
    // What ended it may begin the next.
    at--;
  }
  return masked + text.slice(done);

  /** Where the secret that begins here ends; undefined = it is a port, or masked already. */
  function secretEnd(secret: number): number | undefined {
    const end = wordEnd(secret);
    const first = atSign(secret);
    if (first < end) {
      // A secret may hold an `@`: the last one before the path counts.
      const path = Math.min(slash(secret), end);
      return first < path ? text.lastIndexOf("@", path - 1) : first;
    }
    return isCode(text, secret, STAR, STAR, STAR) || isPort(text, secret) ? undefined : end;
  }
}

/** Where the next such character is, or the text ends. Asked for later and later places, it looks at each once. */
function forward(text: string, is: (code: number) => boolean): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    found = from;
    while (found < text.length && !is(text.charCodeAt(found))) found++;
    return found;
  };
}

/** Whether these three characters stand here; `startsWith` takes ten times as long. */
function isCode(text: string, at: number, first: number, second: number, third: number): boolean {
  return text.charCodeAt(at) === first && text.charCodeAt(at + 1) === second && text.charCodeAt(at + 2) === third;
}

const STAR = 0x2a;
const COLON = 0x3a;
const SLASH = 0x2f;
const AT = 0x40;
const WORD_END = /[\s,;，；。]/;

function isWordEnd(code: number): boolean {
  if (code < 0x80) return code <= 0x20 || code === 0x2c || code === 0x3b;
  return WORD_END.test(String.fromCharCode(code));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** One of those that the name of a scheme is made of: letters, digits, `+`, `-`, `.`. */
function isScheme(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e;
}

/** No end of a user's name; behind the text there is no code, which is one. */
function isUser(code: number): boolean {
  if (code < 0x80) return code > 0x20 && code !== COLON && code !== SLASH && code !== AT;
  return code >= 0x80 && !/\s/.test(String.fromCharCode(code));
}

/** At most five digits, and nothing behind them that belongs to a word. */
function isPort(text: string, from: number): boolean {
  let at = from;
  while (at < from + 5 && isDigit(text.charCodeAt(at))) at++;
  const behind = text.charCodeAt(at);
  return at > from && (at === text.length || behind === SLASH || behind === 0x3f || isWordEnd(behind));
}
