import {readFileSync} from 'node:fs';
import {parse} from 'yaml';

/** What an action declares of itself. */
export interface Metadata {
  readonly inputs?: Readonly<Record<string, {readonly default?: unknown}>>;
  readonly runs: {readonly main: string; readonly post: string};
}

/** Reading the YAML takes longer than it takes the runner to start a step. */
const known = new Map<string, Metadata>();

/** Reads an action's metadata. */
export function metadataOf(path: string): Metadata {
  const metadata: Metadata = known.get(path) ?? parse(readFileSync(path, 'utf8'));
  known.set(path, metadata);
  return metadata;
}
