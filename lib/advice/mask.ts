/**
 * Takes passwords out of connection strings: `amqp://user:secret@host` becomes `amqp://user:***@host`. The official C18
 * text carries the whole string (domain 2, "Transport"), where the end of the secret cannot be seen when no `@` follows;
 * then everything up to the next blank, comma or Chinese punctuation goes. What follows `password=`, `passwd:`, `PIN=` or 密码： goes too.
 */
export function maskSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@,;，；。]*(?=@)/gi, "$1:***")
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):(?!\*\*\*)(?!\d{1,5}(?:[/?\s,;，；。]|$))[^\s,;，；。]*/gi, "$1:***")
    .replace(/((?:\b(?:password|passwd|pwd|pin)|密码|口令)["']?\s*[=:：]\s*["']?)[^\s,;，；。&"'\]]+/gi, "$1***");
}
