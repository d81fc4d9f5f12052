import { dated } from "./dated.js";
import { ownForm } from "./own-form.js";
import { patient } from "./patient.js";
import { splitter } from "./splitter.js";
import type { Reader } from "./types.js";

export type { Boxes, Note, Reader } from "./types.js";

export const READERS: readonly Reader[] = [splitter, dated, ownForm, patient];
