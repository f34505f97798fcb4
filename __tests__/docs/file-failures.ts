import type {Failure} from './failure.ts';
import {withImageFile} from './image-file.ts';

const REFUSED = {times: Number.POSITIVE_INFINITY, effect: 'none'} as const;

const uploadFile: Failure['play'] = (stage) => withImageFile(stage.image, (file) => stage.upload({url: '', file}));

/** What is met with a file on the runner, by the headings of the page. */
export const FILE_FAILURES: Readonly<Record<string, Failure>> = {
  'The file cannot be read': {play: (stage) => stage.upload({url: '', file: 'output/trainer.qcow2'})},
  'The token may not use Object Storage': {cloud: {storage: {apiKey: 'another token'}}, play: uploadFile},
  'The staged file may still be public': {
    play: (stage) => {
      const answer = {kind: 'status', status: 403, body: {error: 'forbidden'}} as const;
      stage.cloud.script(
        {request: 'change-bucket', match: ({body}) => JSON.stringify(body).includes('false'), answer, ...REFUSED},
        {request: 'delete-bucket', answer, ...REFUSED},
        {
          request: 's3-uploads',
          answer: {...answer, status: 400, body: '<Error><Code>InvalidRequest</Code></Error>'},
          ...REFUSED,
        },
      );
      return uploadFile(stage);
    },
  },
};
