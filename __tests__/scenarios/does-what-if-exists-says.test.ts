import {afterAll, expect, it} from '@jest/globals';
import {hostImage} from '../../harness/image-host.ts';
import {makeQcow2} from '../../harness/qcow2.ts';
import {type Stage, setStage} from '../fixtures/stage.ts';

const HERE = {projectId: 1, regionId: 7, name: 'release'} as const;

// One web server for all cases: the same URL has the same fingerprint in every cloud.
const host = await hostImage(makeQcow2(64 * 1024 * 1024));
afterAll(() => host.close());

/** The tags of the image that an upload would make here: learnt from one to another cloud. */
const tagsOfTheSame = (async () => {
  await using stage = await setStage();
  await stage.upload({name: HERE.name, url: host.url});
  return (await stage.cloud.images())[0]?.tags ?? {};
})();

/** What is there before the upload. Each sets the scene and names the images that it put there, the oldest first. */
const SITUATIONS = {
  'nothing there': async () => [],
  'the same, ready': async (stage: Stage) => [stage.cloud.addImage({...HERE, tags: await tagsOfTheSame})],
  'the same, importing': async (stage: Stage) => {
    await stage.upload({name: HERE.name, url: host.url, wait: 'false'});
    return [];
  },
  'another source': async (stage: Stage) => {
    const tags = await tagsOfTheSame;
    const [, properties] = (tags['source-fingerprint'] ?? '').split('-');
    return [stage.cloud.addImage({...HERE, tags: {...tags, 'source-fingerprint': `0-${properties}`}})];
  },
  'other properties': async (stage: Stage) => {
    const tags = await tagsOfTheSame;
    const [source] = (tags['source-fingerprint'] ?? '').split('-');
    return [stage.cloud.addImage({...HERE, tags: {...tags, 'source-fingerprint': `${source}-0`}})];
  },
  'two of the name': async (stage: Stage) => {
    const tags = await tagsOfTheSame;
    const nowMs = Date.now();
    return [2000, 1000].map((ageMs) => stage.cloud.addImage({...HERE, tags, createdAtMs: nowMs - ageMs}));
  },
  'a failed leftover': async (stage: Stage) => [
    stage.cloud.addImage({...HERE, status: 'error', sizeBytes: 0, tags: await tagsOfTheSame}),
  ],
  'a public image of the name': async (stage: Stage) => [stage.cloud.addImage({...HERE, visibility: 'public'})],
  'the same, locked': async (stage: Stage) => [
    stage.cloud.addImage({...HERE, tags: await tagsOfTheSame, lockedBy: '5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f'}),
  ],
} as const;

type Situation = keyof typeof SITUATIONS;
type Mode = 'reuse' | 'replace' | 'fail' | 'duplicate';
/** What the step does: uploads one more, takes one that is there, joins the import, or fails. */
type Outcome = 'uploads' | 'takes the newest' | 'joins' | 'fails';

/** By situation and mode: the outcome, and how many of the images that were there are still there afterwards. */
const TABLE: readonly (readonly [Situation, Mode, Outcome, number])[] = [
  ['nothing there', 'reuse', 'uploads', 0],
  ['nothing there', 'replace', 'uploads', 0],
  ['nothing there', 'fail', 'uploads', 0],
  ['nothing there', 'duplicate', 'uploads', 0],
  ['the same, ready', 'reuse', 'takes the newest', 1],
  ['the same, ready', 'replace', 'uploads', 0],
  ['the same, ready', 'fail', 'fails', 1],
  ['the same, ready', 'duplicate', 'uploads', 1],
  ['the same, importing', 'reuse', 'joins', 0],
  ['the same, importing', 'replace', 'joins', 0],
  ['the same, importing', 'fail', 'fails', 0],
  ['the same, importing', 'duplicate', 'uploads', 0],
  ['another source', 'reuse', 'fails', 1],
  ['another source', 'replace', 'uploads', 0],
  ['another source', 'fail', 'fails', 1],
  ['another source', 'duplicate', 'uploads', 1],
  ['other properties', 'reuse', 'fails', 1],
  ['other properties', 'replace', 'uploads', 1],
  ['other properties', 'fail', 'fails', 1],
  ['other properties', 'duplicate', 'uploads', 1],
  ['two of the name', 'reuse', 'takes the newest', 2],
  ['two of the name', 'replace', 'uploads', 0],
  ['two of the name', 'fail', 'fails', 2],
  ['two of the name', 'duplicate', 'uploads', 2],
  ['a failed leftover', 'reuse', 'uploads', 1],
  ['a failed leftover', 'replace', 'uploads', 0],
  ['a failed leftover', 'fail', 'uploads', 1],
  ['a failed leftover', 'duplicate', 'uploads', 1],
  ['a public image of the name', 'reuse', 'uploads', 1],
  ['a public image of the name', 'replace', 'uploads', 1],
  ['a public image of the name', 'fail', 'uploads', 1],
  ['a public image of the name', 'duplicate', 'uploads', 1],
  ['the same, locked', 'reuse', 'fails', 1],
  ['the same, locked', 'replace', 'uploads', 1],
  ['the same, locked', 'fail', 'fails', 1],
  ['the same, locked', 'duplicate', 'uploads', 1],
];

it.concurrent.each(TABLE)(
  'with %s, if-exists %s: %s, and leaves %i of what was there',
  async (situation, mode, outcome, left) => {
    const isImporting = situation === 'the same, importing';
    // Time goes on in the cloud with each poll: however busy the machine, the import still runs when the step looks for it.
    let nowMs = Date.now();
    await using stage = await setStage({timing: {runningMs: isImporting ? 1500 : 0}, clock: {now: () => nowMs}});
    stage.cloud.on('request', ({kind}) => {
      if (kind === 'task' || kind === 'image') nowMs += 500;
    });
    const before = await SITUATIONS[situation](stage);
    const uploadsBefore = stage.cloud.requests('upload').length;
    const timeout = situation === 'the same, locked' && mode === 'reuse' ? {'timeout-minutes': '0.06'} : {};
    const {exitCode, outputs} = await stage.upload({
      name: HERE.name,
      url: host.url,
      'if-exists': mode,
      ...timeout,
    });

    const uploads = stage.cloud.requests('upload').length - uploadsBefore;
    const images = await stage.cloud.images(HERE);
    const survivors = before.filter(({id}) => images.some((image) => image.id === id));
    expect(uploads).toBe(outcome === 'uploads' ? 1 : 0);
    expect(exitCode).toBe(outcome === 'fails' ? 1 : 0);
    expect(survivors).toHaveLength(left);
    if (outcome === 'fails') return;
    const published = images.find(({id}) => id === outputs['image-id']);
    expect(published).toMatchObject({status: 'active', visibility: 'private'});
    expect(outputs).toMatchObject({'image-status': 'active', created: String(outcome === 'uploads')});
    if (outcome === 'takes the newest') expect(published?.id).toBe(before.at(-1)?.id);
  },
);
