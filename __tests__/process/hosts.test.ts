import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from '@jest/globals';
import {type Job, runStep, type StepResult} from '../../harness/runner.ts';
import {makeAuthority} from '../fixtures/authority.ts';
import {startProxy} from '../fixtures/connect-proxy.ts';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {setStage} from '../fixtures/stage.ts';

const TIME_LIMIT_MS = 120_000;
const RECORDER = new URL('../fixtures/record-connections.ts', import.meta.url);

/** Runs an action in a process that can start no other, and that records whom it connects to: connections past a proxy as well. */
async function recorded(run: (env: Record<string, string>) => Promise<StepResult>) {
  const folder = mkdtempSync(join(tmpdir(), 'connections-'));
  const file = join(folder, 'connections');
  writeFileSync(file, '');
  const nodeOptions = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', `--import=${RECORDER}`];
  try {
    const result = await run({NODE_OPTIONS: nodeOptions.join(' '), CONNECTIONS_FILE: file});
    return {result, connections: new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))};
  } finally {
    rmSync(folder, {recursive: true});
  }
}

it(
  'no action asks any host but that of api-url, and the image URL, and none starts a program',
  async () => {
    using authority = await makeAuthority('gcore.test');
    await using stage = await setStage({tls: authority.tls});
    await using proxy = await startProxy(stage.cloud.url);
    const proxyUrl = `http://${proxy.host}`;
    const behindProxy = {...authority.env, https_proxy: proxyUrl, http_proxy: proxyUrl};
    // The name is known to the proxy alone; the image is on loopback, which is asked without it.
    const api = {'api-url': 'https://gcore.test'};
    const toProxy = `connect ${proxy.host}`;
    const toImage = `connect ${new URL(stage.host.url).host}`;

    const upload = await recorded((env) => stage.upload(api, {env: {...behindProxy, ...env}}));
    expect(upload.result.exitCode).toBe(0);
    expect(upload.connections).toEqual(new Set([toProxy, toImage]));

    const {images = ''} = upload.result.outputs;
    const gate = await recorded((env) => stage.gate({...api, images, region: ''}, {env: {...behindProxy, ...env}}));
    expect(gate.result).toMatchObject({exitCode: 0, outputs: {ready: 'true'}});
    expect(gate.connections).toEqual(new Set([toProxy]));

    const inputs: Job['inputs'] = {
      ...api,
      'api-key': stage.cloud.apiKey,
      project: '1',
      region: '7',
      name: '*',
      'keep-last': '0',
      'dry-run': 'false',
    };
    const prune = await recorded((env) => runStep({action: 'prune/action.yml', inputs, env: {...behindProxy, ...env}}));
    expect(prune.result).toMatchObject({exitCode: 0, outputs: {'deleted-count': '1'}});
    expect(prune.connections).toEqual(new Set([toProxy]));

    const asked = new Set(proxy.requests.map(({method, target}) => `${method} ${target}`));
    expect(asked).toEqual(new Set(['CONNECT gcore.test:443']));
  },
  TIME_LIMIT_MS,
);

it(
  "only for what has to do with a release, GitHub's own API is asked as well",
  async () => {
    await using stage = await setReleaseStage();
    const [toCloud, toImage, toGithub] = [stage.cloud.url, stage.host.url, stage.github.apiUrl].map(
      (url) => `connect ${new URL(url).host}`,
    );

    const plain = await recorded((env) => stage.upload({}, {env}));
    expect(plain.connections).toEqual(new Set([toCloud, toImage]));
    const attached = await recorded((env) => stage.upload({'attach-to-release': 'true'}, {env}));
    expect(attached.connections).toEqual(new Set([toCloud, toImage, toGithub]));
    const gate = await recorded((env) => stage.gate({release: 'v1.2.3', region: ''}, {env}));
    expect(gate.result.exitCode).toBe(0);
    expect(gate.connections).toEqual(new Set([toCloud, toGithub]));
  },
  TIME_LIMIT_MS,
);
