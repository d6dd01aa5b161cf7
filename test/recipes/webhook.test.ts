import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { deliverFollows } from '../../examples/recipes/src/webhook.ts'
import { makeFolder } from './temporary-folder.ts'
import { listen } from './visitor.ts'

const secret = 'what both sides know'

interface Received {
  id: string
  follower: { username: string }
  followedId: string
}

test('follows are sent signed and in order, and again after a failure or a restart', async () => {
  const received: Received[] = []
  const refused: string[] = []
  let failing = true
  const url = await listen((request, response) => {
    void text(request).then((body) => {
      const event = JSON.parse(body) as Received
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      expect(request.headers).toMatchObject({ 'x-signature': signature, 'idempotency-key': event.id })
      if (failing) refused.push(event.id)
      else received.push(event)
      response.writeHead(failing ? 500 : 204).end()
    })
  })

  const folder = makeFolder()
  let now = Date.now()
  const lines: unknown[] = []
  function open(): Kith {
    const kith = createKith({
      secret: 'a secret of the tests, of 32 characters or more',
      storage: createSqliteStorage({ path: join(folder, 'app.db') }),
      passwords: cheapPasswords,
      outbox: { events: ['follow.added'] },
      clock: () => new Date(now),
      logger: { warn: (line) => lines.push(line), error: (line) => lines.push(line) },
    })
    onTestFinished(() => kith.close())
    return kith
  }

  const before = open()
  await before.storage.migrate()
  const add = async (username: string): Promise<string> =>
    (await before.accounts.import({ username, passwordHash: null })).id
  const [ada, bob, eve, joe] = [await add('ada'), await add('bob'), await add('eve'), await add('joe')]
  for (const name of ['bob', 'eve', 'joe']) await before.follows.add(before.viewerOf(ada), name)
  await before.follows.add(before.viewerOf(bob), 'ada')

  await deliverFollows(before, { url, secret })
  // The first event of each account; the others wait.
  expect(refused).toHaveLength(2)
  expect(lines.join()).toContain('failed for an event')
  await before.close()

  failing = false
  const after = open()
  await deliverFollows(after, { url, secret })
  expect(received).toEqual([])
  now += 60_000
  await deliverFollows(after, { url, secret })
  const ofAda = received.filter(({ follower }) => follower.username === 'ada')
  expect(ofAda.map(({ followedId }) => followedId)).toEqual([bob, eve, joe])
  expect(received.filter(({ follower }) => follower.username === 'bob')).toMatchObject([{ followedId: ada }])
  expect(received).toHaveLength(4)
  // A repeated event keeps its id.
  expect(received.map(({ id }) => id)).toEqual(expect.arrayContaining(refused))

  now += 60_000
  await deliverFollows(after, { url, secret })
  expect(received).toHaveLength(4)
})
