import {testGroup} from './matrix-cases.ts';

testGroup('The polls of the image');
