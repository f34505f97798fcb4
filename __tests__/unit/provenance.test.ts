import {expect, it} from '@jest/globals';
import {provenanceTags} from '../../src/actions/upload/provenance.ts';
import {readEnvironment} from '../../src/runner/environment.ts';

const NOTHING = readEnvironment();

it('cuts a value at 255 characters, and no character in two', () => {
  const {ref = ''} = provenanceTags({...NOTHING, ref: `refs/heads/${'💾'.repeat(300)}`});
  expect(ref.isWellFormed()).toBe(true);
  expect([...ref]).toHaveLength(255);
});

it('leaves out a value of less than three characters', () => {
  expect(provenanceTags({...NOTHING, ref: '💾💾'})).not.toHaveProperty('ref');
});
