import {cleanUp} from './actions/upload/clean-up.ts';
import {start} from './runner/start.ts';

void start(cleanUp);
