import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {parse} from 'yaml';
import {promoteInputs} from '../../src/actions/promote/inputs.ts';
import {PROMOTE_OUTPUTS} from '../../src/actions/promote/outputs.ts';
import {accountInputs} from '../../src/actions/shared/account-inputs.ts';
import {uploadInputs} from '../../src/actions/upload/inputs.ts';
import {UPLOAD_OUTPUTS} from '../../src/actions/upload/outputs.ts';
import {waitInputs} from '../../src/actions/wait/inputs.ts';
import {WAIT_OUTPUTS} from '../../src/actions/wait/outputs.ts';
import {EMPTY_ENVIRONMENT} from '../fixtures/environment.ts';

interface Metadata {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: {readonly icon: string; readonly color: string};
  readonly inputs: Readonly<
    Record<string, {readonly description: string; readonly required: boolean; readonly default?: unknown}>
  >;
  readonly outputs: Readonly<Record<string, {readonly description: string}>>;
  readonly runs: {readonly using: string; readonly main: string};
}

const ROOT = new URL('../../', import.meta.url);
const ACTIONS = [
  {file: 'action.yml', shapes: uploadInputs(EMPTY_ENVIRONMENT).entries, outputs: UPLOAD_OUTPUTS},
  {file: 'wait/action.yml', shapes: waitInputs(EMPTY_ENVIRONMENT).entries, outputs: WAIT_OUTPUTS},
  {file: 'promote/action.yml', shapes: promoteInputs.entries, outputs: PROMOTE_OUTPUTS},
].map(({file, shapes, outputs}) => {
  const url = new URL(file, ROOT);
  const metadata: Metadata = parse(readFileSync(url, 'utf8'));
  return {
    file,
    url,
    metadata,
    declared: Object.entries(metadata.inputs),
    shapes: new Map(Object.entries(shapes)),
    outputs,
  };
});

/** The text that stands for an input that is not given; '' where the code has none, or makes it up from the run. */
function defaultInCode(shape: object | undefined): string {
  return shape !== undefined && 'default' in shape && typeof shape.default === 'string' ? shape.default : '';
}

describe.each(ACTIONS)('the metadata in $file', ({url, metadata, declared, shapes, outputs}) => {
  it('has every input that the code reads, and no other', () => {
    expect(declared.map(([name]) => name).sort()).toEqual([...shapes.keys()].sort());
  });

  it('has its own inputs in the order of the code', () => {
    const own = (names: readonly string[]) => names.filter((name) => !(name in accountInputs));
    const shared = (names: readonly string[]) => names.filter((name) => name in accountInputs);
    const names = declared.map(([name]) => name);
    expect(own(names)).toEqual(own([...shapes.keys()]));
    expect(shared(names)).toEqual(Object.keys(accountInputs));
  });

  it.each(declared)(
    'states the default of %s that the code has, unless it is the runner that fills it in',
    (name, input) => {
      const isFilledIn = String(input.default).startsWith('${{');
      expect(isFilledIn ? '' : (input.default ?? '')).toBe(defaultInCode(shapes.get(name)));
    },
  );

  it('requires the inputs without a default, unless the environment of the job may have them', () => {
    const required = declared.filter(([, input]) => input.required).map(([name]) => name);
    const mayBeInTheEnvironment = (name: string) =>
      /environment variable/.test(metadata.inputs[name]?.description ?? '');
    const needed = [...shapes].filter(([, shape]) => !('default' in shape || v.is(shape, undefined)));
    expect(required).toEqual(needed.map(([name]) => name).filter((name) => !mayBeInTheEnvironment(name)));
  });

  it.each(declared)('describes %s, and says whether it is required', (_, input) => {
    expect(input.description.trim()).not.toBe('');
    expect(typeof input.required).toBe('boolean');
  });

  it('has every output that the code writes, and no other', () => {
    expect(Object.keys(metadata.outputs).sort()).toEqual([...outputs].sort());
  });

  it.each(Object.entries(metadata.outputs))('describes the output %s', (_, output) => {
    expect(output.description.trim()).not.toBe('');
  });

  it('has a description that is short enough for the Marketplace', () => {
    expect(metadata.description.length).toBeGreaterThan(0);
    expect(metadata.description.length).toBeLessThan(125);
    expect(metadata.name).not.toBe('');
    expect(metadata.author).not.toBe('');
  });

  it('has an icon and a color', () => {
    expect(metadata.branding).toEqual({
      icon: expect.stringMatching(/^[a-z-]+$/),
      color: expect.stringMatching(/^[a-z-]+$/),
    });
  });

  it('starts a file that exists, on Node 24', () => {
    expect(metadata.runs.using).toBe('node24');
    expect(existsSync(new URL(metadata.runs.main, url))).toBe(true);
  });
});
