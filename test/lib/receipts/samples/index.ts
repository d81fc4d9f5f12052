import { crossBorder } from "./cross-border.js";
import { declarations } from "./declarations.js";
import { field } from "./field.js";
import { manifestSamples } from "./manifests.js";
import { others } from "./others.js";
import type { Sample } from "./sample.js";
import { specialAreas } from "./special-areas.js";

/** Every shape that receipts were seen in, and what the FAQ prints. */
export const SAMPLES: readonly Sample[] = [
  ...declarations,
  ...specialAreas,
  ...manifestSamples,
  ...crossBorder,
  ...others,
  ...field,
];
