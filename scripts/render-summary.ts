/**
 * Shows the job summary as people see it: runs the built action against the simulator, makes HTML of the summaries as GitHub does
 * (its own flavour of Markdown, then its own list of what may stay), and has Chromium take a picture of each where it is at hand.
 *
 *     npm run summary [folder]
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
import {type Job, runStep} from '../harness/runner.ts';
import {type Simulator, type SimulatorOptions, startSimulator} from '../simulator/simulator.ts';

interface Scene {
  readonly name: string;
  readonly inputs: Job['inputs'];
  readonly cloud?: SimulatorOptions;
  /** What is there before, and what goes wrong. */
  readonly prepare?: (cloud: Simulator) => void;
}

const NAME = 'trainer-v1.2.3';

const SCENES: readonly Scene[] = [
  {
    name: 'success',
    inputs: {},
    cloud: {timing: {newMs: 500, runningMs: 2000, savingMs: 700}},
    prepare: (cloud) => cloud.addImage({name: NAME, projectId: 1, regionId: 10, status: 'error', sizeBytes: 0}),
  },
  {
    name: 'partial-failure',
    inputs: {attempts: '1'},
    cloud: {timing: {runningMs: 1500}},
    prepare: (cloud) => {
      cloud.addImage({name: NAME, projectId: 1, regionId: 76});
      cloud.script({
        request: 'task',
        answer: {
          kind: 'true',
          change: (task) => ({...task, state: 'ERROR', error: 'No valid host was found. There are not enough hosts.'}),
        },
      });
    },
  },
  {
    name: 'dry-run',
    inputs: {'dry-run': 'true', 'if-exists': 'replace'},
    prepare: (cloud) => cloud.addImage({name: NAME, projectId: 1, regionId: 10}),
  },
];

/** What GitHub's own looks come down to, as far as a summary shows them. */
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

const out = resolve(process.argv[2] ?? mkdtempSync(join(tmpdir(), 'summary-')));
mkdirSync(out, {recursive: true});
const image = makeQcow2(64 * 1024 * 1024);
const host = await hostImage(image);
try {
  for (const scene of SCENES) await render(scene);
} finally {
  await host.close();
}

async function render({name, inputs, cloud: options, prepare}: Scene): Promise<void> {
  const cloud = await startSimulator(options);
  try {
    prepare?.(cloud);
    const {summary} = await runStep({
      inputs: {
        'api-key': cloud.apiKey,
        'api-url': cloud.url,
        project: '1',
        region: 'Luxembourg-2, Manassas, Sines-2',
        name: NAME,
        url: host.url,
        'poll-interval-seconds': '1',
        ...inputs,
      },
    });
    const page = join(out, `${name}.html`);
    writeFileSync(join(out, `${name}.md`), summary);
    writeFileSync(page, await pageOf(name, summary));
    say(page);
    photograph(page);
  } finally {
    await cloud.close();
  }
}

/** Everything that unfolds is shown unfolded. */
async function pageOf(title: string, markdown: string): Promise<string> {
  const html = micromark(markdown, {allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()]});
  const safe = String(await rehype().data('settings', {fragment: true}).use(rehypeSanitize).process(html));
  const body = safe.replaceAll('<details>', '<details open>');
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>${body}`;
}

/** A picture is a courtesy: without a browser there is still the page. */
function photograph(page: string): void {
  const picture = page.replace(/html$/, 'png');
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const quiet = ['--no-first-run', '--disable-quic', '--disable-background-networking', '--disable-component-update'];
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-sync', '--hide-scrollbars', ...quiet];
  try {
    execFileSync(
      'chromium',
      [
        ...options,
        `--user-data-dir=${profile}`,
        `--screenshot=${picture}`,
        '--window-size=1100,900',
        pathToFileURL(page).href,
      ],
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
