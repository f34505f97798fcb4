import type {Variants} from './answers.ts';
import type {Also, Outcome} from './outcomes.ts';
import type {Scene} from './scene.ts';

/** What happens, played as one scene or as several by name; what must come of each; and what else must hold. */
export type Row = readonly [what: string, scenes: Scene | Variants, outcome: Outcome, also?: Also];
