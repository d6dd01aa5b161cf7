import type { CommandStartedEvent } from 'mongodb'
import { expect, test, vi } from 'vitest'
import { later, sampleSession, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { audit } from '../test/audit.ts'
import { type Failure, failing } from '../test/fail-point.ts'
import { changes } from '../test/scenarios.ts'
import { troubled, useTwoClients } from '../test/two-clients.ts'

// The server that most machines run it on is slow.
vi.setConfig({ testTimeout: 240_000 })

type Mishap = Omit<Failure, 'appName' | 'failCommands'>

/** The failures of a command that is not carried out. */
const mishaps: Readonly<Record<string, Mishap>> = {
  'a write conflict': { errorCode: 112 },
  'a primary that steps down': { errorCode: 189 },
  'a server that is no primary': { errorCode: 10107 },
  'a closed connection': { closeConnection: true },
}

/** The failures of a command that is carried out, which the client cannot know. */
const unknown = (label: string): Mishap => ({
  writeConcernError: { code: 91, errmsg: 'shutting down', errorLabels: [label] },
})

/** Changes that the driver repeats, command by command. */
const withoutTransaction: ReadonlySet<string> = new Set(['end all sessions'])

const options = { topology: 'replica-set', testCommands: true } as const
await describeWithMongo('on a replica set, a command that fails once', options, (mongo) => {
  const { client, database, storage } = useTwoClients(mongo)

  /** Makes the first of these commands fail that the troubled client sends. */
  const once = <Answer>(command: string, mishap: Mishap, work: () => Promise<Answer>) =>
    failing(client('calm'), { ...mishap, appName: troubled, failCommands: [command], times: 1 }, work)

  /** The kinds of commands in a change, without those that only roll back. */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const names = new Set<string>()
    const note = ({ commandName }: CommandStartedEvent) => void names.add(commandName)
    client('troubled').on('commandStarted', note)
    await work()
    client('troubled').off('commandStarted', note)
    return [...names].filter((name) => name !== 'abortTransaction')
  }

  test.each(Object.keys(changes))('%s: it is made once, with a normal result', async (name) => {
    const [trying, calm] = [storage('troubled'), storage('calm')]
    const prepare = async () => {
      const change = await changes[name]?.(calm)
      if (!change) throw new Error(`there is no change "${name}"`)
      return change
    }
    await trying.users.byId('nobody')
    const change = await prepare()
    const commands = await commandsOf(() => change.act(trying))
    const isTransaction = !withoutTransaction.has(name)
    expect(commands.includes('commitTransaction')).toBe(isTransaction)

    // Outside of a transaction no server responds with a write conflict: it repeats the write itself.
    const all = isTransaction ? Object.values(mishaps) : Object.values(mishaps).slice(1)
    const trials = commands.flatMap((command, index): [string, Mishap][] => {
      if (command !== 'commitTransaction') return [[command, all[index % all.length] ?? {}]]
      return [...all, unknown('UnknownTransactionCommitResult')].map((mishap) => [command, mishap])
    })
    for (const [command, mishap] of trials) {
      const { act, answer, check } = await prepare()
      expect(await once(command, mishap, () => act(trying)), `${command} ${JSON.stringify(mishap)}`).toEqual(
        answer,
      )
      await check(calm)
    }
    expect(await audit(database())).toEqual([])
  })

  const retried: [string, Mishap][] = [
    ['a closed connection', { closeConnection: true }],
    ['a primary that steps down', { errorCode: 189 }],
    ['an answer that is lost', unknown('RetryableWriteError')],
  ]
  test.each(retried)('a change of one document after %s is made once', async (_, mishap) => {
    const { users, sessions } = storage('troubled')
    const [user, session] = [sampleUser(), sampleSession()]
    expect(await once('insert', mishap, () => users.create(user))).toEqual({ outcome: 'created' })
    expect(await users.byId(user.id)).toEqual(user)
    const replace = () => users.replacePassword(user.id, user.passwordHash, 'next')
    expect(await once('findAndModify', mishap, replace)).toEqual({ endedEpoch: user.sessionEpoch })
    await sessions.open(session, 1_000)
    const step = {
      id: session.id,
      generation: 0,
      boundKey: null,
      now: later(1),
      expiresAt: later(9),
      address: null,
      userAgent: null,
    }
    const rotated = { ...session, generation: 1, rotatedAt: later(1), expiresAt: later(9) }
    expect(await once('findAndModify', mishap, () => sessions.rotate(step))).toEqual({
      rotated: true,
      session: rotated,
    })
    expect(await sessions.byId(session.id)).toEqual(rotated)
    const bind = () => sessions.bind({ ...session, key: 'key', now: later(1) })
    expect(await once('update', mishap, bind)).toBe(true)
    expect(await once('update', mishap, () => sessions.revoke(session, later(2)))).toBe(true)
  })
})
