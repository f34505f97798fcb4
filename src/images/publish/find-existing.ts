import type {Gcore, RawRow, Scope, UploadRequest} from '../../gcore/gcore.ts';
import {RequestError} from '../../gcore/request-error.ts';
import type {Image, Task} from '../../gcore/wire.ts';
import {channelsWithCurrent} from '../channels.ts';
import {NameTaken} from '../errors.ts';
import {differences, hasOtherProperties, mentionsUpload} from '../fingerprint.ts';
import {judgeReadiness} from '../readiness.ts';
import {isForeign} from '../tags.ts';
import {getTaskState, type Waiting} from '../wait/wait-for.ts';
import {type Baseline, baselineOf} from './baseline.ts';

/** What to do if an image of the name exists. */
export type IfExists = (typeof IF_EXISTS)[number];
export const IF_EXISTS = ['reuse', 'replace', 'fail', 'duplicate'] as const;

/** What exists of an image's name in one scope. Gcore's public images do not count. */
export interface Existing {
  /** Every image of the name, the newest first. */
  readonly named: readonly Image[];
  /** The same image as the upload would make, ready; the newest if there are several. */
  readonly same: Image | undefined;
  /** An import of the same image that already runs. */
  readonly existingImport: ExistingImport | undefined;
  /** The same image, imported, but locked by a task or of a size that is not known yet. */
  readonly locked: Image | undefined;
  /** Images of the name from another source, and how they differ. */
  readonly others: readonly {readonly image: Image; readonly differences: readonly string[]}[];
  /** What failed imports of the name left. They are no images, and do not count. */
  readonly leftovers: readonly Image[];
  /** Images of the name and, as far as is known, of the same properties that are current in a channel, and in which. */
  readonly current: readonly {readonly image: Image; readonly channels: readonly string[]}[];
  /** All that exists, of any name. */
  readonly baseline: Baseline;
}

/** An import that already runs. */
export type ExistingImport =
  /** The list of images does not have its image yet. */
  | {readonly kind: 'task'; readonly taskId: string}
  /** Its task is not known if the image does not name it. */
  | {readonly kind: 'image'; readonly imageId: string; readonly taskId: string | undefined};

/** The ID by which a message names an import: its task's, or else its image's. */
export function idOf(existing: ExistingImport): string {
  return existing.kind === 'task' ? existing.taskId : (existing.taskId ?? existing.imageId);
}

/** An upload whose name is looked up. */
export interface NameLookup {
  readonly scope: Scope;
  readonly upload: UploadRequest;
  /** Imports that are known to have failed, whatever the service still lists. */
  readonly failedTaskIds: ReadonlySet<string>;
  readonly waiting: Waiting;
}

/**
 * Finds what exists of an image's name: images in the list, and running tasks whose image is not in the list yet.
 *
 * @throws RequestError, or the reason of a cancelled run
 */
export async function findExisting({scope, upload, failedTaskIds, waiting}: NameLookup): Promise<Existing> {
  const {gcore} = waiting;
  const isCandidateTask = ({text}: RawRow) => mentionsUpload(text, upload);
  // Tasks first: an import that ends between the two reads is in the second one, as an image. In the other order it is in neither.
  const [tasks, recentTasks] = await Promise.all([
    gcore.listRunningTasks(scope, isCandidateTask),
    listKnownTasks(scope, gcore),
  ]);
  const images = await gcore.listImages(scope, ({name}) => name === upload.name);
  const named = images
    .filter((image) => image.name === upload.name && !isForeign(image, scope.projectId))
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const leftovers = await findLeftovers(named, failedTaskIds, waiting);
  const live = named.filter((image) => !leftovers.includes(image));
  const kinds = Map.groupBy(live, (image) => judgeReadiness(image).kind);
  const isSame = (image: Image) => differences(image, upload).length === 0;
  const pending = kinds.get('pending')?.filter(isSame) ?? [];
  return {
    named,
    current: named
      .filter((image) => !hasOtherProperties(image, upload))
      .map((image) => ({image, channels: channelsWithCurrent(image, images, scope.projectId)}))
      .filter(({channels}) => channels.length > 0),
    same: kinds.get('ready')?.find(isSame),
    existingImport: findExistingImport(
      pending.find(({status}) => status !== 'active'),
      tasks.filter(({id}) => !failedTaskIds.has(id)),
      upload,
    ),
    locked: pending.find(({status}) => status === 'active'),
    others: live.filter((image) => !isSame(image)).map((image) => ({image, differences: differences(image, upload)})),
    leftovers,
    baseline: baselineOf(images, [...tasks, ...recentTasks]),
  };
}

