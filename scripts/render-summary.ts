/**
 * Shows job summaries as people see them: runs the built action against the simulator, converts the summaries to HTML as GitHub does (GitHub
 * Flavored Markdown, then sanitized), and takes a picture of each if Chromium is installed (with the
 * Debian packages fonts-liberation and fonts-noto-color-emoji, which look like GitHub's fonts).
 *
 *     npm run summary [folder]
 *     npm run screenshots      only the pictures for the documentation, into docs/images
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {micromark} from 'micromark';
import {gfm, gfmHtml} from 'micromark-extension-gfm';
import {rehype} from 'rehype';
import rehypeSanitize from 'rehype-sanitize';
import {hostImage} from '../harness/image-host.ts';
import {makeQcow2} from '../harness/qcow2.ts';
import {type Job, startStep} from '../harness/runner.ts';
import {fleetOf, NO_VALID_HOST, type Simulator, type SimulatorOptions, startSimulator} from '../simulator/simulator.ts';

interface Scene {
  readonly name: string;
  /** The action's metadata file; default: the upload's. */
  readonly action?: string;
  readonly inputs: Job['inputs'];
  /** How many regions the cloud has. The step uses all of them. */
  readonly regions: number;
  readonly cloud?: SimulatorOptions;
  /** Adds what exists before the step, and what goes wrong. */
  readonly prepare?: (cloud: Simulator) => void;
  /** Name of the picture for the documentation. */
  readonly picture?: string;
  readonly unfold?: boolean;
  /** The step is cancelled when it prints this line. */
  readonly cancelAt?: RegExp;
}

const NAME = 'trainer-v1.2.3';
const DAY_MS = 86_400_000;
const GIB = 2 ** 30;

const FAILING: SimulatorOptions = {
  timing: {runningMs: 500},
  importFails: ({regionId}) => (regionId === 84 || regionId === 10 ? {error: NO_VALID_HOST} : undefined),
};

/** Five images of different age in each region, for prune. */
function addOldImages(cloud: Simulator, regionIds: readonly number[]): void {
  for (const regionId of regionIds) {
    for (let at = 0; at < 5; at += 1) {
      const createdAtMs = Date.now() - at * 30 * DAY_MS;
      const sizeBytes = Math.round((11 + at / 3) * GIB);
      cloud.addImage({name: `trainer-v1.${9 - at}.0`, projectId: 1, regionId, createdAtMs, sizeBytes});
    }
  }
}

const UPLOADED = {'managed-by': 'upload-gcore-gpu-image'};

/** Images of versions, none of which is in all regions, for the gate. */
function addVersions(cloud: Simulator, regions: number): void {
  const longest = 'trainer-cuda-13.0-ubuntu-24.04-2026-11-27T10-30-00Z-ffac537e6c';
  const names = regions > 3 ? [1, 2, 3, 4, 5, 6].map((at) => `${longest}${at}`) : ['trainer-v1.2.2', 'trainer-v1.2.3'];
  for (const [at, {id: regionId}] of fleetOf(regions).entries()) {
    for (const [index, name] of names.entries()) {
      const [status, sizeBytes] = index === names.length - 1 && at === 1 ? ['error', 0] : ['active', GIB];
      const createdAtMs = Date.now() - (names.length - index) * DAY_MS;
      if (at % names.length === index) continue;
      cloud.addImage({name, projectId: 1, regionId, createdAtMs, status, sizeBytes, tags: UPLOADED});
    }
  }
}

const PRUNE = {action: 'prune/action.yml', inputs: {name: 'trainer-*', 'match-tags': '*'}} as const;

const SCENES: readonly Scene[] = [
  ...[1, 3, 27].flatMap((regions): readonly Scene[] => [
    {
      name: `success-${regions}`,
      regions,
      inputs: {},
      cloud: {timing: {runningMs: 500}},
      ...(regions === 3 ? {picture: 'success'} : {}),
    },
    {
      name: `dry-run-${regions}`,
      regions,
      inputs: {'dry-run': 'true', 'if-exists': 'replace'},
      prepare: (cloud) => cloud.addImage({name: NAME, projectId: 1, regionId: 7}),
    },
    {name: `accepted-${regions}`, regions, inputs: {wait: 'false'}, cloud: {timing: {runningMs: 60_000}}},
    {
      name: `prune-${regions}`,
      regions,
      ...PRUNE,
      prepare: (cloud) =>
        addOldImages(
          cloud,
          fleetOf(regions).map(({id}) => id),
        ),
      unfold: regions !== 27,
    },
    {
      name: `cancelled-${regions}`,
      regions,
      inputs: {'max-parallel': '8'},
      cloud: {timing: {runningMs: 60_000}, slots: 27},
      cancelAt: /Task .*: (NEW|RUNNING)/,
    },
    {
      name: `gate-${regions}`,
      regions,
      action: 'wait/action.yml',
      inputs: {name: NAME},
      prepare: (cloud) => {
        for (const {id} of fleetOf(regions)) if (id !== 84) cloud.addImage({name: NAME, projectId: 1, regionId: id});
      },
    },
  ]),
  ...[3, 27].map(
    (regions): Scene => ({
      name: `gate-versions-${regions}`,
      regions,
      action: 'wait/action.yml',
      inputs: {
        latest: '*',
        region: fleetOf(regions)
          .map(({name}) => name)
          .join(),
      },
      prepare: (cloud) => addVersions(cloud, regions),
    }),
  ),
  {name: 'partial-failure-3', regions: 3, inputs: {attempts: '1'}, cloud: FAILING},
  {name: 'failure-1', regions: 1, inputs: {attempts: '1'}, cloud: {importFails: () => ({error: NO_VALID_HOST})}},
  {
    name: 'partial-failure-27',
    regions: 27,
    inputs: {attempts: '1', 'max-parallel': '27'},
    cloud: {...FAILING, slots: 27, quota: {regions: {26: {images: 50, usedImages: 50}}}},
    picture: 'partial-failure',
  },
  {
    name: 'prune-2',
    regions: 2,
    ...PRUNE,
    prepare: (cloud) =>
      addOldImages(
        cloud,
        fleetOf(2).map(({id}) => id),
      ),
    picture: 'prune',
    unfold: true,
  },
  {
    name: 'prune-3-deletes',
    regions: 3,
    action: PRUNE.action,
    inputs: {...PRUNE.inputs, 'dry-run': 'false'},
    prepare: (cloud) => {
      addOldImages(
        cloud,
        fleetOf(3).map(({id}) => id),
      );
      cloud.script({
        request: 'delete',
        effect: 'none',
        answer: {kind: 'status', status: 409, body: {message: 'The image is in use by a volume.'}},
      });
    },
  },
];

