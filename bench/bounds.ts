/** What must hold. Each bound is a figure of this action over the same figure of something else, unless its name has a unit. */
export const BOUNDS = {
  /** Start to first request, over the whole of `node -e 0`. */
  startOverNode: 3,
  /** Gate of a ready image above the same two requests by curl. */
  gateAboveCurlMs: 80,
  /** Mean lag and mean requests of waits whose duration earlier imports tell, over those of a poll every 3 s. */
  knownLagOverSdk: 1,
  knownRequestsOverSdk: 1,
  /** The same requests for imports of 20 s, to which the one that reads the earlier imports is a tenth. */
  shortRequestsOverSdk: 1.1,
  /** Requests for 30 regions at once, over 30 waits of one region. */
  regionsOverSingles: 0.25,
  /** What is loaded at the start: one dist/ entry, minified. */
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
