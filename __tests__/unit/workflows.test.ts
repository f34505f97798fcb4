import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {parse} from 'yaml';

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: {readonly group?: string};
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly {readonly uses?: string; readonly with?: Readonly<Record<string, unknown>>}[];
}

const FOLDER = new URL('../../.github/workflows/', import.meta.url);
const WORKFLOWS = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const workflow: Workflow = parse(text);
  return {file, text, workflow, jobs: Object.values(workflow.jobs)};
});

describe.each(WORKFLOWS)('the workflow $file', ({text, workflow, jobs}) => {
  it('pins every third-party action to a commit, with its version in a comment', () => {
    const ofOthers = jobs.flatMap(({steps}) => steps.filter(({uses}) => uses !== undefined && !uses.startsWith('./')));
    expect(ofOthers.length).toBeGreaterThan(0);
    // The version is in a comment, which only the text has.
    const pinned = [...text.matchAll(/^ +(?:- )?uses: ([\w./-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$/gm)];
    expect(pinned.map(([, pin]) => pin)).toEqual(ofOthers.map(({uses}) => uses));
  });

  it('has no permissions except those of its jobs', () => {
    expect(workflow.permissions).toEqual({});
    // Each right by its name: not `write-all`.
    for (const job of jobs) expect(job.permissions).toEqual(expect.any(Object));
  });

  it('keeps no credentials in a checkout', () => {
    const checkouts = jobs.flatMap(({steps}) => steps.filter(({uses}) => uses?.startsWith('actions/checkout@')));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({'persist-credentials': false});
  });

  it('belongs to a concurrency group, and ends in time', () => {
    expect(workflow.concurrency?.group).toBeDefined();
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
  });
});

it('all expected workflows are checked', () => {
  expect(WORKFLOWS.map(({file}) => file).sort()).toEqual([
    'check-dist.yml',
    'ci.yml',
    'codeql.yml',
    'e2e.yml',
    'release.yml',
  ]);
});

it('each action has only one version', () => {
  const pins = WORKFLOWS.flatMap(({text}) => [...text.matchAll(/uses: ([\w/-]+@[0-9a-f]{40} # \S+)/g)]);
  const ofAction = Map.groupBy(new Set(pins.map(([, pin = '']) => pin)), (pin) => pin.split('@')[0]);
  expect([...ofAction.values()].filter((versions) => versions.length > 1)).toEqual([]);
});
