/** What a program makes of one document by a file that it found. */
export interface Note {
  /** Path of the file. */
  file: string;
  outcome: "success" | "failure" | "business";
  /** By which it knows the document: a part of the name that was handed in, or the 18-digit number. */
  by: string;
  /** What it would show its user; empty where it looks at names alone. */
  text: string;
}

/** Where the boxes of one business lie. */
export interface Boxes {
  InBox: string;
  SentBox: string;
  FailBox: string;
}

/**
 * A program that was written for the official client's boxes (field 5), as far as its reading goes. It shares no line with the product,
 * and throws for a file that it takes for its own and cannot understand.
 */
export interface Reader {
  name: string;
  /** Settings of the import-client that it needs, as people set them. */
  needs: string;
  read(boxes: Boxes, now: number): Note[];
}
