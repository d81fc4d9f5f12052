export interface StoryLine {
  at: number;
  who: string;
  what: string;
  documents: string;
}

/** What a run came to. */
export interface Outcome {
  seed: number;
  /** What was violated; undefined = nothing. */
  violation: string | undefined;
  steps: number;
  time: number;
  taken: readonly string[];
  story: readonly StoryLine[];
}
