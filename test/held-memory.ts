/** How many bytes of files a process holds at a time. */
export interface HeldBytes {
  /** Counts bytes that come or go, and looks every 16 MiB. */
  count(bytes: number): void
  /** The most that were held when it looked. */
  readonly most: number
}

const stepBytes = 16 * 1024 * 1024

/** Watches this process, which runs with `--expose-gc`: what only waits to be collected is not held. */
export function watchHeldBytes(): HeldBytes {
  const { gc } = globalThis
  if (!gc) throw new Error('Run this process with --expose-gc')
  let counted = 0
  let most = 0
  return {
    count(bytes) {
      const before = counted
      counted += bytes
      if (Math.floor(counted / stepBytes) === Math.floor(before / stepBytes)) return
      // What the first has found is given back during the second.
      gc()
      gc()
      most = Math.max(most, process.memoryUsage().arrayBuffers)
    },
    get most() {
      return most
    },
  }
}
