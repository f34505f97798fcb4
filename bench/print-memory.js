/** Loaded before a process: prints its peak of resident memory at its end. */
process.on('exit', () => console.log(`peak-memory-kib ${process.resourceUsage().maxRSS}`));
