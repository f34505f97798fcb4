import {prune} from './action/prune.ts';
import {start} from './action/start.ts';

void start(prune);
