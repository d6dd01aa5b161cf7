import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { BreachedPasswords } from '@kith/core/ports'
import type { Case } from './case.ts'
import { race } from './race.ts'
import { never } from './never.ts'

/** The promises of `BreachedPasswords`, for a list that includes `password` and `123456`, as any list does. */
export const breachedPasswordsCases: readonly Case<BreachedPasswords>[] = [
  {
    id: 'breached-passwords/common-seen',
    title: 'very common passwords were seen',
    async run(breached) {
      for (const password of ['password', '123456']) assert.ok((await ask(breached, password)) > 0, password)
    },
  },
  {
    id: 'breached-passwords/unused-not-seen',
    title: 'a password that was never used was seen 0 times',
    async run(breached) {
      for (let each = 0; each < 5; each++)
        assert.equal(await ask(breached, randomBytes(24).toString('base64')), 0)
    },
  },
  {
    id: 'breached-passwords/prefix-not-seen',
    title: 'a password whose hash begins like a known one was seen 0 times',
    async run(breached) {
      const known = sha1Of('password')
      const alike = known.slice(0, -1) + (known.endsWith('0') ? '1' : '0')
      assert.equal(await breached.timesSeen(alike, never), 0)
    },
  },
  {
    id: 'breached-passwords/parallel',
    title: '20 concurrent lookups each get their own count',
    async run(breached) {
      const counts = await race(20, (index) =>
        ask(breached, index % 2 ? 'password' : randomBytes(24).toString('hex')),
      )
      for (const [index, count] of counts.entries()) assert.equal(count > 0, index % 2 === 1)
      for (const count of counts) assert.ok(Number.isInteger(count))
    },
  },
  {
    id: 'breached-passwords/aborted',
    title: 'an aborted lookup rejects',
    async run(breached) {
      await assert.rejects(async () => breached.timesSeen(sha1Of('password'), AbortSignal.abort()))
      const controller = new AbortController()
      const asked = breached.timesSeen(sha1Of('password'), controller.signal)
      controller.abort()
      await assert.rejects(asked)
    },
  },
]

function ask(breached: BreachedPasswords, password: string): Promise<number> {
  return breached.timesSeen(sha1Of(password), never)
}

function sha1Of(password: string): string {
  return createHash('sha1').update(password).digest('hex').toUpperCase()
}