/** GitHub's own style, as far as a summary needs it. */
const STYLE = `
  body { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji";
         color: #1f2328; max-width: 980px; margin: 24px auto; padding: 0 16px; overflow-wrap: break-word; }
  h3 { font-size: 1.25em; } h4 { font-size: 1em; } h3, h4 { margin: 24px 0 16px; font-weight: 600; }
  p, ul, table, pre, details { margin: 0 0 16px; } ul { padding-left: 2em; } a { color: #0969da; }
  table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
  th, td { padding: 6px 13px; border: 1px solid #d1d9e0; } th { font-weight: 600; }
  tr:nth-child(2n) { background: #f6f8fa; }
  code { font: 85% ui-monospace, "Liberation Mono", monospace; background: #818b981f; padding: .2em .4em; border-radius: 6px;
         white-space: break-spaces; }
  pre { background: #f6f8fa; padding: 16px; border-radius: 6px; overflow: auto; line-height: 1.45; }
  pre code { background: none; padding: 0; white-space: pre; } summary { cursor: pointer; }`;

const forDocs = process.argv[2] === '--docs';
/** The largest height of a picture for the documentation, in pixels. */
const MOST_HEIGHT = 1200;

const out = resolve(
  forDocs ? mkdtempSync(join(tmpdir(), 'summary-')) : (process.argv[2] ?? mkdtempSync(join(tmpdir(), 'summary-'))),
);
const IMAGES = resolve(import.meta.dirname, '..', 'docs', 'images');
mkdirSync(out, {recursive: true});
const image = makeQcow2(64 * 1024 * 1024);
const host = await hostImage(image);
try {
  const wanted = forDocs ? SCENES.filter(({picture}) => picture !== undefined) : SCENES;
  for (const scene of wanted) await render(scene);
} finally {
  await host.close();
}

async function render({
  name,
  regions,
  action,
  inputs,
  cloud: options,
  prepare,
  picture,
  unfold = false,
  cancelAt,
}: Scene): Promise<void> {
  const cloud = await startSimulator({regions, ...options});
  try {
    prepare?.(cloud);
    const isPrune = action?.startsWith('prune') === true;
    const step = startStep({
      ...(action === undefined ? {} : {action}),
      inputs: {
        'api-key': cloud.apiKey,
        'api-url': cloud.url,
        project: '1',
        region: fleetOf(regions)
          .map(({id}) => id)
          .join(','),
        'poll-interval-seconds': '1',
        ...(isPrune || action !== undefined ? {} : {name: NAME, url: host.url}),
        ...inputs,
      },
      onLine: (line) => {
        if (cancelAt?.test(line)) step.kill('SIGINT');
      },
    });
    const {summary, log} = await step.result;
    const page = join(out, `${name}.html`);
    writeFileSync(join(out, `${name}.md`), summary);
    writeFileSync(join(out, `${name}.log`), log);
    writeFileSync(page, await pageOf(name, summary, unfold));
    say(page);
    photograph(page, forDocs && picture !== undefined ? join(IMAGES, `${picture}.png`) : page.replace(/html$/, 'png'));
  } finally {
    await cloud.close();
  }
}

async function pageOf(title: string, markdown: string, unfold: boolean): Promise<string> {
  const html = micromark(markdown, {allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()]});
  const safe = String(await rehype().data('settings', {fragment: true}).use(rehypeSanitize).process(html));
  const body = unfold ? safe.replaceAll('<details>', '<details open>') : safe;
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>${body}<script>document.body.id = 'h' + document.documentElement.scrollHeight;</script>`;
}

/** Without Chromium there is only the page. */
function photograph(page: string, picture: string): void {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const quiet = ['--no-first-run', '--disable-quic', '--disable-background-networking', '--disable-component-update'];
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-sync', '--hide-scrollbars', ...quiet];
  const url = pathToFileURL(page).href;
  const profileOption = `--user-data-dir=${profile}`;
  try {
    const dom = execFileSync('chromium', [...options, profileOption, '--window-size=1100,100', '--dump-dom', url], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    const height = Math.min(Number(/ id="h(\d+)"/.exec(dom)?.[1] ?? 1000), MOST_HEIGHT);
    execFileSync(
      'chromium',
      [...options, profileOption, `--screenshot=${picture}`, `--window-size=1100,${height}`, url],
      {stdio: 'ignore', timeout: 60_000},
    );
    say(picture);
  } catch (error) {
    say(`No picture of it: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`);
  } finally {
    rmSync(profile, {recursive: true, force: true});
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
