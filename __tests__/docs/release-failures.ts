import {expect} from '@jest/globals';
import type {Job} from '../../harness/runner.ts';
import {TAG} from '../fixtures/release-stage.ts';
import type {Failure} from './failure.ts';

const ASSET = {'release-asset': 'trainer-*.qcow2'};
const ON_MAIN = {env: {GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_NAME: 'workflow_dispatch'}};

/** An upload that fails while nothing is at stake. */
const refused =
  (inputs: Job['inputs'], job: Partial<Job> = {}): Failure['play'] =>
  async (stage) => {
    const result = await stage.upload(inputs, job);
    expect(stage.cloud.requests('upload')).toEqual([]);
    return result;
  };

/** Failures that have to do with a release of GitHub's. */
export const RELEASE_FAILURES: Readonly<Record<string, Failure>> = {
  'The run is not for a release': {play: refused(ASSET, ON_MAIN)},
  'There is no release of this tag': {
    github: {releases: () => [{tag: 'v1.2.2'}, {tag: 'v1.2.1'}]},
    play: refused(ASSET),
  },
  'The release is a draft': {
    github: {releases: () => [{tag: TAG, draft: true}]},
    play: refused(ASSET),
  },
  'No asset fits': {play: refused({'release-asset': '*.vhd'})},
  'Several assets fit': {play: refused({'release-asset': '*'})},
  'GitHub does not let the token do this': {
    github: {isPrivate: true, contents: 'none'},
    play: refused(ASSET),
  },
  'The image IDs could not be left on the release': {
    told: 'warning',
    github: {contents: 'read'},
    play: (stage) => stage.upload({'attach-to-release': 'true'}),
  },
  'The tag of the release looks like another repository': {
    play: (stage) => stage.gate({release: 'images/trainer@1.2.3', region: ''}),
  },
  'The release says nothing of images': {play: (stage) => stage.gate({release: TAG, region: ''})},
};
