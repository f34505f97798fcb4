import './one-realm.ts';
import {describe, it} from '@jest/globals';
import {casesOf, type Group} from './matrix.ts';
import {assertOutcome} from './outcomes.ts';
import {play} from './play.ts';

/** Plays every case of a group. Each group is a test file of its own, so that jest runs them side by side. */
export function testGroup(group: Group): void {
  describe(group, () => {
    it.each(casesOf(group).map((one) => [one.title, one] as const))('%s', async (_title, {scene, outcome, also}) => {
      assertOutcome(outcome, also, await play(scene));
    });
  });
}
