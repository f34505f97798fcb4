import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {play} from './driver.ts';
import {titleOf} from './matrix.ts';
import {timeRows} from './rows-time.ts';

describe('a publish, however little time is left', () => {
  it.each(timeRows.map((each) => [titleOf(each), each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
