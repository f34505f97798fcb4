import {hostImage} from '../../harness/image-host.ts';
import type {Job} from '../../harness/runner.ts';
import {
  type JournalEntry,
  NO_VALID_HOST,
  refusedWith,
  regionFull,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator/simulator.ts';
import {makeAuthority} from '../fixtures/authority.ts';
import {startProxy} from '../fixtures/connect-proxy.ts';
import type {ReleaseStage} from '../fixtures/release-stage.ts';
import type {Failure} from './failure.ts';
import {FORECAST_WARNINGS} from './forecast-warnings.ts';
import {RELEASE_FAILURES} from './release-failures.ts';
import {SOURCE_FAILURES} from './source-failures.ts';

const HERE = {projectId: 1, regionId: 7} as const;
const FOREVER_MS = 600_000;
/** Images are not looked for first, so that it is one request, always the same, that is refused. */
const ONE_LOOK = {'if-exists': 'duplicate'};
/** The tag of an image that this action uploaded. */
const OURS = {'managed-by': 'upload-gcore-gpu-image'};
const ALL_OF_TRAINER = {name: 'trainer-*', 'match-tags': '*', 'keep-last': '0'};
const accountOf = ({cloud: {apiKey, url}}: ReleaseStage) => {
  return {'api-key': apiKey, 'api-url': url, project: '1', region: '7'};
};
/** Time for all that comes before the wait, on a busy machine as well. */
const SOON = {'timeout-minutes': '0.06'};

const uploading = (inputs: Job['inputs'], cloud: SimulatorOptions = {}): Failure => ({
  cloud,
  play: (stage) => stage.upload(inputs),
});

const BEFORE_ANYTHING: Readonly<Record<string, Failure>> = {
  'Invalid inputs': uploading({architecture: 'x86-64', name: 'feature/x', 'cow-format': 'yes'}),
  'The key is missing': uploading({'api-key': ''}),
  'The key was cut at its $': uploading({'api-key': '4242'}),
  'The value is a name, not the key': uploading({'api-key': '$GCORE_API_KEY'}),
  'api-url has a version in it': uploading({'api-url': 'https://api.gcore.com/cloud/v3'}),
  'The outputs cannot be written': {play: (stage) => stage.upload({}, {env: {GITHUB_OUTPUT: '/dev/full'}})},
};

const ACCOUNT: Readonly<Record<string, Failure>> = {
  'The key is wrong': uploading({'api-key': 'a-key-of-yesterday'}),
  'The key is not for this project': uploading(ONE_LOOK, {projects: [{id: 1, name: 'theirs', foreign: true}]}),
  'There is no project with this ID': uploading({...ONE_LOOK, project: '99999'}),
  'There is no project of this name': uploading({project: 'Default'}),
  'Two projects have the same name': uploading({project: 'gpu'}, {projects: [3, 4].map((id) => ({id, name: 'gpu'}))}),
  'There is no region of this name': uploading({region: 'luxembourg-2'}),
  'The region has no GPU images': uploading({region: 'Frankfurt'}),
  'No region can be found': uploading({region: 'Luxemburg-2, 999'}),
  'region: all stands for no region': uploading({region: 'all', 'exclude-region': 'Luxembourg-2, Manassas, Sines-2'}),
};

const REFUSALS: Readonly<Record<string, Failure>> = {
  'The quota is used up': {
    cloud: {quota: {images: 1}},
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'the only one'});
      return stage.upload();
    },
  },
  'The region is full': {
    play: (stage) => {
      stage.cloud.script({request: 'upload', effect: 'none', answer: refusedWith(regionFull(7))});
      return stage.upload();
    },
  },
  'Gcore finds fault with a field': {
    play: (stage) => {
      const body = {message: 'Invalid data', invalid_fields: {os_distro: ['unknown distribution']}};
      stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 400, body}});
      return stage.upload({'os-distro': 'unbuntu'});
    },
  },
  'The name is taken by another source': {
    play: async (stage) => {
      await stage.upload({name: 'trainer-v1.2.3', url: stage.host.url.replace('image', 'another')});
      return await stage.upload({name: 'trainer-v1.2.3'});
    },
  },
};

