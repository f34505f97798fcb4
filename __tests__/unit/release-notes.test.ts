import {expect, it} from '@jest/globals';
import {releaseNotes} from '../../scripts/release-notes.ts';

const CHANGELOG = `# Changelog

## Unreleased

- Not yet.

## 1.10.0 - 2026-12-01

### Added

- What is new.

## 1.1.0 - 2026-11-21

- What was new.
`;

it('are the section of the version, and no other', () => {
  expect(releaseNotes('v1.10.0', '1.10.0', CHANGELOG)).toBe('### Added\n\n- What is new.');
  expect(releaseNotes('v1.1.0', '1.1.0', CHANGELOG)).toBe('- What was new.');
});

it.each(['v1.1.0', '1.10.0', 'v1.10.0-rc.1', ''])('are refused for the tag "%s" of another version', (tag) => {
  expect(() => releaseNotes(tag, '1.10.0', CHANGELOG)).toThrow(
    `The tag is ${tag}, but package.json has the version 1.10.0`,
  );
});

it.each([
  ['has no section of it', CHANGELOG.replace('## 1.10.0 - 2026-12-01', '')],
  ['has no date for it', CHANGELOG.replace(' - 2026-12-01', '')],
  ['says nothing of it', CHANGELOG.replace('### Added\n\n- What is new.', '')],
])('are refused if the changelog %s', (_, changelog) => {
  expect(() => releaseNotes('v1.10.0', '1.10.0', changelog)).toThrow(
    'CHANGELOG.md has no text below a heading "## 1.10.0 - <date>"',
  );
});