/**
 * The newest tasks, if the key may list them: an upload does not need them. If its answer is lost, a task that is not known from here
 * counts as new, and is not taken for another's.
 */
async function listKnownTasks(scope: Scope, gcore: Gcore): Promise<readonly Task[]> {
  try {
    return await gcore.listRecentTasks([scope]);
  } catch (error) {
    if (error instanceof RequestError && error.outcome === 'refused') return [];
    throw error;
  }
}

/** What failed imports left: images in a status that leads to no other, and those that wait for an import which is over. */
async function findLeftovers(
  named: readonly Image[],
  failedTaskIds: ReadonlySet<string>,
  waiting: Waiting,
): Promise<readonly Image[]> {
  const isLeftover = async (image: Image): Promise<boolean> => {
    const {kind} = judgeReadiness(image);
    if (kind !== 'pending' || image.status === 'active') return kind === 'failed';
    const taskId = image.createdBy ?? image.lockedBy;
    if (taskId === undefined) return false;
    return failedTaskIds.has(taskId) || ['ERROR', 'gone'].includes(await getTaskState(taskId, waiting));
  };
  const flags = await Promise.all(named.map(isLeftover));
  return named.filter((_, index) => flags[index]);
}

/** What to do about an image that is to be published. */
export type Decision =
  | {readonly kind: 'upload'}
  | {readonly kind: 'reuse'; readonly image: Image}
  | {readonly kind: 'join'; readonly import: ExistingImport};

/**
 * Decides what to do, given what exists. An import that already runs and makes the same image is joined under `replace` too: a
 * second one would make the same image again.
 *
 * @throws NameTaken, which says by what, and how that differs
 */
export function decide(existing: Existing, ifExists: IfExists): Decision {
  const {same, existingImport, locked, others} = existing;
  if (ifExists === 'duplicate') return {kind: 'upload'};
  if (ifExists === 'fail') {
    requireFreeName([
      ...[same, locked].flatMap((image) => (image === undefined ? [] : [`image ${image.id}, which is the same`])),
      ...describeImport(existingImport),
      ...describeOthers(others),
    ]);
    return {kind: 'upload'};
  }
  if (ifExists === 'reuse' && same !== undefined) return {kind: 'reuse', image: same};
  if (ifExists === 'replace') {
    requireFreeName(
      existing.current.map(({image, channels}) => `image ${image.id} is current in channel ${channels.join(', ')}`),
    );
  }
  if (existingImport !== undefined) return {kind: 'join', import: existingImport};
  if (ifExists === 'replace') return {kind: 'upload'};
  if (locked !== undefined) return {kind: 'join', import: {kind: 'image', imageId: locked.id, taskId: undefined}};
  requireFreeName(describeOthers(others));
  return {kind: 'upload'};
}

function requireFreeName(takenBy: readonly string[]): void {
  if (takenBy.length > 0) throw new NameTaken(takenBy.join('; '));
}

function describeImport(running: ExistingImport | undefined): readonly string[] {
  return running === undefined ? [] : [`an import of the same image that runs (${idOf(running)})`];
}

function describeOthers(others: Existing['others']): readonly string[] {
  return others.map(({image, differences: how}) => `image ${image.id}: ${how.join(', ')}`);
}

function findExistingImport(
  image: Image | undefined,
  tasks: readonly Task[],
  upload: UploadRequest,
): ExistingImport | undefined {
  if (image !== undefined) {
    return {kind: 'image', imageId: image.id, taskId: image.lockedBy ?? image.createdBy};
  }
  const task = tasks.find(({data}) => mentionsUpload(JSON.stringify(data ?? {}), upload));
  return task === undefined ? undefined : {kind: 'task', taskId: task.id};
}
