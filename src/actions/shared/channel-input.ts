import * as v from 'valibot';
import {CHANNEL_PATTERN} from '../../images/channels.ts';
import {required} from '../../runner/inputs.ts';

const CHANNEL = '2 to 40 of the characters a-z, 0-9 and -';

/** The name of a channel. */
export const Channel = v.pipe(required(CHANNEL), v.regex(CHANNEL_PATTERN, CHANNEL));
