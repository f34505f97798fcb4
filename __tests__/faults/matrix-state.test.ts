import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {play} from './driver.ts';
import {titleOf} from './matrix.ts';
import {stateRows} from './rows-state.ts';

describe('a publish, whatever state things are in', () => {
  it.each(stateRows.map((each) => [titleOf(each), each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
