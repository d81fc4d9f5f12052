/**
 * Dates and times as the format tables write them: `yyyyMMddHHmmss`, `yyyy-MM-ddTHH:mm:ss` ... A form has a fixed width;
 * behind it `[.S]` allows a fraction of a second and `[Z]` a time zone.
 */

/**
 * A regular expression for a form, for XSD and JavaScript alike. It looks at digits, not at the calendar. Written without
 * counters, in which libxml2 loses its way when several forms begin alike.
 */
export function datePattern(form: string): string {
  return form
    .replace("[.S]", "(F[0-9]+)?")
    .replace("[Z]", "(Z|[+\\-]Y2:Y2)?")
    .replace(/yyyy/, "Y4")
    .replace(/SSS/, "Y3")
    .replace(/MM|dd|HH|mm|SS|ss/g, "Y2")
    .replace(/00$/, "Y2")
    .replace(/Y(\d)/g, (_, count) => "[0-9]".repeat(Number(count)))
    .replace("F", "\\.");
}

const patterns = new Map<string, RegExp>();

/** Whether a text has a form. */
export function hasForm(text: string, form: string): boolean {
  let pattern = patterns.get(form);
  if (!pattern) {
    pattern = new RegExp(`^${datePattern(form)}$`);
    patterns.set(form, pattern);
  }
  return pattern.test(text);
}

/** Whether a text has a form and names a day and time that there are. */
export function isDate(text: string, form: string): boolean {
  if (!hasForm(text, form)) return false;
  const part = (name: string, otherwise: number) => {
    const at = form.indexOf(name);
    return at === -1 ? otherwise : Number(text.slice(at, at + name.length));
  };
  const [year, month, day] = [part("yyyy", 2000), part("MM", 1), part("dd", 1)];
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real && part("HH", 0) < 24 && part("mm", 0) < 60 && part("ss", 0) < 60;
}
