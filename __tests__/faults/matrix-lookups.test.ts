import {testGroup} from './matrix-cases.ts';

testGroup('The lookups of a lost upload');
