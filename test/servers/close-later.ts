const closing: (() => unknown)[] = []

/**
 * Registers cleanup for what a test has opened on a server: `describeWith…` calls it. A hook of its own would run for one file only,
 * because the files of a worker share their modules.
 */
export function closeLater(close: () => unknown): void {
  closing.push(close)
}

/** Cleans up, the latest first. Nothing waits for the others: a pool behind a dead proxy ends when the proxy does. */
export async function closeAll(): Promise<void> {
  const all = closing.splice(0).reverse()
  await Promise.all(all.map((close) => close()))
}
