const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether the host of a URL is this machine. */
export function isLoopback({hostname}: URL): boolean {
  return LOOPBACK_HOSTS.has(hostname);
}
