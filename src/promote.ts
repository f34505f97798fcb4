import {promote} from './actions/promote/promote.ts';
import {start} from './runner/start.ts';

void start(promote);
