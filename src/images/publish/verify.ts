import {ExplainedError} from '../../errors.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Section} from '../../sections.ts';
import {deleteImage} from '../delete-image.ts';
import {ChecksumMismatch, NotVerified} from '../errors.ts';
import {isVerified, verifiedTags} from '../fingerprint.ts';
import type {ImageReady} from '../outcome.ts';
import {MARKER_TAG} from '../tags.ts';
import type {Checksum, PublishContext} from './context.ts';
import {readWithNewTags, setTags} from './current-tags.ts';

/** How the file behind the URL is proved to be the expected one. */
export interface Proof {
  /** 64 hexadecimal digits, lower case. */
  readonly expected: string;
  /** Reads the file. Throws ChecksumMismatch, NotVerified, or the reason of a cancelled run. */
  readonly read: () => Promise<void>;
  /** Makes sure that the file is still the one that was read. Throws NotVerified, or the reason of a cancelled run. */
  readonly checkUnchanged: () => Promise<void>;
}

const NOTHING_UPLOADED = 'Nothing was uploaded.';
const CHECK = 'Check which file the URL serves, and the input checksum. Then run this job again.';

/** Makes one proof for all regions: the file is read once, from when the first region needs it. */
export function createChecksum({expected, read, checkUnchanged}: Proof): Checksum {
  let reading: Promise<void> | undefined;
  let failure: ChecksumMismatch | NotVerified | undefined;
  let isRead = false;

  const readOnce = async (): Promise<void> => {
    reading ??= read().then(
      () => {
        isRead = true;
      },
      (error: unknown) => {
        if (error instanceof ChecksumMismatch || error instanceof NotVerified) failure = error;
        throw error;
      },
    );
    // Until a region waits for it, nobody else handles its failure.
    reading.catch(() => undefined);
    await reading;
  };

  return {
    begin: () => {
      if (failure !== undefined)
        throw new ExplainedError(whatOf(failure), {
          section: sectionOf(failure),
          known: [NOTHING_UPLOADED],
          next: CHECK,
          cause: failure,
        });
      void readOnce().catch(() => undefined);
    },
    verify: async (ready, markers, context) => {
      if (ready.kind === 'reused' && isVerified(ready.image, expected)) return ready;
      try {
        await readOnce();
        await checkUnchanged();
      } catch (error) {
        if (error instanceof ChecksumMismatch) throw mismatched(error, await removeMade(ready, markers, context));
        if (error instanceof NotVerified) throw unverified(error, ready, context);
        throw error;
      }
      return await noteVerified(ready, expected, context);
    },
    status: () => {
      if (failure !== undefined) return `${whatOf(failure)} If the import makes an image, do not use it.`;
      return reading === undefined || isRead ? undefined : 'The checksum is not verified yet.';
    },
    isRead: () => isRead,
  };
}

function whatOf(failure: ChecksumMismatch | NotVerified): string {
  return failure instanceof ChecksumMismatch
    ? `The checksum does not match: ${failure.message}.`
    : `The checksum is not verified: ${failure.message}.`;
}

function sectionOf(failure: ChecksumMismatch | NotVerified): Section {
  return failure instanceof ChecksumMismatch ? 'the-checksum-does-not-match' : 'the-checksum-is-not-verified';
}

/** What became of the images of another file. */
interface Removal {
  readonly known: readonly string[];
  /** The images that may still be there. */
  readonly leftIds: readonly string[];
}

function mismatched(failure: ChecksumMismatch, {known, leftIds}: Removal): ExplainedError {
  const left = leftIds.map((id) => `Delete image ${id} in the Gcore portal, if nothing uses it.`);
  return new ExplainedError(whatOf(failure), {
    section: sectionOf(failure),
    known,
    next: [...left, CHECK].join(' '),
    cause: failure,
  });
}

function unverified(failure: NotVerified, {image}: ImageReady, {spec}: PublishContext): ExplainedError {
  return new ExplainedError(whatOf(failure), {
    section: sectionOf(failure),
    known: [`Image ${image.id} is ready, and is kept: whether it holds the expected file is not known.`],
    next:
      spec.ifExists === 'reuse'
        ? 'Run this job again: it finds this image, and reads the file again.'
        : 'Check the file behind the URL. Then delete this image, and run this job again.',
    cause: failure,
  });
}

/** Deletes the images that this step made from another file than the expected one. Images of others stay. */
async function removeMade(
  {kind, image}: ImageReady,
  markers: ReadonlySet<string>,
  context: PublishContext,
): Promise<Removal> {
  const madeIds = new Set(kind === 'published' ? [image.id] : []);
  for (const id of await findMarked(markers, context)) madeIds.add(id);
  const removals = await Promise.all([...madeIds].map(async (id) => ({id, ...(await removeOne(id, context))})));
  const kept = `Image ${image.id} is kept, because this step did not make it. Whether it holds the expected file is not known.`;
  return {
    known: [...(madeIds.has(image.id) ? [] : [kept]), ...removals.map(({known}) => known)],
    leftIds: removals.filter(({isGone}) => !isGone).map(({id}) => id),
  };
}

/** Images that carry a marker of this step. An import that was given up may have made one as well. */
async function findMarked(
  markers: ReadonlySet<string>,
  {spec, gcore, run}: PublishContext,
): Promise<readonly string[]> {
  try {
    const images = await gcore.listImages(spec.scope, ({text}) => [...markers].some((marker) => text.includes(marker)));
    return images.filter(({tags}) => markers.has(tags.get(MARKER_TAG) ?? '')).map(({id}) => id);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    run.log.warning(`Whether this step made further images could not be looked up: ${error.message}`);
    return [];
  }
}

async function removeOne(
  id: string,
  {spec, gcore, run}: PublishContext,
): Promise<{readonly known: string; readonly isGone: boolean}> {
  run.log.warning(`Image ${id} is deleted: it was made from another file than the expected one.`);
  try {
    const waiting = {gcore, run, intervalMs: spec.intervalMs, ifMissing: 'just-made'} as const;
    const deletion = await deleteImage(spec.scope, id, waiting);
    if (!('reason' in deletion)) return {known: `Image ${id}, which this step made, is deleted.`, isGone: true};
    return {
      known: `Image ${id}, which this step made, is kept: Gcore refused to delete it (${deletion.reason}).`,
      isGone: false,
    };
  } catch (error) {
    run.cancelled.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return {known: `Image ${id}, which this step made, may still exist: ${reason}.`, isGone: false};
  }
}

/** Without the note a later run reads the file again, so a failure is a warning. */
async function noteVerified(ready: ImageReady, sha256: string, context: PublishContext): Promise<ImageReady> {
  const {image} = ready;
  try {
    await setTags(image, verifiedTags(sha256), context);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    context.run.log.warning(
      `Image ${image.id} is verified, but that could not be noted in its tags: ${error.message}. Until a later run has read the file again, the gate does not pass it.`,
    );
  }
  return {...ready, image: await readWithNewTags(image, context)};
}
