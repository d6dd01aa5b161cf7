import type { MongoClient, WithTransactionCallback } from 'mongodb'
import { expect, test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from '../test/audit.ts'
import { failing } from '../test/fail-point.ts'
import { changes } from '../test/scenarios.ts'
import { troubled, useTwoClients } from '../test/two-clients.ts'

// The server that most run it on takes its time.
vi.setConfig({ testTimeout: 120_000 })

/** What a commit is told that was not carried out, and never will be. */
const undone = { errorCode: 251, errorLabels: ['TransientTransactionError'] }

/** Changes that only one call can make, and what another one is told. */
const late: Readonly<Record<string, unknown>> = {
  'add an edge': { added: false, count: 1 },
  'remove an edge': { removed: false, count: 1 },
  'create a post with two uploads': {
    outcome: 'media-unavailable',
    ids: [expect.any(String), expect.any(String)],
  },
  'remove a post': false,
  'replace an avatar': false,
}

/** Does something once, before the second attempt of the next transaction of a client. */
function betweenAttempts(client: MongoClient, work: () => Promise<void>): void {
  const startSession = client.startSession.bind(client)
  vi.spyOn(client, 'startSession').mockImplementationOnce((...options) => {
    const session = startSession(...options)
    const withTransaction = session.withTransaction.bind(session)
    let attempts = 0
    session.withTransaction = <Result>(attempt: WithTransactionCallback<Result>, ...rest: object[]) =>
      withTransaction<Result>(
        async (own) => {
          if (++attempts === 2) {
            // With the first command of this attempt the server undoes the one before.
            await client.db('kith_nothing').collection('nothing').findOne({}, { session: own })
            await work()
          }
          return attempt(own)
        },
        ...rest,
      )
    return session
  })
}

const options = { topology: 'replica-set', testCommands: true } as const
await describeWithMongo('on a replica set, a change whose commit failed', options, (mongo) => {
  const { client, database, storage } = useTwoClients(mongo)

  test.each(Object.keys(late))(
    '%s: is not claimed where another call has made it before the next attempt',
    async (name) => {
      const [trying, calm] = [storage('troubled'), storage('calm')]
      await trying.users.byId('nobody')
      const change = await changes[name]?.(calm)
      if (!change) throw new Error(`there is no change "${name}"`)
      const { act, answer, check } = change
      let other: unknown
      betweenAttempts(client('troubled'), async () => void (other = await act(calm)))
      const failure = { ...undone, appName: troubled, failCommands: ['commitTransaction'], times: 1 }
      const own = await failing(client('calm'), failure, () => act(trying))
      expect({ other, own }).toEqual({ other: answer, own: late[name] })
      await check(calm)
      expect(await audit(database())).toEqual([])
    },
  )
})
