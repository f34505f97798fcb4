/** A step that has not ended by then is one that waits. Until then the flag, and loading node:v8 for it, would only take time. */
const WAITS_AFTER_MS = 250;

/**
 * Keeps the memory of a long wait near that of a short one: V8 keeps to the size of its young generation, 1 MiB, where it would let it
 * grow to 16 times that as soon as enough has passed through it. docs/decisions.md tells what that is worth.
 */
export function keepMemorySmall(): void {
  setTimeout(() => {
    process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
  }, WAITS_AFTER_MS).unref();
}
