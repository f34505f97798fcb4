import {createServer, type IncomingHttpHeaders} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it, jest} from '@jest/globals';
import type {StepResult} from '../../harness/runner.ts';
import type {Answer} from '../../simulator/faults.ts';
import {type Stage, setStage, URL_SECRET} from '../fixtures/stage.ts';
import {answers, changed, HOSTILE_TEXTS} from './answers.ts';

/** The commands that the action itself gives; the runner must find no other in what it writes. */
const OWN_COMMANDS = ['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup'];
const OUTPUTS = [
  'created',
  'failed-regions',
  'image',
  'image-id',
  'image-name',
  'image-size',
  'image-status',
  'images',
  'ready-images',
  'task-id',
];
const DEBUG = {env: {RUNNER_DEBUG: '1'}};

// Several steps run side by side, each in a process of its own.
jest.setTimeout(60_000);

function expectOwnCommandsOnly({commands}: StepResult): void {
  expect([...new Set(commands.map(({name}) => name))].filter((name) => !OWN_COMMANDS.includes(name))).toEqual([]);
}

/** The outputs are those of the one image that is in the cloud. */
async function expectTrueOutputs({exitCode, outputs, log}: StepResult, stage: Stage): Promise<void> {
  const images = await stage.cloud.images();
  expect({exitCode, log}).toMatchObject({exitCode: 0});
  expect(images).toHaveLength(1);
  expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
  expect(outputs).toMatchObject({
    'image-id': images[0]?.id,
    'image-size': String(stage.image.length),
    'image-status': 'active',
  });
}

describe('the built action finds a lost upload and adopts it', () => {
  it.concurrent.each<[string, Answer]>([
    ['is reset', {kind: 'reset'}],
    ['is closed', {kind: 'close'}],
    ['is cut in its body', {kind: 'cut', bytes: 12}],
    ['is cut short in its JSON', {kind: 'truncated', bytes: 12}],
    ['is a page of HTML', answers(200, {}, '<html>')],
  ])('if the answer %s', async (_what, answer) => {
    await using stage = await setStage();
    stage.cloud.script({request: 'upload', answer});
    const result = await stage.upload({}, DEBUG);

    await expectTrueOutputs(result, stage);
    expectOwnCommandsOnly(result);
    expect(stage.cloud.requests('upload')).toHaveLength(1);
    expect(result.state['marker-7']).toBeDefined();
  });
});

describe('the built action is not misled by a poll that', () => {
  it.concurrent.each<[string, Answer]>([
    ['is cut in its body', {kind: 'cut', bytes: 12}],
    ['is cut short in its JSON', {kind: 'truncated', bytes: 12}],
    ['is a page of HTML', answers(200, {}, '<html>')],
    ['is a 404 of nothing at all', answers(404, {}, '')],
  ])('%s', async (_what, answer) => {
    await using stage = await setStage();
    stage.cloud.script({request: 'task', answer}, {request: 'image', answer});
    const result = await stage.upload();

    await expectTrueOutputs(result, stage);
    expectOwnCommandsOnly(result);
  });
});

/** Another server, to which nothing may come. */
async function listenElsewhere() {
  const received: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers);
    response.end('{"tasks":["00000000-0000-4000-8000-000000000000"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {url: `http://127.0.0.1:${port}/`, received, [Symbol.dispose]: () => void server.close()};
}

it.each([302, 307])('sends neither the key nor the upload to where a %i points', async (code) => {
  await using stage = await setStage();
  using elsewhere = await listenElsewhere();
  stage.cloud.script({request: 'upload', effect: 'none', answer: answers(code, {location: elsewhere.url})});
  const {exitCode, outputs, log} = await stage.upload();

  expect(exitCode).toBe(1);
  expect(elsewhere.received).toEqual([]);
  expect(outputs).not.toHaveProperty('image-id');
  expect(log).toContain('Nothing of this upload was found in the cloud.');
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

describe('the built action makes text of the service inert', () => {
  const everything = HOSTILE_TEXTS.join('');

  it('if the upload is refused', async () => {
    await using stage = await setStage();
    const body = {message: everything, request_id: everything, invalid_fields: {[everything]: [everything]}};
    stage.cloud.script({request: 'upload', effect: 'none', answer: answers(400, {}, body)});
    const result = await stage.upload({}, DEBUG);

    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('Nothing was uploaded.');
    expectOwnCommandsOnly(result);
    expect(result.outputs).not.toHaveProperty('image-id');
  });

  it('if an import fails', async () => {
    await using stage = await setStage();
    stage.cloud.script({request: 'task', answer: changed((task) => ({...task, state: 'ERROR', error: everything}))});
    const result = await stage.upload({attempts: '1'}, DEBUG);

    expect(result.exitCode).toBe(1);
    expectOwnCommandsOnly(result);
    expect(result.outputs).not.toHaveProperty('image-id');
    expect(result.outputs['task-id']).toBeDefined();
    expect(result.summary).not.toContain('\u001b');
  });

  it.concurrent.each(HOSTILE_TEXTS.map((text, index) => [index + 1, text] as const))(
    'in states, names and errors, and still knows a ready image (text %i)',
    async (_number, text) => {
      await using stage = await setStage();
      stage.cloud.script(
        {request: 'task', answer: changed((task) => ({...task, state: text, error: text}))},
        {request: 'image', answer: changed((image) => ({...image, status: text, name: text, os_distro: text}))},
      );
      const result = await stage.upload({}, DEBUG);

      await expectTrueOutputs(result, stage);
      expectOwnCommandsOnly(result);
      expect(Math.max(...result.lines.map((line) => line.length))).toBeLessThan(5000);
    },
  );
});

describe('the built action hides its secrets if the service sends them back', () => {
  // What a stage runs is searched for the key and the signed query whatever it does: see fixtures/stage.ts.
  it('in the refusal of an upload', async () => {
    await using stage = await setStage();
    const message = `no: apikey ${stage.cloud.apiKey} and ${stage.host.url}?signature=${URL_SECRET}`;
    stage.cloud.script({
      request: 'upload',
      effect: 'none',
      answer: answers(400, {}, {message, invalid_fields: {url: [message]}}),
    });
    const {exitCode, log} = await stage.upload({}, DEBUG);

    expect(exitCode).toBe(1);
    expect(log).toContain('***');
  });

  it('in the error of a task, and in the status of the image', async () => {
    await using stage = await setStage();
    const secrets = `${stage.cloud.apiKey} ${URL_SECRET}`;
    stage.cloud.script(
      {request: 'task', answer: changed((task) => ({...task, state: 'ERROR', error: secrets}))},
      // Outputs are data, and as the API gave them: only what is shown is redacted.
      {request: 'image', answer: changed((image) => ({...image, status: secrets}))},
    );
    const {exitCode, log} = await stage.upload({'if-exists': 'duplicate'}, DEBUG);

    expect(exitCode).toBe(0);
    expect(log).toContain('***');
  });
});
