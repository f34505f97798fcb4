import {randomUUID} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import * as v from 'valibot';
import {ExplainedError} from '../../errors.ts';
import {backoffMs} from '../../waiting/backoff.ts';
import type {Run} from '../../waiting/run.ts';
import {type Images, ImagesOutput} from '../images-output.ts';
import {GithubError} from './github.ts';
import type {Asset, Release, Releases} from './releases.ts';

/** The file on a release that says which images were published for it: the output `images` of all uploads to all regions. */
export const IMAGES_FILE = 'gcore-images.json';

/** How often the file is written anew where others write it at the same time, or GitHub fails. */
const ROUNDS = 10;

/** The file on one release, and what it takes to write it. */
export interface FileOnRelease {
  readonly release: Release;
  readonly releases: Releases;
  readonly run: Run;
}

/** Somebody else writes the file at the same time: it is to be read again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * Reads what a release says of its images.
 *
 * @returns undefined where it says nothing
 * @throws ExplainedError where the file is not of this action's making; Overtaken; GithubError; the reason of a cancelled run
 */
export async function readImagesFile(
  release: Release,
  releases: Releases,
): Promise<{readonly asset: Asset; readonly images: Images} | undefined> {
  const asset = (await releases.assets(release)).find(({name, isWhole}) => name === IMAGES_FILE && isWhole);
  if (asset === undefined) return undefined;
  const parsed = v.safeParse(ImagesOutput, await releases.text(asset).catch(overtakenBy(404)));
  if (parsed.success) return {asset, images: parsed.output};
  throw new ExplainedError(`${IMAGES_FILE} of release ${release.tag} is not what this action writes.`, {
    next: `Delete it, or give it another name, and run the upload again.`,
  });
}

/**
 * Two states of the same file as one: of each region the later entry, but for one that tells of a failure alone. It does not take
 * away the image that an earlier run left.
 */
export function mergeImages(earlier: Images, later: Images): Images {
  const merged = {...earlier};
  for (const [regionId, entry] of Object.entries(later)) {
    const before = earlier[regionId];
    const isLoss = entry.error !== undefined && before?.id !== undefined && before.error === undefined;
    if (!isLoss) merged[regionId] = entry;
  }
  return merged;
}

/**
 * Adds images to what a release says of its images, so that nothing that others write at the same time is lost.
 *
 * GitHub has no conditional write, but of several that delete an asset by its ID only one succeeds, and of several that name an
 * asset alike as well. So a new file is brought whole under a name of its own, the old one is deleted, the new one takes its name;
 * who is overtaken in one of the last two reads again, and starts anew. Whatever was read is remembered, deleted or not.
 *
 * @throws ExplainedError, GithubError, or the reason of a cancelled run
 */
export async function attachImages(images: Images, file: FileOnRelease): Promise<void> {
  const {release, releases, run} = file;
  const drafts: string[] = [];
  let known: Images = {};
  for (let round = 1; ; round += 1) {
    try {
      const old = await readImagesFile(release, releases);
      known = mergeImages(known, old?.images ?? {});
      const merged = mergeImages(known, images);
      if (!isDeepStrictEqual(old?.images, merged)) {
        const draft = `${IMAGES_FILE}.${randomUUID()}`;
        drafts.push(draft);
        await replaceFile(old?.asset, {draft, images: merged}, file);
        drafts.pop();
      }
      if (drafts.length > 0) await removeDrafts(drafts, file);
      return;
    } catch (error) {
      run.cancelled.throwIfAborted();
      const mayPass = error instanceof Overtaken || (error instanceof GithubError && error.mayPass);
      if (!mayPass || round === ROUNDS) throw error;
      run.log.debug(`${IMAGES_FILE} is not written yet: ${error.message}. Starting anew.`);
      await run.clock.sleep(backoffMs(round, run.clock, {firstMs: 500, mostMs: 4000}), run.cancelled);
    }
  }
}

/** @param draft the name under which the new file is brought */
async function replaceFile(
  old: Asset | undefined,
  {draft, images}: {readonly draft: string; readonly images: Images},
  {release, releases, run}: FileOnRelease,
): Promise<void> {
  const made = await releases.upload(release, draft, `${JSON.stringify(images, null, 2)}\n`, run.graceOver);
  if (old !== undefined) await releases.remove(old, run.graceOver).catch(overtakenBy(404));
  await releases.rename(made, IMAGES_FILE, run.graceOver).catch(overtakenBy(422));
}

/** Files that were brought and never took the name. By then they hold nothing that is not in the file. */
async function removeDrafts(drafts: readonly string[], {release, releases, run}: FileOnRelease): Promise<void> {
  try {
    const assets = (await releases.assets(release)).filter(({name}) => drafts.includes(name));
    for (const asset of assets) await releases.remove(asset, run.graceOver);
  } catch (error) {
    run.cancelled.throwIfAborted();
    run.log.debug(
      `${drafts.join(', ')} could not be deleted: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function overtakenBy(status: number): (error: unknown) => never {
  return (error) => {
    throw error instanceof GithubError && error.status === status
      ? new Overtaken(error.message, {cause: error})
      : error;
  };
}
