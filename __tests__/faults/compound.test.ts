import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {compoundCases} from './compound.ts';
import {play} from './driver.ts';

describe('a publish keeps its promises when', () => {
  it.each(compoundCases.map((each) => [each.title, each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
