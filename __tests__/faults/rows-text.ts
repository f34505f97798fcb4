import type {Case, Expectation} from './cell.ts';
import {changed, imagePolls, lostUpload, readBacks, status, taskPolls} from './columns.ts';
import {type Scene, URL_SECRET} from './scene.ts';

/** Texts that a runner could take for commands, a terminal for controls, and a log for lines of its own. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\n::set-output name=image-id::evil',
  'x ##[set-output name=image-id]evil',
  'x\r::add-mask::a\r',
  '\u2028::set-env name=PATH::/evil',
  '  ::stop-commands::evil',
  '\u001b[2J\u001b[31m::error::evil',
  `##[add-path]${'evil '.repeat(1_000_000)}`,
];

const READY: Expectation = {ends: 'ready', posts: 1, images: 1, seconds: [100, 106]};
const NAMES_TASK = /Task [0-9a-f-]+ is the import/;

function textCase(row: number, column: Case['column'], variant: string, scene: Scene, expected: Expectation): Case {
  return {row, column, variant, scene, expected};
}

/** Row 31: text that is meant to do harm, wherever the service has text. */
const hostile: readonly Case[] = HOSTILE_TEXTS.flatMap((text, index) => {
  const variant = `text ${index + 1}`;
  const message = {message: text, request_id: text, invalid_fields: {[text]: [text]}};
  const failed = changed((task) => ({...task, state: 'ERROR', error: text}));
  return [
    textCase(
      31,
      'A',
      variant,
      {faults: [lostUpload('none', status(400, message))]},
      {ends: 'refused', posts: 1, images: 0, seconds: 0},
    ),
    textCase(31, 'B', variant, {faults: [lostUpload()], faultsAfterUpload: readBacks(status(500, message), 3)}, READY),
    textCase(
      31,
      'C',
      `${variant}, as its error`,
      {faults: [taskPolls(failed, 1)]},
      {ends: 'import failed', posts: 1, images: 1, seconds: 2, says: [NAMES_TASK]},
    ),
    textCase(
      31,
      'C',
      `${variant}, as its state`,
      {
        faults: [
          taskPolls(
            changed((task) => ({...task, state: text, error: text})),
            1,
          ),
        ],
      },
      READY,
    ),
    textCase(
      31,
      'D',
      variant,
      {
        faults: [
          imagePolls(
            changed((image) => ({...image, status: text, name: text})),
            1,
          ),
        ],
      },
      READY,
    ),
  ];
});

/** Row 32: the service says the key, or the signed URL, back. What is written is masked further out: process.test.ts. */
const echoes: readonly Case[] = [
  textCase(
    32,
    'A',
    'in a message',
    {faults: [lostUpload('none', status(400, {message: `no: ${URL_SECRET}`}))], echoesSecrets: true},
    {ends: 'refused', posts: 1, images: 0, seconds: 0},
  ),
  textCase(32, 'B', 'in the data of the task', {faults: [lostUpload()]}, READY),
  textCase(32, 'C', 'in the data of the task', {}, READY),
  textCase(
    32,
    'C',
    'in its error',
    {
      faults: [
        taskPolls(
          changed((task) => ({...task, state: 'ERROR', error: URL_SECRET})),
          1,
        ),
      ],
      echoesSecrets: true,
    },
    {ends: 'import failed', posts: 1, images: 1, seconds: 2},
  ),
  textCase(
    32,
    'D',
    'in its status',
    {
      faults: [
        imagePolls(
          changed((image) => ({...image, status: URL_SECRET})),
          1,
        ),
      ],
      echoesSecrets: true,
    },
    READY,
  ),
];

export const textRows: readonly Case[] = [...hostile, ...echoes];
