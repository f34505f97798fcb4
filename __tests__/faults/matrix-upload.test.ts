import {testGroup} from './matrix-cases.ts';

testGroup('The upload (POST)');
