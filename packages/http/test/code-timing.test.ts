import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type KithOptions } from '@kith/core'
import type { UserStore } from '@kith/core/ports'
import { createKithHttp } from '@kith/http'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { describe, expect, test } from 'vitest'
import { createMailbox } from '../../core/test/mailbox.ts'

const known = 'anna@example.com'
const unknown = 'nobody@example.com'
const unlimited: KithOptions['limits'] = Object.fromEntries(
  ['registerByAddress', 'registerAttemptByAddress', 'sendByAddress', 'sendByClient', 'sendByRecipient'].map(
    (name) => [name, []],
  ),
)

/** The calls with which a stranger could find out who has an account. */
const calls: Readonly<Record<string, (email: string) => object>> = {
  '/users/register': (email) => ({ username: 'carla', email, password: 'correct horse battery' }),
  '/users/password/forgot': (login) => ({ login }),
  '/users/login/code': (login) => ({ login }),
}

/** Serves a Kith with one account through the calls above. */
async function serve(
  wrap: (users: UserStore) => UserStore = (users) => users,
): Promise<{ kith: Kith; ask(path: string, email: string): Promise<number> }> {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, users: wrap(storage.users) },
    passwords: cheapPasswords,
    accounts: { confirm: 'email', identifiers: { email: 'required' } },
    sessions: { codeSignIn: true },
    messages: { email: createMailbox(), links: { revertAddress: 'https://app.example/revert' } },
    limits: unlimited,
  })
  const { id } = await kith.accounts.import({ username: 'anna', email: known, passwordHash: null })
  await kith.accounts.verifyEmail(id)
  const { handle } = createKithHttp(kith)
  return {
    kith,
    async ask(path, email) {
      const request = new Request(`http://localhost/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(calls[path]?.(email)),
      })
      const started = performance.now()
      const answer = await handle(request, { address: '192.0.2.1' })
      await answer.text()
      const millis = performance.now() - started
      expect(answer.status).toBe(202)
      await kith.settled()
      return millis
    },
  }
}

/**
 * How much longer the calls take for an email with an account, relative to one without: the median of the differences between two
 * consecutive calls in alternating order. On a busy machine 200 pairs say little, so more are measured until the difference is small,
 * 1,000 at most: a real difference stays.
 */
async function difference({ ask }: Awaited<ReturnType<typeof serve>>, path: string): Promise<number> {
  const [differences, times]: [number[], number[]] = [[], []]
  for (let warm = 0; warm < 40; warm++) await ask(path, warm % 2 === 0 ? known : unknown)
  for (let pair = 0; pair < 1_000; pair++) {
    const first = await ask(path, pair % 2 === 0 ? known : unknown)
    const second = await ask(path, pair % 2 === 0 ? unknown : known)
    differences.push(pair % 2 === 0 ? first - second : second - first)
    times.push(pair % 2 === 0 ? second : first)
    if (pair % 200 === 199 && Math.abs(median(differences)) < small * median(times)) break
  }
  return median(differences) / median(times)
}

const small = 0.05

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** Adds half a millisecond of work for each account that is found by its email. */
function slower(users: UserStore): UserStore {
  return {
    ...users,
    async byLogin(login) {
      const found = await users.byLogin(login)
      const until = performance.now() + 0.5
      while (found && 'email' in login && performance.now() < until);
      return found
    },
  }
}

describe('response times do not reveal whether an account exists', () => {
  test.each(Object.keys(calls))('%s', async (path) => {
    expect(Math.abs(await difference(await serve(), path))).toBeLessThan(small)
  })

  test('a difference of half a millisecond would be detected', async () => {
    expect(await difference(await serve(slower), '/users/password/forgot')).toBeGreaterThan(small)
  })
})
