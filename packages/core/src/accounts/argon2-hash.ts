/**
 * The maximum cost of one check: about half a second on a slow machine, and 128 MiB. The configured parameters are held
 * to it too.
 */
export const argon2Bounds: Readonly<{
  memoryKiB: number
  work: number
  iterations: number
  parallelism: number
}> = Object.freeze({ memoryKiB: 131_072, work: 262_144, iterations: 16, parallelism: 16 })

const form =
  /^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{16,86})$/

/**
 * Whether a stored hash is argon2 in the usual string format, can be computed, and costs no more than
 * {@link argon2Bounds}.
 */
export function isArgon2(stored: string): boolean {
  const [, memory, time, lanes, salt = '', hash = ''] = form.exec(stored) ?? []
  return isComputable(Number(memory), Number(time), Number(lanes)) && isBase64(salt) && isBase64(hash)
}

/** Whether this is unpadded base64, exact to the last bit: the library refuses anything else. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64').replaceAll('=', '') === text
}

function isComputable(memoryKiB: number, iterations: number, parallelism: number): boolean {
  return (
    iterations >= 1 &&
    iterations <= argon2Bounds.iterations &&
    parallelism >= 1 &&
    parallelism <= argon2Bounds.parallelism &&
    memoryKiB >= 8 * parallelism &&
    memoryKiB <= argon2Bounds.memoryKiB &&
    memoryKiB * iterations <= argon2Bounds.work
  )
}