const IMPORTS: Readonly<Record<string, Failure>> = {
  'Gcore could not import the image': {
    play: async (stage) => {
      const host = await hostImage(Buffer.alloc(0), (_, response) => response.writeHead(503).end());
      const result = await stage.upload({url: host.url, preflight: 'false', attempts: '1'});
      await host.close();
      return result;
    },
  },
  'Gcore has no room for the import': uploading({attempts: '1'}, {importFails: () => ({error: NO_VALID_HOST})}),
  "The import takes longer than its region's time": uploading(
    {'region-timeout-minutes': '0.03', attempts: '1'},
    {timing: {runningMs: FOREVER_MS}},
  ),
  'A row that may be the image cannot be read': {
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'trainer-v1.2.3', wire: {created_at: null}});
      return stage.upload({name: 'trainer-v1.2.3'});
    },
  },
  'The image is in status error': {
    play: (stage) => {
      const change = (image: object) => ({...image, status: 'error'});
      stage.cloud.script({request: 'image', times: Number.POSITIVE_INFINITY, answer: {kind: 'true', change}});
      return stage.upload();
    },
  },
  'The time is up': uploading(SOON, {timing: {runningMs: FOREVER_MS}}),
  'It is not known whether the upload arrived': {
    play: (stage) => {
      stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 504}});
      return stage.upload(SOON);
    },
  },
  'The image is public': {...uploading({'require-private': 'true'}), cloud: {uploadVisibility: 'public'}},
  'There are two images of one name': {
    told: 'warning',
    play: (stage) => {
      stage.cloud.on('request', ({kind}) => {
        if (kind === 'upload') stage.cloud.addImage({...HERE, name: 'trainer-v1.2.3'});
      });
      return stage.upload({name: 'trainer-v1.2.3'});
    },
  },
  'Some regions failed': {
    play: (stage) => {
      const match = ({path}: JournalEntry) => path.includes('/1/10/');
      stage.cloud.script({request: 'upload', match, effect: 'none', answer: refusedWith(regionFull(10))});
      return stage.upload({region: 'Luxembourg-2, Frankfurt, Manassas'});
    },
  },
  'The step was cancelled': {
    cloud: {timing: {runningMs: FOREVER_MS}},
    play: (stage) => {
      const step = stage.startUpload({}, {onLine: (line) => /^Task /.test(line) && step.kill('SIGINT')});
      return step.result;
    },
  },
};

const GATE: Readonly<Record<string, Failure>> = {
  'There is no image of this name': {play: (stage) => stage.gate({name: 'trainer-v1.2.3'})},
  'There is no image with this ID': {
    play: (stage) => stage.gate({'image-id': '5d0b0b8e-0a35-4d4e-9f7d-0a1b2c3d4e5f'}),
  },
  'The regions have different images': {
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'trainer-v2', tags: OURS});
      stage.cloud.addImage({...HERE, regionId: 10, name: 'trainer-v1', tags: OURS});
      return stage.gate({region: 'Luxembourg-2, Manassas', latest: 'trainer-*'});
    },
  },
  'Which image is meant cannot be told': {
    play: (stage) => {
      // The list has the newest first.
      for (const createdAtMs of [1, 2]) stage.cloud.addImage({...HERE, name: 'trainer', createdAtMs});
      return stage.gate({name: 'trainer'});
    },
  },
  'Only a public image has this name': {
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'trainer', visibility: 'public'});
      return stage.gate({name: 'trainer'});
    },
  },
  'Gcore answers about another image': {
    play: (stage) => {
      const {id} = stage.cloud.addImage({...HERE, name: 'trainer'});
      const other = {id: '0a6f4a1c-52b5-4b6e-9d0e-3c3f8e0f7a11'};
      const answer = {kind: 'true', change: (body: object) => ({...body, ...other})} as const;
      stage.cloud.script({request: 'image', times: Infinity, answer});
      return stage.gate({'image-id': id});
    },
  },
  'The image stays locked': {
    play: (stage) => {
      const lockedBy = '6e1c1c9f-1b46-4e5f-8a8e-1b2c3d4e5f60';
      const {id} = stage.cloud.addImage({...HERE, name: 'trainer', lockedBy});
      return stage.gate({'image-id': id, ...SOON});
    },
  },
  'The import of the upload has failed': {
    cloud: {importFails: () => ({error: NO_VALID_HOST})},
    play: async (stage) => {
      const {outputs} = await stage.upload({attempts: '1'});
      return await stage.gate({images: outputs['images'] ?? ''});
    },
  },
  'The upload left no image': {
    play: async (stage) => {
      const {outputs} = await stage.upload({region: 'Frankfurt'});
      return await stage.gate({images: outputs['images'] ?? ''});
    },
  },
};

