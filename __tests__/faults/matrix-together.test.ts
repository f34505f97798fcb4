import {testGroup} from './matrix-cases.ts';

testGroup('Several at once');
