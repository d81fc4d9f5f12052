import { extname } from "node:path";

/** Local time as `yyyyMMddHHmmssSSS`, 17 digits, as the official client stamps its files (domain 2). */
export function timeStamp(at: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `${date}${clock}${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** `a.zip` -> `a_20181023170901294.zip`: the name of a sent or failed file (design, "Boxes"). */
export function stampedName(fileName: string, at: number): string {
  const extension = extname(fileName);
  return `${fileName.slice(0, fileName.length - extension.length)}_${timeStamp(at)}${extension}`;
}

/** `a.zip`, 2 -> `a(2).zip`: for a name that is taken. */
export function numberedName(fileName: string, number: number): string {
  const extension = extname(fileName);
  return `${fileName.slice(0, fileName.length - extension.length)}(${number})${extension}`;
}

/** Files that a producer has not handed over yet: it renames them when it has finished (domain 2, "File names"). */
export function isUnfinishedName(fileName: string): boolean {
  return fileName.startsWith(".") || fileName.startsWith("~") || /\.(tmp|temp|part|crdownload)$/i.test(fileName);
}
