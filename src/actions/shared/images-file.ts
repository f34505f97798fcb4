import {randomUUID} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import * as v from 'valibot';
import {ExplainedError} from '../../errors.ts';
import {GithubError, mayPass} from '../../github/client.ts';
import type {Asset, Release, Releases} from '../../github/releases.ts';
import {inert} from '../../text/inert.ts';
import {retry} from '../../waiting/retry.ts';
import type {Run} from '../../waiting/run.ts';
import {type Images, ImagesOutput} from './images-output.ts';

/** The file on a release that says which images were published for it: the output `images` of all uploads to all regions. */
export const IMAGES_FILE = 'gcore-images.json';
/** Under such a name the next file is brought. */
const DRAFT = /^gcore-images\.json\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A file of all regions has some ten thousand bytes. */
const MOST_BYTES = 2 ** 20;

/** The file on one release, and what it takes to write it. */
export interface FileOnRelease {
  readonly release: Release;
  readonly releases: Releases;
  readonly run: Run;
}

/**
 * Reads what a release says of its images.
 *
 * @returns undefined where it says nothing
 * @throws ExplainedError where the file is not of this action's making; GithubError; the reason of a cancelled run
 */
export async function readImagesFile(release: Release, releases: Releases): Promise<Images | undefined> {
  const file = (await releases.assets(release)).find(isImagesFile);
  return file?.isWhole ? await imagesIn(file, release, releases) : undefined;
}

/**
 * Two states of the same file as one: of each region the later entry, but for one that tells of a failure alone. It does not take
 * away the image, or the import, that an earlier run left.
 */
export function mergeImages(earlier: Images, later: Images): Images {
  const merged = {...earlier};
  for (const [regionId, entry] of Object.entries(later)) {
    if (!isLoss(earlier[regionId], entry)) merged[regionId] = entry;
  }
  return merged;
}

type Entry = Images[string];

/** A failure with an image came after the image was ready: an older one may have been replaced by then. */
function isLoss(before: Entry | undefined, {id, task_id, error}: Entry): boolean {
  if (before === undefined || error === undefined || id !== undefined) return false;
  return before.id !== undefined || (before.task_id !== undefined && task_id === undefined);
}

/**
 * Adds images to what a release says of its images, so that nothing that others write at the same time is lost.
 *
 * GitHub has no conditional write, but of several that delete an asset by its ID only one succeeds, and of several that name an
 * asset alike as well. So a new file is brought whole as a draft, the old one is deleted, the draft takes its name; who is overtaken
 * in one of the last two reads again, and starts anew, and remembers what it read, deleted or not. A step that ends in between leaves
 * no file, but a draft that tells what was in it.
 *
 * @throws ExplainedError, GithubError, or the reason of a cancelled run
 */
export async function attachImages(images: Images, file: FileOnRelease): Promise<void> {
  const {releases, release, run} = file;
  const ownDrafts = new Set<string>();
  let known: Images = {};
  const attempt = async () => {
    const assets = await releases.assets(release);
    const old = assets.find(isImagesFile);
    const drafts = assets.filter(({name}) => (old?.isWhole ? ownDrafts.has(name) : DRAFT.test(name)));
    const said = old?.isWhole ? await imagesIn(old, release, releases) : await imagesInAll(drafts, file);
    known = mergeImages(known, said);
    const merged = mergeImages(known, images);
    if (!old?.isWhole || !isDeepStrictEqual(said, merged)) {
      const draft = `${IMAGES_FILE}.${randomUUID()}`;
      ownDrafts.add(draft);
      await replaceFile(old, {draft, images: merged}, file);
    }
    await removeDrafts(drafts, file);
  };
  const onRetry = ({message}: GithubError) =>
    run.log.debug(`${IMAGES_FILE} is not written yet: ${message}. Starting again.`);
  await retry(attempt, {shouldRetry: mayPass, backoff: {firstMs: 500, mostMs: 16_000}, onRetry}, run);
}

function isImagesFile({name}: Asset): boolean {
  return name === IMAGES_FILE;
}

async function imagesIn(asset: Asset, release: Release, releases: Releases): Promise<Images> {
  const text = asset.sizeBytes > MOST_BYTES ? '' : await releases.text(asset).catch(overtakenBy(403, 404));
  const parsed = v.safeParse(ImagesOutput, text);
  if (parsed.success) return parsed.output;
  throw new ExplainedError(
    `${inert(asset.name, 100)} of release ${inert(release.tag, 100)} is not what this action writes.`,
    {
      next: 'Delete it, or give it another name, and run the upload again.',
    },
  );
}

/** What drafts hold, the newest last. */
async function imagesInAll(drafts: readonly Asset[], {release, releases}: FileOnRelease): Promise<Images> {
  let images: Images = {};
  for (const draft of drafts.filter(({isWhole}) => isWhole).toSorted((a, b) => a.id - b.id)) {
    images = mergeImages(images, await imagesIn(draft, release, releases));
  }
  return images;
}

/** @param next the new file, and the name under which it is brought */
async function replaceFile(
  old: Asset | undefined,
  next: {readonly draft: string; readonly images: Images},
  {release, releases, run}: FileOnRelease,
): Promise<void> {
  const json = `${JSON.stringify(next.images, null, 2)}\n`;
  const draft = await releases.upload(release, next.draft, json, run.graceOver);
  if (old !== undefined) await releases.remove(old, run.graceOver).catch(overtakenBy(404));
  await releases.rename(draft, IMAGES_FILE, run.graceOver).catch(overtakenBy(404, 422));
}

/** Drafts from before the file was written: what was in them is in it, or their own writer is overtaken and brings another. */
async function removeDrafts(drafts: readonly Asset[], {releases, run}: FileOnRelease): Promise<void> {
  for (const draft of drafts) {
    await releases.remove(draft, run.graceOver).catch((error: unknown) => {
      run.log.debug(`A draft could not be deleted: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}

/** Where somebody else writes the file at the same time, it is to be read again. */
function overtakenBy(...statuses: readonly number[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GithubError && error.status !== undefined && statuses.includes(error.status))) throw error;
    const message = `another run writes ${IMAGES_FILE} at the same time (${error.message})`;
    throw new GithubError(message, {status: error.status, mayPass: true, cause: error});
  };
}