const NETWORK: Readonly<Record<string, Failure>> = {
  'The host is not found': uploading({'api-url': 'https://gcore.invalid'}),
  'The certificate is not trusted': {
    play: async (stage) => {
      using authority = await makeAuthority('gcore.test');
      const cloud = await startSimulator({tls: authority.tls});
      const result = await stage.upload({'api-url': cloud.url});
      await cloud.close();
      return result;
    },
  },
  'The proxy opens no tunnel': {
    play: async (stage) => {
      await using proxy = await startProxy(stage.cloud.url, () => '403 Forbidden');
      return await stage.upload(
        {...SOON, 'api-url': 'https://gcore.test'},
        {env: {https_proxy: `http://${proxy.host}`}},
      );
    },
  },
  'The proxy cannot be read': {
    play: (stage) => stage.upload({'api-url': 'https://gcore.test'}, {env: {https_proxy: 'socks5://proxy:1080'}}),
  },
  'Gcore cannot be asked for now': {
    play: (stage) => {
      const answer = {kind: 'status', status: 503, body: '<html>Service unavailable</html>'} as const;
      stage.cloud.script({request: 'regions', times: Infinity, answer});
      return stage.upload(SOON);
    },
  },
};

const promoting = (stage: ReleaseStage, name: string) =>
  stage.run({
    action: 'promote/action.yml',
    inputs: {...accountOf(stage), channel: 'stable', name},
  });

const PROMOTE: Readonly<Record<string, Failure>> = {
  'An image cannot be promoted': {
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'trainer-v1', tags: OURS, status: 'saving', sizeBytes: 0});
      return promoting(stage, 'trainer-v1');
    },
  },
  'Two jobs promote to one channel': {
    play: (stage) => {
      const tags = {...OURS, 'channel-stable': '2026-07-08T10:00:00.000Z'};
      stage.cloud.addImage({...HERE, name: 'trainer-v1', tags});
      stage.cloud.addImage({...HERE, name: 'trainer-v2', tags: OURS});
      stage.cloud.script({request: 'patch', times: Number.POSITIVE_INFINITY, effect: 'none'});
      return promoting(stage, 'trainer-v2');
    },
  },
};

const pruning = (stage: ReleaseStage, inputs: Job['inputs'] = {}) =>
  stage.run({
    action: 'prune/action.yml',
    inputs: {...accountOf(stage), ...ALL_OF_TRAINER, 'dry-run': 'false', ...inputs},
  });

const PRUNE: Readonly<Record<string, Failure>> = {
  'Some images could not be deleted': {
    play: (stage) => {
      stage.cloud.addImage({...HERE, name: 'trainer-v1'});
      stage.cloud.script({
        request: 'delete',
        effect: 'none',
        answer: {kind: 'status', status: 400, body: {message: 'no'}},
      });
      return pruning(stage);
    },
  },
  'More images would be deleted than allowed': {
    play: (stage) => {
      for (const name of ['trainer-v1', 'trainer-v2']) stage.cloud.addImage({...HERE, name});
      return pruning(stage, {'max-delete': '1'});
    },
  },
};

/** Every failure that docs/troubleshooting.md has an entry for, by its heading. */
export const FAILURES: Readonly<Record<string, Failure>> = {
  ...BEFORE_ANYTHING,
  ...ACCOUNT,
  ...SOURCE_FAILURES,
  ...REFUSALS,
  ...IMPORTS,
  ...FORECAST_WARNINGS,
  ...GATE,
  ...PROMOTE,
  ...PRUNE,
  ...RELEASE_FAILURES,
  ...NETWORK,
};
