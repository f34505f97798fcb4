import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {parse} from 'yaml';
import {pruneInputs} from '../../src/actions/prune/inputs.ts';
import {PRUNE_OUTPUTS} from '../../src/actions/prune/outputs.ts';
import {accountInputs} from '../../src/actions/shared/account-inputs.ts';
import {EMPTY_ENVIRONMENT} from '../fixtures/environment.ts';

interface Input {
  readonly description: string;
  readonly required: boolean;
  readonly default?: unknown;
}

interface Metadata {
  readonly description: string;
  readonly branding: object;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly outputs: Readonly<Record<string, {readonly description: string}>>;
  readonly runs: {readonly using: string; readonly main: string};
}

const FILE = new URL('../../prune/action.yml', import.meta.url);
const metadata: Metadata = parse(readFileSync(FILE, 'utf8'));
const {inputs} = metadata;
const shapes: Readonly<Record<string, v.GenericSchema>> = pruneInputs(EMPTY_ENVIRONMENT).entries;

/** The text that stands for an input that is not given; '' where the code has none, or makes it up from the run. */
function defaultInCode(name: string): string {
  const shape = shapes[name];
  return shape !== undefined && 'default' in shape && typeof shape.default === 'string' ? shape.default : '';
}

describe('the metadata of the prune', () => {
  it('has its own inputs in the order of the code', () => {
    const own = (names: readonly string[]) => names.filter((name) => !(name in accountInputs));
    expect(own(Object.keys(inputs))).toEqual(own(Object.keys(shapes)));
    expect(Object.keys(inputs).filter((name) => name in accountInputs)).toEqual(Object.keys(accountInputs));
  });

  it.each(Object.entries(inputs))('describes %s, with the default that the code has', (name, input) => {
    expect(input.description.trim()).not.toBe('');
    expect(input.default ?? '').toBe(defaultInCode(name));
  });

  it('requires only the name, and is a dry run by default', () => {
    const required = Object.entries(inputs).filter(([, input]) => input.required);
    expect(required.map(([name]) => name)).toEqual(['name']);
    expect(inputs['dry-run']?.default).toBe('true');
    expect(v.is(pruneInputs(EMPTY_ENVIRONMENT).entries.name, undefined)).toBe(false);
  });

  it('has the outputs that the code writes, each described', () => {
    expect(Object.keys(metadata.outputs).sort()).toEqual([...PRUNE_OUTPUTS].sort());
    for (const {description} of Object.values(metadata.outputs)) expect(description).not.toBe('');
  });

  it('is valid for the Marketplace, and starts an existing file on Node 24', () => {
    expect(metadata.description.length).toBeLessThan(125);
    expect(metadata.branding).toEqual({
      icon: expect.stringMatching(/^[a-z-]+$/),
      color: expect.stringMatching(/^[a-z-]+$/),
    });
    expect(metadata.runs.using).toBe('node24');
    expect(existsSync(new URL(metadata.runs.main, FILE))).toBe(true);
  });
});
