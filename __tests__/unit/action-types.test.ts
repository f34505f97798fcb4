import {readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import * as v from 'valibot';
import {parse} from 'yaml';
import {promoteInputs} from '../../src/actions/promote/inputs.ts';
import {pruneInputs} from '../../src/actions/prune/inputs.ts';
import {uploadInputs} from '../../src/actions/upload/inputs.ts';
import {waitInputs} from '../../src/actions/wait/inputs.ts';
import {EMPTY_ENVIRONMENT} from '../fixtures/environment.ts';

interface Metadata {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What github-actions-typing makes of a type, as far as it is used here: https://github.com/typesafegithub/github-actions-typing */
const Simple = v.strictObject({type: v.picklist(['string', 'boolean', 'integer', 'float'])});
const Enum = v.strictObject({type: v.literal('enum'), 'allowed-values': v.pipe(v.array(v.string()), v.minLength(1))});
const List = v.strictObject({type: v.literal('list'), separator: v.string(), 'list-item': Simple});
const Typing = v.union([Simple, Enum, List]);
const Types = v.strictObject({inputs: v.record(v.string(), Typing), outputs: v.record(v.string(), Simple)});

const ROOT = new URL('../../', import.meta.url);
const ACTIONS = [
  {folder: '', shapes: uploadInputs(EMPTY_ENVIRONMENT).entries},
  {folder: 'wait/', shapes: waitInputs(EMPTY_ENVIRONMENT).entries},
  {folder: 'promote/', shapes: promoteInputs.entries},
  {folder: 'prune/', shapes: pruneInputs(EMPTY_ENVIRONMENT).entries},
].map(({folder, shapes}) => {
  const read = (file: string): unknown => parse(readFileSync(new URL(folder + file, ROOT), 'utf8'));
  const byName: Readonly<Record<string, v.GenericSchema>> = shapes;
  const metadata = read('action.yml') as Metadata;
  return {name: metadata.name, shapes: byName, metadata, types: read('action-types.yml')};
});

/** The types that an input can have, going by what the code takes for it. */
function typesInCode(shape: v.GenericSchema): readonly string[] {
  if (wordsInCode(shape) !== undefined) return ['enum'];
  const takes = (text: string) => v.is(shape, text);
  if (takes('TRUE') && !takes('yes')) return ['boolean'];
  if (takes('2') && !takes('two')) return [takes('2.5') ? 'float' : 'integer'];
  return ['string', 'list'];
}

/** The words that an input can be, where it can be nothing else. */
function wordsInCode(shape: v.GenericSchema): unknown {
  const unwrapped = 'wrapped' in shape ? shape.wrapped : shape;
  return typeof unwrapped === 'object' && unwrapped !== null && 'options' in unwrapped ? unwrapped.options : undefined;
}

describe.each(ACTIONS)('the types of $name', ({shapes, metadata, types}) => {
  const {inputs, outputs} = v.parse(Types, types);

  it('has every input and output of the action, in their order, and no other', () => {
    expect(Object.keys(inputs)).toEqual(Object.keys(metadata.inputs));
    expect(Object.keys(outputs)).toEqual(Object.keys(metadata.outputs));
  });

  it.each(Object.entries(inputs))('has the type of %s that the code accepts', (name, typing) => {
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the code has no input ${name}`);
    expect(typesInCode(shape)).toContain(typing.type);
    expect('allowed-values' in typing ? typing['allowed-values'] : undefined).toEqual(wordsInCode(shape));
  });
});
