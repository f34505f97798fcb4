import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {assertCell} from './cell.ts';
import {play} from './driver.ts';
import {titleOf} from './matrix.ts';
import {textRows} from './rows-text.ts';

describe('a publish, whatever the service says', () => {
  it.each(textRows.map((each) => [titleOf(each), each] as const))(
    '%s',
    async (_title, {scene, expected}) => {
      assertCell(expected, await play(scene));
    },
    30_000,
  );
});
