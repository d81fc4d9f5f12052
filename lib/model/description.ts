import type { Rests } from "./evidence.js";

/**
 * A message type as `messages/<type>.json` has it. These files are made by `npm run models` from the tables in `formats/`
 * and the recipes in `scripts/recipes/`; `schemas/<type>.xsd` is made from them.
 */
export interface Description {
  type: string;
  /** Namespace of its elements, empty for none. Documents in another one are judged alike: producers differ. */
  namespace?: string;
  /** What is known and how sure that is, as sentences. */
  basis: readonly string[];
  /** What the description rests on where nothing else is said. */
  rests: Rests;
  /** What the order of children rests on. */
  order: Rests;
  /** What it rests on that there are no other elements and attributes; absent where there are. */
  closed?: Rests;
  /** What it rests on that a number is a number. */
  numbers: Rests;
  /** Names are written with a small or a capital first letter. */
  eitherCase?: true;
  /** Paths of the elements at which a document may begin, because producers leave out what is above. */
  roots: readonly string[];
  elements: readonly ElementDescription[];
}

/** What text an element or attribute may hold. */
export interface ValueDescription {
  /** `string` keeps white space, `token` does not; `any` is not looked at. Absent where there are only children. */
  type?: "any" | "string" | "token" | "decimal" | "integer";
  /** Most characters. */
  length?: number;
  /** Most digits of a number, and of those behind the point. */
  digits?: number;
  fraction?: number;
  /** The form of a date or time, see `dates.ts`, and other forms that were accepted. */
  date?: string;
  dates?: readonly string[];
  /** The values allowed, beside none at all. */
  codes?: readonly string[];
  /** What the limits on the value rest on. */
  limits?: Rests;
  /** Of a number: what it rests on that it is not empty. */
  filled?: Rests;
}

export interface AttributeDescription extends ValueDescription {
  name: string;
  zh?: string;
  en?: string;
  /** Present where it has to be there: what that rests on. */
  required?: Rests;
}

export interface ElementDescription extends ValueDescription {
  name: string;
  /** Other spellings that are in use. */
  also?: readonly string[];
  zh?: string;
  en?: string;
  /** Default 1. */
  min?: number;
  /** Default 1; `n` is any number. */
  max?: number | "n";
  /** Where it must be there at least once: what that rests on. */
  required?: Rests;
  /** Accepted documents have it in different places among its siblings. */
  anywhere?: true;
  /** The child by which a short form is known, in which nothing else is missed. */
  short?: string;
  /** An XML signature may stand among the children: before which of them, by the schema. Documents have it anywhere. */
  signature?: number;
  attributes?: readonly AttributeDescription[];
  /** In the order of the message. */
  children?: readonly ElementDescription[];
}
