const CHINA = 8 * 3_600_000;

/** Times as the Single Window writes them: China's, whatever the machine's zone. All take milliseconds since the epoch. */
function shifted(at: number): string {
  return new Date(at + CHINA).toISOString();
}

/** `yyyy-MM-ddTHH:mm:ss` */
export function dateTime(at: number): string {
  return shifted(at).slice(0, 19);
}

/** `yyyy-MM-dd HH:mm:ss` */
export function spacedDateTime(at: number): string {
  return dateTime(at).replace("T", " ");
}

/** `yyyyMMdd` */
export function day(at: number): string {
  return shifted(at).slice(0, 10).replaceAll("-", "");
}

/** `yyyyMMddHHmmss` */
export function seconds14(at: number): string {
  return shifted(at).slice(0, 19).replace(/\D/g, "");
}

/** `yyyyMMddHHmmssSSS` */
export function millis17(at: number): string {
  return shifted(at).slice(0, 23).replace(/\D/g, "");
}
