import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {play} from './driver.ts';
import {titleOf} from './matrix.ts';
import {connectionRows} from './rows-connection.ts';

describe('a publish, whatever becomes of its connections', () => {
  it.each(connectionRows.map((each) => [titleOf(each), each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
