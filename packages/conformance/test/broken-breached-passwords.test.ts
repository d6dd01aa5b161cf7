import { createHash } from 'node:crypto'
import { setImmediate as gap } from 'node:timers/promises'
import type { BreachedPasswords } from '@kith/core/ports'
import { testFlaws } from '../../../test/flaws.ts'
import { breachedPasswordsCases } from '../src/index.ts'

const known = ['password', '123456'].map((password) =>
  createHash('sha1').update(password).digest('hex').toUpperCase(),
)

function makeSound(): BreachedPasswords {
  return {
    async timesSeen(sha1, signal) {
      await gap()
      signal.throwIfAborted()
      return known.includes(sha1) ? 3 : 0
    },
  }
}

testFlaws<BreachedPasswords>(breachedPasswordsCases, makeSound, [
  {
    flaw: 'knows nothing',
    breaking: () => ({ timesSeen: async (_sha1, signal) => (signal.throwIfAborted(), 0) }),
    fails: ['breached-passwords/common-seen'],
  },
  {
    flaw: 'takes its padding for breaches',
    breaking: ({ timesSeen }) => ({
      timesSeen: async (sha1, signal) => (await timesSeen(sha1, signal)) || 1,
    }),
    fails: ['breached-passwords/unused-not-seen'],
  },
  {
    flaw: 'compares no more than the beginning',
    breaking: () => ({
      timesSeen: async (sha1, signal) => {
        signal.throwIfAborted()
        return known.some((each) => each.slice(0, 10) === sha1.slice(0, 10)) ? 3 : 0
      },
    }),
    fails: ['breached-passwords/prefix-not-seen'],
  },
  {
    flaw: 'gives one answer to all that ask at the same time',
    breaking({ timesSeen }) {
      let asked: Promise<number> | null = null
      return {
        timesSeen: (sha1, signal) =>
          (asked ??= timesSeen(sha1, signal).finally(() => {
            asked = null
          })),
      }
    },
    fails: ['breached-passwords/parallel'],
  },
  {
    flaw: 'ignores the signal',
    breaking: ({ timesSeen }) => ({ timesSeen: (sha1) => timesSeen(sha1, new AbortController().signal) }),
    fails: ['breached-passwords/aborted'],
  },
])
