/** What must hold. Each bound is a figure of this action over the same figure of something else, unless its name has a unit. */
export const BOUNDS = {
  /** Start to first request, over the whole of `node -e 0`. */
  startOverNode: 3,
  /** Gate of a ready image above the same two requests by curl. */
  gateAboveCurlMs: 80,
  /** Mean lag and mean requests where earlier imports tell the duration, over those of a poll every 3 s. */
  knownLagOverSdk: 1,
  knownRequestsOverSdk: 1,
  /** Requests for 30 regions at once, over 30 waits of one region. */
  regionsOverSingles: 0.25,
  /** Peak memory of two hours' wait for 30 regions, over that of one short wait. */
  memoryOverShortRun: 1.5,
  /** What is loaded at the start: one dist/ entry, minified. */
  entryKib: 160,
} as const;
