import {start} from './action/start.ts';
import {upload} from './action/upload.ts';

void start(upload);
