/** A step that has not ended by then is one that waits. Until then the flags, and loading node:v8 for them, would only take time. */
const WAITS_AFTER_MS = 50;

const FLAGS = [
  // The young generation keeps its 1 MiB, where it would grow to 16 times that as soon as enough has passed through it.
  '--semi-space-growth-factor=1',
  // The two compilers that make often-run code faster: they take more than a step that waits could ever win.
  '--no-maglev',
  '--no-turbofan',
];

/** Keeps the memory of a long wait near that of a short one. docs/decisions.md tells what that is worth. */
export function keepMemorySmall(): void {
  setTimeout(() => {
    for (const flag of FLAGS) process.getBuiltinModule('node:v8').setFlagsFromString(flag);
  }, WAITS_AFTER_MS).unref();
}
