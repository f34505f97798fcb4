import {ExplainedError} from '../errors.ts';
import type {Doubt, SourceAnswer} from './ask-source.ts';
import type {Content} from './disk-formats.ts';

const HOW_GCORE_FETCHES = 'Gcore fetches the image without credentials: first HEAD, and GET only if that goes well.';
const ANSWER_BOTH =
  'Use a URL that answers HEAD as well as GET: a public object, or a signature for both (Azure SAS, CloudFront, Swift). S3 signs for one method only.';

/** A status that no other runner would be spared. */
export function ofStatus({status, asked}: SourceAnswer): ExplainedError {
  const answered = `${asked} was answered ${status}`;
  switch (status) {
    case 401:
    case 403:
      return new ExplainedError(`The image's URL is not open to everyone: ${answered}.`, {
        known: [HOW_GCORE_FETCHES, 'Object stores answer 403 for what is not there, too.'],
        next: 'Make the object public for the time of the import. If it is this runner alone that is refused, set preflight to false.',
      });
    case 404:
    case 410:
      return new ExplainedError(`There is no image at the URL: ${answered}.`, {
        next: 'Check the input url, and that the file is uploaded there before this step.',
      });
    case 405:
    case 501:
      return new ExplainedError(`The image's URL does not take the method: ${answered}.`, {
        known: [HOW_GCORE_FETCHES],
        next: ANSWER_BOTH,
      });
    default:
      return new ExplainedError(`The image's URL leads to no image: ${answered}.`, {next: 'Check the input url.'});
  }
}

/** A signed URL that is refused to HEAD, to GET, or to both. */
export function ofSignature(head: SourceAnswer, get: SourceAnswer | Doubt): ExplainedError {
  const getStatus = 'doubt' in get ? undefined : get.status;
  if ('status' in get && (get.status === 404 || get.status === 410)) return ofStatus(get);
  const answered = `${head.asked} was answered ${head.status}${getStatus === undefined ? '' : `, GET ${getStatus}`}`;
  if (getStatus === 200 || getStatus === 206) {
    return new ExplainedError(`The image's URL is signed for GET only: ${answered}.`, {
      known: [HOW_GCORE_FETCHES],
      next: ANSWER_BOTH,
    });
  }
  return new ExplainedError(`The signature in the image's URL is refused: ${answered}.`, {
    known: ['It has expired, or is not for this object and both methods.', HOW_GCORE_FETCHES],
    next: `Sign it anew, for some hours. ${ANSWER_BOTH}`,
  });
}

export function ofEmptiness({asked}: SourceAnswer): ExplainedError {
  return new ExplainedError(`The image is empty: ${asked} gave 0 bytes.`, {
    next: 'Check that the file was uploaded whole before this step.',
  });
}

export function ofPage({asked}: SourceAnswer): ExplainedError {
  return new ExplainedError(`The image's URL leads to a web page: ${asked} gave HTML.`, {
    next: 'Use the URL of the file itself, without a page for login or download in between.',
  });
}

export function ofText({asked}: SourceAnswer): ExplainedError {
  return new ExplainedError(`The image's URL leads to text, not to a disk image: ${asked} gave no binary data.`, {
    next: 'Use the URL of the image itself: a checksum, a Git LFS pointer or an error message is none.',
  });
}

export function ofPacked({asked}: SourceAnswer, {format, unpack}: Content & {readonly kind: 'packed'}): ExplainedError {
  return new ExplainedError(`The image is packed, and Gcore does not decompress: ${asked} gave ${format}.`, {
    next: `Unpack it (\`${unpack}\`) and publish the raw or qcow2 file. \`qemu-img convert -O qcow2 -c\` makes a small one that Gcore takes.`,
  });
}

export function ofBackingFile(): ExplainedError {
  return new ExplainedError('The image is not whole: it is a qcow2 overlay, which needs its backing file.', {
    next: 'Make one whole image of the two: `qemu-img convert -O qcow2 -c`.',
  });
}
