/** Measures how many bytes of files a process holds at the same time. */
export interface HeldBytes {
  /** Counts bytes that are added or released, and measures every 16 MiB. */
  count(bytes: number): void
  /** The highest value of all measurements. */
  readonly most: number
}

const stepBytes = 16 * 1024 * 1024

/** Watches this process, which runs with `--expose-gc`: memory that only waits for collection does not count. */
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
      // Memory found by the first collection is released during the second.
      gc()
      gc()
      most = Math.max(most, process.memoryUsage().arrayBuffers)
    },
    get most() {
      return most
    },
  }
}
