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

/** The file on a release that lists the images published for it: the output `images` of all uploads to all regions. */
export const IMAGES_FILE = 'gcore-images.json';
/** The name of a draft: a new file is uploaded under such a name. */
const DRAFT = /^gcore-images\.json\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A file with all regions has about ten thousand bytes. */
const MOST_BYTES = 2 ** 20;

/** The release that has the file, and what is needed to write it. */
export interface FileOnRelease {
  readonly release: Release;
  readonly releases: Releases;
  readonly run: Run;
}

/**
 * Reads the file of a release.
 *
 * @returns undefined if the release has no such file
 * @throws ExplainedError if this action did not write the file; GithubError; the reason of a cancelled run
 */
export async function readImagesFile(release: Release, releases: Releases): Promise<Images | undefined> {
  const file = (await releases.assets(release)).find(isImagesFile);
  return file?.isWhole ? await imagesIn(file, release, releases) : undefined;
}

/**
 * Merges two states of the file: the later entry of each region wins. Only a failure without an image does not replace the image, or the
 * import, of an earlier run.
 */
export function mergeImages(earlier: Images, later: Images): Images {
  const merged = {...earlier};
  for (const [regionId, entry] of Object.entries(later)) {
    if (!isLoss(earlier[regionId], entry)) merged[regionId] = entry;
  }
  return merged;
}

type Entry = Images[string];

/** A failure that has an image came after the image was ready. It is kept: the earlier image may have been replaced. */
function isLoss(before: Entry | undefined, {id, task_id, error}: Entry): boolean {
  if (before === undefined || error === undefined || id !== undefined) return false;
  return before.id !== undefined || (before.task_id !== undefined && task_id === undefined);
}

/**
 * Adds images to the file of a release. Several steps may do so at the same time: nothing is lost.
 *
 * GitHub has no conditional write. But if several steps delete the same asset by its ID, only one succeeds, and only one can give an
 * asset a name. So the new file is uploaded as a draft, the old one is deleted, and the draft is renamed. A step that fails at one of
 * the last two was overtaken by another one: it starts again, and remembers what it has read, since it may have deleted that. A step
 * that is killed leaves the old file, the new file, or no file but a draft that the next writer takes over.
 *
 * Drafts of killed steps and of steps that are still writing look the same. Both can be taken over and deleted once the new file is in
 * place: a step that is still writing is overtaken by then.
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
    const taken = draftsToTakeOver(assets, old, ownDrafts);
    const written = old?.isWhole ? await imagesIn(old, release, releases) : {};
    known = mergeImages(known, written);
    // A draft may be older than the file, so it only adds what the file does not have.
    const merged = mergeImages(mergeImages(await imagesInAll(taken, file), known), images);
    if (taken.length > 0 || !isDeepStrictEqual(written, merged)) {
      const draft = `${IMAGES_FILE}.${randomUUID()}`;
      ownDrafts.add(draft);
      await replaceFile(old, {draft, images: merged}, file);
    }
    await removeDrafts([...taken, ...assets.filter(({name}) => ownDrafts.has(name))], file);
  };
  const onRetry = ({message}: GithubError) =>
    run.log.debug(`${IMAGES_FILE} is not written yet: ${message}. Starting again.`);
  await retry(attempt, {shouldRetry: mayPass, backoff: {firstMs: 500, mostMs: 16_000}, onRetry}, run);
}

/**
 * Drafts of other steps, the oldest first: all of them if there is no file, else one. With three, thirty steps that write at the same time
 * would send twice as many requests, mostly to read each other's drafts. The next writer takes over the next one.
 */
function draftsToTakeOver(
  assets: readonly Asset[],
  old: Asset | undefined,
  own: ReadonlySet<string>,
): readonly Asset[] {
  const drafts = assets.filter(({name}) => DRAFT.test(name) && !own.has(name)).toSorted((a, b) => a.id - b.id);
  if (!old?.isWhole) return drafts;
  // A younger draft that is not whole may still be uploading.
  return drafts.filter(({id, isWhole}) => isWhole || id < old.id).slice(0, 1);
}

function isImagesFile({name}: Asset): boolean {
  return name === IMAGES_FILE;
}

async function imagesIn(asset: Asset, release: Release, releases: Releases): Promise<Images> {
  const text = asset.sizeBytes > MOST_BYTES ? '' : await releases.text(asset).catch(overtakenBy(403, 404));
  const parsed = v.safeParse(ImagesOutput, text);
  if (parsed.success) return parsed.output;
  throw new ExplainedError(
    `${inert(asset.name, 100)} of release ${inert(release.tag, 100)} was not written by this action.`,
    {
      next: 'Delete or rename it, then run the upload again.',
    },
  );
}

/** What drafts hold; the later one wins. */
async function imagesInAll(drafts: readonly Asset[], {release, releases}: FileOnRelease): Promise<Images> {
  let images: Images = {};
  for (const draft of drafts.filter(({isWhole}) => isWhole)) {
    images = mergeImages(images, await imagesIn(draft, release, releases));
  }
  return images;
}

/** @param next the new file, and the name of its draft */
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

/** Deletes drafts whose content is in the file. A draft that is left is deleted by the next writer. */
async function removeDrafts(drafts: readonly Asset[], {releases, run}: FileOnRelease): Promise<void> {
  for (const draft of drafts) {
    await releases.remove(draft, run.graceOver).catch((error: unknown) => {
      run.log.debug(`A draft could not be deleted: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}

/** An answer of these means that another step writes the file at the same time: read it again. */
function overtakenBy(...statuses: readonly number[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GithubError && error.status !== undefined && statuses.includes(error.status))) throw error;
    const message = `another run writes ${IMAGES_FILE} at the same time (${error.message})`;
    throw new GithubError(message, {status: error.status, mayPass: true, cause: error});
  };
}
