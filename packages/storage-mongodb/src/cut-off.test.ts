import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from '../test/audit.ts'
import { failing } from '../test/fail-point.ts'
import { changes } from '../test/scenarios.ts'
import { troubled, useTwoClients } from '../test/two-clients.ts'

// The server that most run it on takes its time.
vi.setConfig({ testTimeout: 240_000 })

/** A draft is given up when the call that made it is over. */
const timeoutMillis = 1_500

const options = { topology: 'standalone', testCommands: true } as const
await describeWithMongo(
  'on a standalone, a process that dies after any of its commands',
  options,
  (mongo) => {
    const { client, database, storage } = useTwoClients(mongo)

    /** Lets the first commands of a change pass and no other. Answers whether the change needed more. */
    function cutOff(work: () => Promise<unknown>, survived: number): Promise<boolean> {
      const failure = { appName: troubled, errorCode: 96, skip: survived }
      return failing(client('calm'), failure, () =>
        work().then(
          () => false,
          () => true,
        ),
      )
    }

    test.each(Object.keys(changes))('%s: it is finished or undone, and can be made again', async (name) => {
      const [dying, living] = [storage('troubled', timeoutMillis), storage('calm')]
      async function demandOrder(): Promise<void> {
        if (name.startsWith('create')) await wait(timeoutMillis)
        await living.recover()
        expect(await audit(database())).toEqual([])
      }
      // It has looked at the schema, so that its next commands are those of the change.
      await dying.users.byId('nobody')
      let survived = 0
      for (let isCut = true; isCut; survived++) {
        const change = await changes[name]?.(living)
        if (!change) throw new Error(`there is no change "${name}"`)
        isCut = await cutOff(() => change.act(dying), survived)
        // Half of the time it is others who meet what was left.
        if (survived % 2) await demandOrder()
        // By then the id of a post may be in use: it is that of the post itself.
        await change.act(living).catch((error: unknown) => expect(String(error)).toContain('id of the post'))
        await change.check(living)
      }
      expect(survived, 'it takes several commands').toBeGreaterThan(2)
      await demandOrder()
    })
  },
)
