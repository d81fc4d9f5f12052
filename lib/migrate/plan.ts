import { mapCard } from "./card.js";
import { mapFolders, mapLimits, mapLog, mapNames, mapNotification, mapPlaces, mapRest } from "./mapping.js";
import type { OfficialSettings } from "./official-settings.js";
import { type Places, placesOf } from "./places.js";
import { type Answers, PlanDraft, type PlanItem, type PlannedValues } from "./plan-draft.js";
import { type Question, questionsFor } from "./questions.js";

/** A settings file turned into settings of ours. */
export interface Plan {
  values: PlannedValues;
  items: readonly PlanItem[];
  questions: readonly Question[];
  places: Places;
}

/**
 * Turns the official client's settings into ours: every setting of the file is in `items`, with what becomes of it and why, and what the
 * file cannot say is in `questions`. `platform`: of the machine that will run it (`process.platform`).
 */
export function planOf(settings: OfficialSettings, answers: Answers, platform: string): Plan {
  const draft = new PlanDraft();
  const places = placesOf(settings.folders);
  mapPlaces(draft, settings, places, answers, platform);
  mapFolders(draft, settings);
  mapLimits(draft, settings);
  mapLog(draft, settings, platform);
  mapCard(draft, settings, answers, platform);
  mapNotification(draft, settings);
  mapNames(draft);
  mapRest(draft, settings);
  return { values: draft.values, items: draft.items, questions: questionsFor(draft, settings, answers), places };
}
