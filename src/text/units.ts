import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';

/** A size for people, rounded: `2.13 GiB`. */
export function roundSize(sizeBytes: number): string {
  return prettyBytes(sizeBytes, {binary: true});
}

/** A time span for people: `14m 3s`. */
export function roundTime(ms: number): string {
  return ms < 1000 ? 'under 1s' : prettyMs(ms, {secondsDecimalDigits: 0});
}
