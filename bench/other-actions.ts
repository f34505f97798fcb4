/**
 * Start to first request of other actions, compared with ours. Their built files are in a given folder with checkouts of them,
 * each named like its repository.
 */
import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Job} from '../harness/runner.ts';
import {emptyNode, medians, OUR_STARTS, type Runs, startToFirstRequest} from './startup.ts';
import {milliseconds, times} from './table.ts';

/** Inputs and environment that lead an action to its first request, and its metadata file if that is not at its root. */
interface Way extends Job {
  readonly metadata?: string;
}

/**
 * @param folder has checkouts of actions, each named like its repository
 * @returns a table in Markdown, the fastest first
 */
export async function actionsTable(folder: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'other-actions-'));
  try {
    const ways = waysToFirstRequests(home);
    const checkouts = readdirSync(folder).filter((name) => ways[name] !== undefined);
    const others: Runs = Object.fromEntries(
      checkouts.map((name) => {
        const {metadata = 'action.yml', ...job} = ways[name] ?? {inputs: {}};
        return [name, () => startToFirstRequest({...job, action: resolve(folder, name, metadata)})];
      }),
    );
    const {node = Number.NaN, ...starts} = await medians({node: emptyNode, ...OUR_STARTS, ...others});
    const rows = Object.entries(starts).toSorted(([, one], [, other]) => one - other);
    return [
      '| action | start to first request | against `node -e 0` |',
      '| --- | --- | --- |',
      ...rows.map(([name, ms]) => `| ${name} | ${milliseconds(ms)} | ${times(ms / node)} |`),
    ].join('\n');
  } finally {
    rmSync(home, {recursive: true});
  }
}

/** Fictitious accounts; `{url}` is the URL of the server that waits for the requests, as the service, GitHub or a proxy. */
function waysToFirstRequests(home: string): Readonly<Record<string, Way>> {
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
  const key = String(privateKey.export({type: 'pkcs8', format: 'pem'}));
  const serviceAccount = {type: 'service_account', client_email: 'a@b.iam.gserviceaccount.com', private_key: key};
  const credentials = join(home, 'credentials.json');
  writeFileSync(credentials, JSON.stringify(serviceAccount));
  writeFileSync(join(home, 'task.json'), '{"family": "bench", "containerDefinitions": []}');
  const proxy = {https_proxy: '{url}', HTTPS_PROXY: '{url}', HOME: home, GITHUB_WORKSPACE: home, RUNNER_TEMP: home};
  const identity = {
    ...proxy,
    ACTIONS_ID_TOKEN_REQUEST_URL: '{url}/token?x=y',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'token',
    GITHUB_ACTOR: 'octocat',
    GITHUB_WORKFLOW: 'bench',
  };
  const cache = {...proxy, ACTIONS_CACHE_URL: '{url}/', ACTIONS_RESULTS_URL: '{url}/', ACTIONS_RUNTIME_TOKEN: 'token'};
  const aws = {...proxy, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret'};
  const role = 'arn:aws:iam::123456789012:role/bench';
  const digest = `sha256:${'0'.repeat(64)}`;
  return {
    attest: {
      inputs: {
        'subject-name': 'x',
        'subject-digest': digest,
        'predicate-type': 'https://x',
        predicate: '{}',
        'github-token': 't',
      },
      env: identity,
    },
    'create-github-app-token': {
      inputs: {'app-id': '1', 'private-key': key, 'github-api-url': '{url}'},
      env: {GITHUB_REPOSITORY_OWNER: 'octo-org'},
    },
    'upload-cloud-storage': {
      inputs: {path: join(home, 'task.json'), destination: 'bucket', process_gcloudignore: 'false', project_id: 'p'},
      env: {...proxy, GOOGLE_APPLICATION_CREDENTIALS: credentials, METADATA_SERVER_DETECTION: 'none'},
    },
    auth: {
      inputs: {credentials_json: JSON.stringify(serviceAccount), token_format: 'access_token'},
      env: proxy,
    },
    'metadata-action': {inputs: {images: 'octo/app', 'github-token': 't'}, env: {...proxy, GITHUB_API_URL: '{url}'}},
    cache: {metadata: 'restore/action.yml', inputs: {path: home, key: 'k'}, env: cache},
    'configure-aws-credentials': {inputs: {'aws-region': 'eu-west-1', 'role-to-assume': role}, env: identity},
    'amazon-ecs-deploy-task-definition': {
      inputs: {'task-definition': join(home, 'task.json')},
      env: {...aws, AWS_ENDPOINT_URL: '{url}'},
    },
    'deploy-cloudrun': {
      inputs: {service: 's', image: 'i', region: 'r'},
      env: {...proxy, GOOGLE_APPLICATION_CREDENTIALS: credentials, RUNNER_TOOL_CACHE: home},
    },
  };
}
