import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {play} from './driver.ts';
import {titleOf} from './matrix.ts';
import {statusRows} from './rows-status.ts';

describe('a publish, whatever status the service answers with', () => {
  it.each(statusRows.map((each) => [titleOf(each), each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
