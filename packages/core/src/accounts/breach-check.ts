import { createHash } from 'node:crypto'
import type { KithConfig } from '../config.ts'
import { InvalidInputError } from '../errors.ts'
import type { Emit } from '../events.ts'

/** Whose password is checked; `null` at registration. */
interface Lookup {
  /** The field that the error names. */
  path: string
  userId: string | null
}

/** Refuses a password that is known from a breach. @throws invalid-input */
export type BreachCheck = (password: string, lookup: Lookup) => Promise<void>

/** The maximum time a registration waits for an outside server, whatever the port does. */
const timeoutMillis = 2_000

/** Creates the check. If the port fails or times out, the password is accepted, and an event reports it. */
export function createBreachCheck({ passwords: { breached }, log }: KithConfig, emit: Emit): BreachCheck {
  return async (password, { path, userId }) => {
    if (!breached) return
    const sha1 = createHash('sha1').update(password).digest('hex').toUpperCase()
    const signal = AbortSignal.timeout(timeoutMillis)
    let seen = 0
    try {
      seen = await Promise.race([breached.timesSeen(sha1, signal), rejectedBy(signal)])
    } catch (error) {
      log.warn('password.breach-check-failed', { error, secrets: () => [sha1, sha1.slice(5)] })
      emit('password.breach-check-failed', { userId })
    }
    if (!(seen > 0)) return
    const message = 'This password is known from a breach of another service: choose another one'
    throw new InvalidInputError([{ path, code: 'breached', message }])
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
