/**
 * The fault matrix: each row is a fault and its expected outcome.
 *
 * Each row is played with the real client against a simulated cloud, over real connections, on a virtual clock (`play.ts`). Without faults,
 * the import is FINISHED after 70 s and the image ready after 100 s. A row with several scenes (`each`) expects the same outcome for all
 * of them. `outcomes.ts` says what an outcome asserts, and when the step must end; `promises.ts`, what must be true for every scene.
 */
import {LOST, type Variants} from './answers.ts';
import type {Also, Outcome} from './outcomes.ts';
import type {Row} from './row.ts';
import {imageRows, taskRows} from './rows-polls.ts';
import {togetherRows} from './rows-together.ts';
import {lookupRows, uploadRows} from './rows-upload.ts';
import type {Scene} from './scene.ts';

/** The rows, by the request that has the fault. */
export const MATRIX = {
  'The upload (POST)': uploadRows,
  'The lookups of a lost upload': lookupRows,
  'The polls of the task': taskRows,
  'The polls of the image': imageRows,
  'Several at once': togetherRows,
} as const satisfies Readonly<Record<string, readonly Row[]>>;

export type Group = keyof typeof MATRIX;

/** One test of a row. */
export interface Case {
  readonly title: string;
  readonly scene: Scene;
  readonly outcome: Outcome;
  readonly also: Also;
}

/** The tests of a group. */
export function casesOf(group: Group): readonly Case[] {
  const rows: readonly Row[] = MATRIX[group];
  return rows.flatMap(([what, scenes, outcome, also = {}]) =>
    variantsOf(scenes).map(([variant, scene]) => ({
      title: `${what}${variant === '' ? '' : ` (${variant})`} → ${outcome}`,
      scene,
      outcome,
      also,
    })),
  );
}

function variantsOf(scenes: Row[1]): Variants {
  return isOne(scenes) ? [['', scenes]] : scenes;
}

function isOne(scenes: Row[1]): scenes is Scene {
  return !Array.isArray(scenes);
}

/** The rows as tables in Markdown. */
export function matrixTables(): string {
  const tables = Object.entries(MATRIX).map(([group, rows]) => `### ${group}\n\n${tableOf(rows)}`);
  return [`A *lost answer* is any of these: ${Object.keys(LOST).join('; ')}.`, ...tables].join('\n\n');
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(([what, scenes, outcome]) => {
    const names = variantsOf(scenes).map(([name]) => name);
    const variants = names.length === 1 ? '' : `: ${inShort(names).join('; ')}`;
    return `| ${what}${variants} | ${outcome} |`;
  });
  return ['| Fault | Outcome |', '| --- | --- |', ...lines].join('\n');
}

/** Shortens the names of variants that the text above the tables explains. */
function inShort(names: readonly string[]): readonly string[] {
  const hostile = names.filter((name) => name.startsWith('hostile text'));
  const lost = Object.keys(LOST);
  const hasAllLost = lost.every((name) => names.includes(name));
  return [
    ...(hasAllLost ? ['any lost answer'] : []),
    ...names.filter((name) => !hostile.includes(name) && !(hasAllLost && lost.includes(name))),
    ...(hostile.length === 0 ? [] : [`${hostile.length} texts`]),
  ];
}
