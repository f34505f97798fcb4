import {quotaLine, type Refusal} from '../gcore/refusal.ts';
import type {RequestError} from '../gcore/request-error.ts';
import type {Section} from '../sections.ts';

/** The text of an error. Without `next`, the next step is what the caller's details say, after `check` if there is one. */
export interface ErrorText {
  readonly what: string;
  /** What the error itself tells besides. */
  readonly known?: readonly string[];
  readonly next?: string | undefined;
  /** What to check first. */
  readonly check?: string | undefined;
  readonly section?: Section | undefined;
}

/** What to do about a limit that was reached, and where to read more. */
export const ADVICE: Readonly<Record<Refusal, Required<Pick<ErrorText, 'check' | 'section'>>>> = {
  quota: {
    check: 'Delete images that you no longer need (this action\'s "prune" does), or ask Gcore for a higher quota.',
    section: 'the-quota-is-used-up',
  },
  'region-full': {
    check: 'Publish to another region, or ask Gcore when this one has room again.',
    section: 'the-region-is-full',
  },
  'no-capacity': {
    check: 'The region has no capacity at the moment, and nothing is wrong with the image: wait some minutes.',
    section: 'gcore-has-no-room-for-the-import',
  },
};

/** The text of a request that failed. */
export function explainRequest(error: RequestError): ErrorText {
  const {refusal, message, status = 'no answer'} = error;
  if (refusal === 'quota') {
    const line = quotaLine(error.info);
    return {what: `The quota is used up: ${message}`, known: line === undefined ? [] : [line], ...ADVICE.quota};
  }
  if (refusal === 'region-full') return {what: `The region is full: ${message}`, ...ADVICE['region-full']};
  return (TEXT_BY_STATUS[status] ?? otherAnswer)(error);
}

/** The text of a request that failed, by the status of its answer. */
const TEXT_BY_STATUS: Readonly<Record<string, (error: RequestError) => ErrorText>> = {
  'no answer': unanswered,
  400: rejected,
  401: ({message}) => ({
    what: `Gcore did not accept the API key: ${message}`,
    next: 'Check the input api-key: a permanent token that has not expired, whole (it goes on after its "$"), without quotes.',
    section: 'the-key-is-wrong',
  }),
  403: ({message}) => ({
    what: `The API key has no permission for this: ${message}`,
    next: 'Check that the key belongs to the project and that its role may manage images.',
    section: 'the-key-is-not-for-this-project',
  }),
  404: (error) => ({
    what: `404 Not Found: ${error.message} The project, region or image does not exist, or this key cannot see it.`,
    next: 'Check the inputs project, region and image-type, and the ID if one is given. Not every region has images of every type.',
    section: sectionOfMissing(error),
  }),
  409: rejected,
  422: rejected,
};

function sectionOfMissing({message, path}: RequestError): Section {
  if (/not available in region/i.test(message)) return 'the-region-has-no-gpu-images';
  return /\/images\/(?:\d+\/\d+\/)?[^/]*-[^/]*$/.test(path)
    ? 'there-is-no-image-with-this-id'
    : 'there-is-no-project-with-this-id';
}

function unanswered({message, outcome}: RequestError): ErrorText {
  const what = `The request to Gcore failed: ${message}`;
  if (outcome === 'refused') {
    return {
      what,
      check: 'Check api-url. If a proxy decrypts TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.',
      section: 'the-certificate-is-not-trusted',
    };
  }
  if (/\b(?:ENOTFOUND|EAI_AGAIN)\b/.test(message)) {
    return {
      what,
      check:
        "The host of api-url does not resolve: check api-url, the runner's network, and its proxy (https_proxy, no_proxy).",
      section: 'the-host-is-not-found',
    };
  }
  if (outcome !== 'not-sent') return {what, section: 'gcore-cannot-be-asked-for-now'};
  return {
    what,
    check: "Check api-url, the runner's network, and its proxy (https_proxy, no_proxy).",
    section: /\bproxy\b/.test(message) ? 'the-proxy-opens-no-tunnel' : 'the-network',
  };
}

function rejected({message}: RequestError): ErrorText {
  return {
    what: `Gcore rejected the request: ${message}`,
    next: 'Fix what it names, then run this job again.',
    section: 'gcore-finds-fault-with-a-field',
  };
}

function otherAnswer({message}: RequestError): ErrorText {
  const isOther = message.includes('the answer has another ID');
  return {
    what: `The request to Gcore failed: ${message}`,
    section: isOther ? 'gcore-answers-about-another-image' : 'gcore-cannot-be-asked-for-now',
  };
}
