import {wait} from './actions/wait/wait.ts';
import {start} from './runner/start.ts';

void start(wait);
