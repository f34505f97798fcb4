import {upload} from './actions/upload/upload.ts';
import {start} from './runner/start.ts';

void start(upload);
