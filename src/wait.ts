import {start} from './action/start.ts';
import {wait} from './action/wait.ts';

void start(wait);
