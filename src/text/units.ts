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

/** A longer time span for people, in whole minutes; in seconds if it is shorter than one: `77 min`. */
export function roundMinutes(ms: number): string {
  return ms < 60_000 ? prettyMs(ms, {secondsDecimalDigits: 0}) : `${Math.round(ms / 60_000)} min`;
}
