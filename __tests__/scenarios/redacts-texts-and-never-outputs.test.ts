import {expect, it} from '@jest/globals';
import {type Job, runStep, type StepResult} from '../../harness/runner.ts';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {expectNoSecret, setStage, URL_SECRET} from '../fixtures/stage.ts';

const NAME = 'trainer-v1.2.3';

/** What a step was told to mask. */
function maskedIn({lines}: StepResult): readonly string[] {
  return lines.filter((line) => line.startsWith('::add-mask::')).map((line) => line.replace('::add-mask::', ''));
}

it.concurrent('does not treat an ordinary query value as a secret, in outputs or on the release', async () => {
  await using stage = await setReleaseStage();
  const size = String(stage.image.length);
  const query = `name=${NAME}&region=Luxembourg-2&size=${size}&sig=${URL_SECRET}`;
  const result = await stage.upload({
    url: `${stage.host.url}?${query}`,
    name: NAME,
    region: 'Luxembourg-2',
    'attach-to-release': 'true',
  });

  expect(result.exitCode).toBe(0);
  expect(result.outputs).toMatchObject({'image-name': NAME, 'image-size': size});
  const images = {7: {region: 'Luxembourg-2', name: NAME, size: stage.image.length}};
  expect(JSON.parse(result.outputs['images'] ?? '')).toMatchObject(images);
  expect(stage.attached()).toMatchObject(images);
  expect(maskedIn(result)).not.toContain(NAME);
  expect(maskedIn(result)).toContain(URL_SECRET);
  expect(result.log).toContain(NAME);
});

it.concurrent('outputs an image unchanged even if its name contains a secret, which log and summary do not show', async () => {
  await using stage = await setStage();
  const password = 'hunter2-hunter2';
  const job: Job = {
    inputs: {
      'api-key': stage.cloud.apiKey,
      'api-url': stage.cloud.url,
      project: '1',
      region: '7',
      'poll-interval-seconds': '1',
      url: `${stage.host.url}?password=${password}`,
      name: `gpu ${password}`,
      preflight: 'false',
    },
  };
  const result = await runStep(job);

  expect(result.exitCode).toBe(0);
  const {outputs} = result;
  expect(outputs['image-name']).toBe(`gpu ${password}`);
  expect(JSON.parse(outputs['image'] ?? '')).toMatchObject({name: `gpu ${password}`});
  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({7: {name: `gpu ${password}`}});
  expectNoSecret({...result, outputs: {}}, [password]);
});

it.concurrent.each([
  ['by the upload', 'action.yml', {}],
  ['by the gate', 'wait/action.yml', {name: NAME}],
  ['by the prune', 'prune/action.yml', {name: '*', 'dry-run': 'true'}],
])('shows no part of the key that a refusal quotes, %s', async (_, action, inputs) => {
  await using stage = await setStage();
  const key = '4242$abcdefgh/ijklmnop+qrstuvwxyz';
  const message = `Bad permanent token: ${key.slice(0, 20)}... (${encodeURIComponent(key.slice(10))})`;
  stage.cloud.script({request: 'any', times: Infinity, answer: {kind: 'status', status: 401, body: {message}}});
  const result = await runStep({
    action,
    inputs: {'api-key': key, 'api-url': stage.cloud.url, project: '1', region: '7', ...inputs, ...urlFor(action)},
  });

  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('Bad permanent token: ***');
  expectNoSecret(result, partsOf(key, 8));
  expectNoSecret(result, partsOf(encodeURIComponent(key.slice(10)), 16));
});

it.concurrent.each([
  ['percent-encoded in lower case', (secret: string) => encodeURIComponent(secret).toLowerCase()],
  ["as Python's quote leaves it", (secret: string) => encodeURIComponent(secret).replaceAll('%2F', '/')],
  ['in JSON with its slashes escaped', (secret: string) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON with what HTML would read escaped', (secret: string) => secret.replaceAll('&', '\\u0026')],
  ['with plus signs for spaces', (secret: string) => secret.replaceAll(' ', '+')],
  ['in HTML', (secret: string) => secret.replaceAll('&', '&amp;')],
])('redacts a signature that an error quotes %s', async (_, spell) => {
  await using stage = await setStage();
  const secret = 'ab/cd&ef gh/ij&kl mn';
  const body = {message: `The URL is refused: <${spell(secret)}>`, invalid_fields: {url: [spell(secret)]}};
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 400, body}});
  const result = await stage.upload({url: `${stage.host.url}?sig=${encodeURIComponent(secret)}`});

  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('The URL is refused: <***>');
  expect(JSON.parse(result.outputs['images'] ?? '')[7].error).toContain('The URL is refused: <***>');
  expectNoSecret(result, ['kl mn', 'kl+mn', 'kl%20mn', ...partsOf(spell(secret), 8)]);
});

it.concurrent('redacts a short password, although the runner does not mask it', async () => {
  await using stage = await setStage();
  const body = {message: 'Cannot fetch https://octo:pa55w0@host/image (user octo, password pa55w0)'};
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 400, body}});
  const result = await stage.upload({
    url: stage.host.url.replace('://', '://octo:pa55w0@'),
    preflight: 'false',
  });

  expect(result.log).toContain('password ***)');
  expect(maskedIn(result)).not.toContain('pa55w0');
  expectNoSecret(result, ['pa55w0']);
});

function urlFor(action: string): Readonly<Record<string, string>> {
  return action === 'action.yml' ? {url: 'https://images.example.com/a.qcow2', name: NAME, preflight: 'false'} : {};
}

function partsOf(text: string, length: number): readonly string[] {
  return Array.from({length: text.length - length + 1}, (_, at) => text.slice(at, at + length));
}
