import type { PasswordOptions } from '@kith/core'

/** The cheapest parameters that argon2 accepts: for tests, which hash hundreds of passwords, and for nothing else. */
export const cheapPasswords: Readonly<PasswordOptions> = Object.freeze({ memoryKiB: 8, iterations: 1 })
