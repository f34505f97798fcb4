import {createHash} from 'node:crypto';
import {expect, it} from '@jest/globals';
import {REPOSITORY, setReleaseStage, TAG} from '../fixtures/release-stage.ts';

const ASSET = {'release-asset': 'trainer-*.qcow2'};

/** The URLs that Gcore was given, in the order of the uploads. */
function urlsOf(requests: readonly {readonly body: unknown}[]): readonly URL[] {
  return requests.map(({body}) => new URL((body as {url: string}).url));
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

it.concurrent('publishes an asset of a public repository by its public URL', async () => {
  await using stage = await setReleaseStage();
  const {exitCode, outputs, log} = await stage.upload(ASSET);

  expect(exitCode).toBe(0);
  expect(outputs['image-size']).toBe(String(stage.image.length));
  const urls = urlsOf(stage.cloud.requests('upload'));
  expect(urls.map(String)).toEqual([
    `${stage.github.serverUrl}/${REPOSITORY}/releases/download/${TAG}/trainer-v1.2.3.qcow2`,
  ]);
  expect(log).toContain('The image is the asset trainer-v1.2.3.qcow2 of release v1.2.3');
});

it.concurrent.each([
  ['whatever tag the run is on', 'refs/tags/v1.2.3'],
  ['even where the runner tells no ref', ''],
])('publishes an asset of the release of the event, %s', async (_how, ref) => {
  await using stage = await setReleaseStage({
    releases: (image) => [{tag: TAG}, {tag: 'v1.2.4', assets: [{name: 'trainer-v1.2.4.qcow2', content: image}]}],
  });
  const {exitCode} = await stage.upload(ASSET, {
    env: {GITHUB_EVENT_NAME: 'release', GITHUB_REF: ref},
    event: {
      action: 'published',
      release: {id: stage.github.release(REPOSITORY, 'v1.2.4').id, tag_name: 'v1.2.4'},
    },
  });

  expect(exitCode).toBe(0);
  expect(urlsOf(stage.cloud.requests('upload'))[0]?.pathname).toContain('v1.2.4');
});

it.concurrent('publishes an asset of a private repository by a new short-lived URL for each region and attempt', async () => {
  await using stage = await setReleaseStage({isPrivate: true});
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 429}});
  const {exitCode, outputs, lines} = await stage.upload({...ASSET, region: '7, 10'});

  expect(exitCode).toBe(0);
  expect(Object.keys(JSON.parse(outputs['images'] ?? ''))).toEqual(['7', '10']);
  const urls = urlsOf(stage.cloud.requests('upload'));
  expect(urls.map(({pathname}) => pathname.split('/')[1])).toEqual(['storage', 'storage', 'storage']);
  expect(new Set(urls.map(({searchParams}) => searchParams.get('sig'))).size).toBe(3);
  const masked = lines.filter((line) => line.startsWith('::add-mask::')).join('\n');
  for (const {searchParams} of urls) expect(masked).toContain(searchParams.get('sig'));
});

it.concurrent('reuses the image of an asset in another run, although its URL has changed', async () => {
  await using stage = await setReleaseStage({isPrivate: true});
  const first = await stage.upload(ASSET);
  const second = await stage.upload({...ASSET, preflight: 'false'});

  expect(second.exitCode).toBe(0);
  expect(second.outputs['created']).toBe('false');
  expect(second.outputs['image-id']).toBe(first.outputs['image-id']);
});

it.concurrent('joins the import of a killed run that can only be recognised by its URL', async () => {
  await using stage = await setReleaseStage({
    isPrivate: true,
    cloud: {timing: {runningMs: 3000}, imageVisible: 'finished', taskDataHoldsTags: false},
  });
  await stage.upload({...ASSET, wait: 'false'});
  const {outputs} = await stage.upload({...ASSET, wait: 'false'});

  expect(outputs['created']).toBe('false');
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it.concurrent('notices that an asset was replaced by another one of the same size', async () => {
  await using stage = await setReleaseStage();
  await stage.upload(ASSET);
  const [asset] = stage.github.release(REPOSITORY, TAG).assets;
  asset?.content.writeUInt8(1, asset.content.length - 1);
  const {exitCode, log} = await stage.upload({...ASSET, preflight: 'false'});

  expect(exitCode).toBe(1);
  expect(log).toContain('the file behind the URL has changed since (its SHA-256 differs)');
});

it.concurrent("stores GitHub's digest of the asset in the image's tags without preflight", async () => {
  await using stage = await setReleaseStage({isPrivate: true});
  await stage.upload({...ASSET, preflight: 'false'});

  const lastingUrl = `${stage.github.serverUrl}/${REPOSITORY}/releases/download/${TAG}/trainer-v1.2.3.qcow2`;
  const [request] = stage.cloud.requests('upload');
  expect(request?.body).toMatchObject({
    tags: {
      'source-fingerprint': expect.stringMatching(`^${sha256(lastingUrl).slice(0, 16)}-`),
      'source-bytes': String(stage.image.length),
      'source-sha256': sha256(stage.image),
    },
  });
});

it.concurrent("publishes an asset of GitHub Enterprise Server from the server's own address", async () => {
  await using stage = await setReleaseStage({apiPath: '/api/v3'});
  const {exitCode} = await stage.upload({...ASSET, 'attach-to-release': 'true'});

  expect(exitCode).toBe(0);
  expect(Object.keys(stage.attached())).toEqual(['7']);
  const asked = stage.github.journal.filter(({authorization}) => authorization !== undefined);
  expect(asked.filter(({path}) => !/^\/(api\/v3|uploads)\/repos\//.test(path))).toEqual([]);
});

it.concurrent('publishes an asset after temporary errors of GitHub', async () => {
  await using stage = await setReleaseStage({isPrivate: true});
  stage.github.script(
    {method: 'GET', path: /tags/, status: 502},
    {method: 'GET', path: /releases\/assets\//, status: 403, headers: {'retry-after': '1'}},
    {method: 'GET', path: /\/assets$/},
  );
  expect((await stage.upload(ASSET)).exitCode).toBe(0);
});
