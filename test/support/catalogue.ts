/** Texts of the editor in one language, by nested keys. */
export type Catalogue = { [key: string]: string | Catalogue };

/** `a.b.c` of every text in a catalogue. */
export function keysOf(tree: Catalogue, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [`${path}${key}`] : keysOf(value, `${path}${key}.`),
  );
}

/** The text of a key `a.b.c`; undefined when there is none. */
export function textAt(tree: Catalogue, key: string): string | undefined {
  const found = key
    .split(".")
    .reduce<string | Catalogue | undefined>((at, part) => (typeof at === "object" ? at[part] : undefined), tree);
  return typeof found === "string" ? found : undefined;
}
