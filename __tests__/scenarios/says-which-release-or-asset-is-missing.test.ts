import {describe, expect, it} from '@jest/globals';
import type {GithubFault} from '../../harness/github.ts';
import type {Job} from '../../harness/runner.ts';
import {REPOSITORY, type ReleaseStageOptions, setReleaseStage, TAG} from '../fixtures/release-stage.ts';

interface Case {
  readonly stage?: ReleaseStageOptions;
  readonly inputs?: Job['inputs'];
  readonly job?: Partial<Job>;
  readonly faults?: readonly GithubFault[];
  readonly says: readonly string[];
}

const CONTENT = Buffer.from('QFI\xfb');

/** Besides those that docs/troubleshooting.md has the texts of. */
const CASES: Readonly<Record<string, Case>> = {
  'the release has no assets': {stage: {releases: () => [{tag: TAG}]}, says: ['It has no assets.']},
  'none of its many assets fits': {
    stage: {
      releases: () => [
        {
          tag: TAG,
          assets: ['SHA256\nSUMS', ...Array.from({length: 20}, (_, index) => `part-${index + 1}`)].map((name) => ({
            name,
            content: CONTENT,
          })),
        },
      ],
    },
    says: ['Its assets: SHA256 SUMS, part-1, ', ', part-19, and 1 more.'],
  },
  'two assets of one name fit, of which one broke off': {
    stage: {
      releases: () => [
        {
          tag: TAG,
          assets: [
            {name: 'trainer.qcow2', content: CONTENT},
            {name: 'trainer.qcow2', content: CONTENT, state: 'starter'},
            {name: 'SHA256SUMS', content: CONTENT},
          ],
        },
      ],
    },
    says: ['2 assets of release v1.2.3 match release-asset', 'They are: trainer.qcow2, trainer.qcow2 (incomplete).'],
  },
  'the asset is incomplete': {
    stage: {releases: () => [{tag: TAG, assets: [{name: 'trainer.qcow2', content: CONTENT, state: 'starter'}]}]},
    says: ['The asset trainer.qcow2 of release v1.2.3 is incomplete'],
  },
  'there are no releases at all': {
    stage: {releases: () => []},
    says: ['It has no releases that github-token can see.'],
  },
  'only others are drafts': {
    stage: {releases: () => [{tag: 'v1.2.4', draft: true}, {tag: 'v1.2.2'}]},
    says: ['There is no release for the tag v1.2.3', 'Its latest releases: v1.2.4 (a draft), v1.2.2.'],
  },
  'the release is published just after it is looked for': {
    faults: [{method: 'GET', path: /tags/, status: 404}],
    says: ['There is no release for the tag v1.2.3'],
  },
  'the tag has a slash': {
    job: {env: {GITHUB_REF: 'refs/tags/image/v1.2.3'}},
    says: ['There is no release for the tag image/v1.2.3'],
  },
  'the token is not accepted': {
    job: {githubToken: 'ghs_anotheranother'},
    says: ['GitHub did not accept github-token', '401'],
  },
  'there is no token': {job: {githubToken: ''}, says: ['github-token: not given']},
  'GitHub gives the file itself': {
    stage: {isPrivate: true},
    faults: [{method: 'GET', path: /releases\/assets\/\d+$/, status: 200}],
    says: ['GitHub gave no URL from which Gcore could fetch the asset trainer-v1.2.3.qcow2.'],
  },
  'GitHub redirects to what is no URL': {
    stage: {isPrivate: true},
    faults: [{method: 'GET', path: /releases\/assets\/\d+$/, status: 302, headers: {location: '/storage/1'}}],
    says: ['GitHub gave no URL from which Gcore could fetch the asset'],
  },
  'the assets are not for the token': {
    faults: [{method: 'GET', path: /\/assets$/, status: 403}],
    says: ['github-token lacks the permission', 'Nothing was changed in the cloud.', 'contents: read'],
  },
  'GitHub refuses for a reason of its own': {
    faults: [{method: 'GET', path: /tags/, status: 422, message: 'Too old'}],
    says: [
      'GitHub refused the request: GET /repos/octo-org/gpu-images/releases/tags/v1.2.3: 422 Too old',
      'Fix what it names',
    ],
  },
  'GitHub is down': {
    faults: [{method: 'GET', path: /tags/, status: 503, times: 4}],
    says: ['The request to GitHub failed: GET /repos/octo-org/gpu-images/releases/tags/v1.2.3: 503'],
  },
};

describe('if an asset is to be published, and', () => {
  it.concurrent.each(Object.entries(CASES))('%s', async (_, {stage: options, inputs = {}, job, faults = [], says}) => {
    await using stage = await setReleaseStage(options);
    stage.github.script(...faults);
    const {exitCode, log} = await stage.upload({'release-asset': '*.qcow2', ...inputs}, job);

    expect(exitCode).toBe(1);
    for (const text of says) expect(log).toContain(text);
    expect(stage.cloud.requests('upload')).toEqual([]);
  });
});

it.concurrent('fails if both a URL and an asset are given', async () => {
  await using stage = await setReleaseStage();
  const {log} = await stage.upload({'release-asset': '*', url: stage.host.url});
  expect(log).toContain('url, file, release-asset: give exactly one of them');
});

it.concurrent('fails if the release of the event has become a draft again', async () => {
  await using stage = await setReleaseStage({releases: () => [{tag: TAG}, {tag: 'v1.2.4', draft: true}]});
  const {exitCode, log} = await stage.upload(
    {'release-asset': '*'},
    {
      env: {GITHUB_EVENT_NAME: 'release'},
      event: {
        action: 'unpublished',
        release: {id: stage.github.release(REPOSITORY, 'v1.2.4').id, tag_name: 'v1.2.4'},
      },
    },
  );

  expect(exitCode).toBe(1);
  expect(log).toContain('The release for the tag v1.2.4 is a draft.');
});

it.concurrent("shows GitHub's answer in the debug log", async () => {
  await using stage = await setReleaseStage();
  const {commands} = await stage.upload({'release-asset': '*'}, {githubToken: 'ghs_anotheranother'});
  const debugged = commands.filter(({name}) => name === 'debug').map(({value}) => value);
  expect(debugged).toContainEqual(expect.stringMatching(/Error: GET .*: 401 Bad credentials$/));
});

it.concurrent('starts no second import if GitHub fails between two attempts', async () => {
  await using stage = await setReleaseStage({isPrivate: true});
  stage.cloud.script({request: 'upload', effect: 'none', answer: {kind: 'status', status: 429}});
  stage.cloud.on('request', ({kind}) => {
    if (kind === 'upload') stage.github.script({method: 'GET', path: /releases\/assets\/\d+$/, status: 500, times: 9});
  });
  const {exitCode, log} = await stage.upload({'release-asset': '*.qcow2'});

  expect(exitCode).toBe(1);
  expect(log).toContain('The request to GitHub failed');
  expect(log).toContain('Nothing was uploaded.');
  expect(await stage.cloud.images({name: 'gpu-images-v1.2.3'})).toEqual([]);
});
