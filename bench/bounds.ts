/** The aims. Each bound is a ratio of this action's figure and the figure of an alternative, unless its name has a unit. */
export const BOUNDS = {
  /** Start to first request, over the whole run of `node -e 0`. */
  startOverNode: 3,
  /** Gate of a ready image, more than the same two requests with curl. */
  gateAboveCurlMs: 80,
  /** Mean lag and mean requests of waits with known earlier imports, over those of a poll every 3 s. */
  knownLagOverSdk: 1,
  knownRequestsOverSdk: 1,
  /** The same for imports of 20 s, where the request for the earlier imports is a tenth of all requests. */
  shortRequestsOverSdk: 1.1,
  /** Requests for 30 regions at once, over 30 waits for one region. */
  regionsOverSingles: 0.25,
  /** The code that is loaded at the start: one entry of dist/, minified. */
  entryKib: 160,
  /** The speed of an upload to versitygw on loopback, over that of rclone. */
  uploadSpeedOverRclone: 0.9,
  /** The peak of hashing and uploading a file of any size. */
  uploadMib: 300,
  /** The speed of reading a URL for its checksum, over that of `curl -s URL | sha256sum`, on loopback. */
  readSpeedOverCurl: 0.8,
  /** The peak of reading a file of any size. */
  readMib: 300,
} as const;
