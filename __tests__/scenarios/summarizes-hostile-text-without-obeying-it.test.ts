import {expect, it} from '@jest/globals';
import {micromark} from 'micromark';
import {gfm, gfmHtml} from 'micromark-extension-gfm';
import {setStage} from '../fixtures/stage.ts';

/** The runner drops a summary that is larger. */
const MOST_BYTES = 2 ** 20;
const HOSTILE =
  '`````\n</code></details>\n\n| a | b |\r# <img src=x onerror=alert(1)> [x](https://evil.example) www.evil.example';

/** Everything that could be obeyed: a reader of the summary is on GitHub, and signed in. */
function expectHarmless(summary: string): string {
  const html = micromark(summary, {allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()]});
  const tags = new Set([...html.matchAll(/<([a-z0-9]+)/gi)].map(([, tag = '']) => tag.toLowerCase()));
  for (const tag of ['img', 'script', 'h1', 'iframe', 'style']) expect(tags).not.toContain(tag);
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, url = '']) => new URL(url).host);
  expect(new Set(links)).toEqual(new Set(['github.com', 'portal.gcore.com']));
  expect(Buffer.byteLength(summary)).toBeLessThan(MOST_BYTES);
  return html;
}

it('shows the names of regions as they are', async () => {
  await using stage = await setStage({
    regions: [
      {id: 1, name: `One ${HOSTILE}`},
      {id: 2, name: `Two ${HOSTILE}`},
    ],
  });
  const {exitCode, summary} = await stage.upload({region: '1,2'});

  expect(exitCode).toBe(0);
  const html = expectHarmless(summary);
  expect(html.match(/<tr>/g)).toHaveLength(3);
  expect(html.match(/<pre>/g)).toHaveLength(2);
  expect(html).toMatch(/<td>One `+ &lt;\/code&gt;/);
  // The region's name is the last of its line, and the line after it is still in the block.
  expect(html).toMatch(/# Two `{5} [^\n]*\n {2}\}\n\}\n\n# image_id = local.image_ids/);
});

it('shows megabytes of an error in a few lines', async () => {
  await using stage = await setStage({regions: Array.from({length: 8}, (_, at) => ({id: at + 1, name: HOSTILE}))});
  stage.cloud.script({
    request: 'upload',
    times: Number.POSITIVE_INFINITY,
    effect: 'none',
    answer: {kind: 'status', status: 403, body: {message: `${HOSTILE} `.repeat(5 * 2 ** 13), request_id: HOSTILE}},
  });
  const region = Array.from({length: 8}, (_, at) => at + 1).join(',');
  const {exitCode, summary} = await stage.upload({region, 'max-parallel': '8'});

  expect(exitCode).toBe(1);
  const html = expectHarmless(summary);
  expect(html.match(/<tr>/g)).toHaveLength(9);
});

it('leaves out rows that are too many, and says how many', async () => {
  await using stage = await setStage();
  // Each for a reason of its own.
  const entry = (at: number) => ({region: '|'.repeat(100), error: `${'<'.repeat(60)} x${at}`});
  const images = JSON.stringify(Object.fromEntries(Array.from({length: 650}, (_, at) => [at + 1, entry(at)])));
  const {exitCode, summary} = await stage.gate({images, region: ''});

  expect(exitCode).toBe(1);
  expect(Buffer.byteLength(summary)).toBeLessThan(MOST_BYTES);
  const [, rows = ''] = /And (\d+) more, which do not fit/.exec(summary) ?? [];
  const [, failures = ''] = /And (\d+) more failures/.exec(summary) ?? [];
  expect(Number(rows)).toBeGreaterThan(0);
  expect(Number(failures)).toBeGreaterThan(0);
  expect(Number(rows) + (summary.match(/^\| &#124;/gm) ?? []).length).toBe(650);
  expect(Number(failures) + (summary.match(/^#### /gm) ?? []).length).toBe(650);
});
