import {prune} from './actions/prune/prune.ts';
import {start} from './runner/start.ts';

void start(prune);
