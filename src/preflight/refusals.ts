import {ExplainedError} from '../errors.ts';
import type {Doubt, SourceAnswer} from './ask-source.ts';
import type {Content} from './disk-formats.ts';
import type {Fault} from './inspection.ts';
import type {QueryDamage} from './source-url.ts';

const HOW_GCORE_FETCHES = 'Gcore fetches the image without credentials: first HEAD, and GET only if that goes well.';
const ANSWER_BOTH =
  'Use a URL that answers HEAD as well as GET: a public object, or a signature for both (Azure SAS, Google Cloud Storage, CloudFront, Swift). S3 signs for one method only.';
const ONLY_THIS_RUNNER = 'If only this runner is refused, and Gcore is not, set preflight to false.';

/** HEAD, and GET if it was sent after a HEAD that was refused. */
export interface Answers {
  readonly head: SourceAnswer;
  readonly get?: SourceAnswer | Doubt;
}

/** A status that every runner would get. */
export function ofStatus(answer: SourceAnswer, answered = answeredBy(answer)): ExplainedError {
  switch (answer.status) {
    case 401:
      return new ExplainedError(`The image's URL is not open to everyone: ${answered}.`, {
        section: 'the-url-is-not-open-to-everyone',
        known: [HOW_GCORE_FETCHES],
        next: `Use a URL that needs no login. ${ONLY_THIS_RUNNER}`,
      });
    case 403:
      return new ExplainedError(`The image's URL is not open to everyone: ${answered}.`, {
        section: 'the-url-is-not-open-to-everyone',
        known: [HOW_GCORE_FETCHES, 'Object stores answer 403 for what is not there, too.'],
        next: `Make the object public for the time of the import. ${ONLY_THIS_RUNNER}`,
      });
    case 404:
    case 410:
      return new ExplainedError(`There is no image at the URL: ${answered}.`, {
        section: 'there-is-no-image-at-the-url',
        next: 'Check the input url, and that the file is uploaded there before this step.',
      });
    case 405:
    case 501:
      return new ExplainedError(`The image's URL does not take the method: ${answered}.`, {
        section: 'the-url-is-signed-for-get-only',
        known: [HOW_GCORE_FETCHES],
        next: ANSWER_BOTH,
      });
    default:
      return new ExplainedError(`The image's URL leads to no image: ${answered}.`, {
        section: 'there-is-no-image-at-the-url',
        next: 'Check the input url.',
      });
  }
}

/** HEAD is refused, and GET is not. */
export function ofHeadAlone(answers: Answers, hasQuery: boolean): ExplainedError {
  const what = hasQuery ? 'is signed for GET only' : 'answers GET, but not HEAD';
  return new ExplainedError(`The image's URL ${what}: ${answeredTo(answers)}.`, {
    section: hasQuery ? 'the-url-is-signed-for-get-only' : 'the-url-answers-get-but-not-head',
    known: [HOW_GCORE_FETCHES],
    next: ANSWER_BOTH,
  });
}

/** A signed URL is refused for HEAD and for GET. */
export function ofSignature(answers: Answers): ExplainedError {
  return new ExplainedError(`The signature in the image's URL is refused: ${answeredTo(answers)}.`, {
    section: 'the-signature-is-refused',
    known: [
      'It has expired, or is not for this object and both methods. Or it is limited to certain addresses: then the URL may be open to Gcore and not to this runner.',
      HOW_GCORE_FETCHES,
    ],
    next: `Sign it again, for some hours. ${ANSWER_BOTH} If it is limited to Gcore's addresses, set preflight to false.`,
  });
}

/** A refused URL whose query shows the reason. */
export function ofQuery(damage: QueryDamage, answers: Answers): ExplainedError {
  const answered = answeredTo(answers);
  switch (damage) {
    case 'cut at its first &':
      return new ExplainedError(`The image's URL is cut at its first &: ${answered}.`, {
        section: 'the-url-is-cut-at-its-first-',
        known: ['Its query has the first parameter of a signature, and the others are missing.'],
        next: "Quote the URL wherever a shell sees it ('https://…'): an & without quotes ends the command.",
      });
    case 'a part of its signature':
      return new ExplainedError(`The image's URL has only a part of its signature: ${answered}.`, {
        section: 'the-url-has-only-a-part-of-its-signature',
        known: ['Its query has parameters of a signature, but not the signature itself.'],
        next: 'Pass the URL on as it was signed, in quotes wherever a shell sees it.',
      });
    case '&amp; in place of &':
      return new ExplainedError(`The image's URL has &amp; in place of &: ${answered}.`, {
        section: 'the-url-has-amp-in-it',
        next: 'Write & between the parameters: the URL was copied from HTML or XML, which writes &amp; for it.',
      });
  }
}

export function ofEmptiness(asked: string): ExplainedError {
  return new ExplainedError(`The image is empty: ${asked} gave 0 bytes.`, {
    section: 'the-image-is-empty',
    next: 'Check the step before this one that makes or uploads the file.',
  });
}

export function ofPage(asked: string): ExplainedError {
  return new ExplainedError(`The image is a web page: ${asked} gave HTML.`, {
    section: 'the-image-is-a-web-page',
    next: 'Publish the file itself, without a page for login or download in between.',
  });
}

export function ofText(asked: string): ExplainedError {
  return new ExplainedError(`The image is text, not a disk: ${asked} gave no binary data.`, {
    section: 'the-image-is-text',
    next: 'Publish the image itself: a checksum, a Git LFS pointer or an error message is not one.',
  });
}

export function ofPacked({format, unpack}: Content & {readonly kind: 'packed'}, asked: string): ExplainedError {
  return new ExplainedError(`The image is packed, and Gcore does not decompress: ${asked} gave ${format}.`, {
    section: 'the-image-is-compressed',
    next: `Unpack it (\`${unpack}\`) and publish the raw or qcow2 file. \`qemu-img convert -O qcow2 -c\` makes a small one that Gcore takes.`,
  });
}

export function ofFileSystem({format}: Content & {readonly kind: 'file-system'}, asked: string): ExplainedError {
  return new ExplainedError(
    `The image is a packed file system, not a disk that a machine can boot from: ${asked} gave ${format}.`,
    {
      section: 'the-image-is-a-packed-file-system',
      next: 'Build a disk image of it, with a partition table and a boot loader, and publish that.',
    },
  );
}

/** A disk image that certainly cannot work: its first fault, and its other faults. */
export function ofDisk({what, next, section}: Fault, others: readonly Fault[]): ExplainedError {
  return new ExplainedError(what, {known: others.map((other) => other.what), next, section});
}

/** HEAD's answer, and GET's status if there is one. */
export function answeredTo({head, get}: Answers): string {
  return get === undefined || 'doubt' in get ? answeredBy(head) : `${answeredBy(head)}, GET ${get.status}`;
}

function answeredBy({asked, status}: SourceAnswer): string {
  return `${asked} was answered ${status}`;
}
