import type {Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {inert} from '../../text/inert.ts';
import type {NameGlob} from '../../text/name-glob.ts';
import type {Tags} from '../../text/tags.ts';

/** The newest image that this action uploaded and whose name and tags fit. */
export interface NamesQuery {
  readonly latest: NameGlob;
  readonly tags: Tags;
}

/** Which image is meant, if neither its ID nor its name is known: by its name, or the current one of a channel. */
export type VersionQuery = NamesQuery | {readonly channel: string};

/** The images of a region that a query can mean, the newest first; of a channel only the current one. */
export interface RegionImages {
  readonly scope: Scope;
  readonly images: readonly Image[];
}

/** What a query asks for, as a sentence begins with it. */
export function shownQuery(query: VersionQuery): string {
  if ('channel' in query) return `The current image of channel ${query.channel}`;
  return `The newest image ${shownPattern(query.latest)}`;
}

export function shownPattern({text}: NameGlob): string {
  return `"${inert(text, 100)}"`;
}
