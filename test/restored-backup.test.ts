import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type SignIn } from '@kith/core'
import { createRedisRevocations } from '@kith/redis'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import { describeWithRedis } from './servers/describe-servers.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-restored-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Server {
  kith: Kith
  log: string[]
  alarms: string[]
  stop(): Promise<void>
}

/** A process over the database, with the shared denylist. */
function start(path: string, redis: { port: number; prefix: string }): Server {
  const client = new Redis(redis.port)
  const revocations = createRedisRevocations({ client, prefix: redis.prefix })
  const log: string[] = []
  const alarms: string[] = []
  const kith = createKith({
    secret: 'the secret of an app whose backup is restored',
    storage: createSqliteStorage({ path }),
    passwords: cheapPasswords,
    revocations,
    logger: { warn: (line) => void log.push(line), error: (line) => void log.push(line) },
  })
  kith.events.on('session.reuse-detected', ({ sessionId }) => void alarms.push(sessionId))
  return {
    kith,
    log,
    alarms,
    async stop() {
      await kith.storage.close()
      await revocations.close()
      client.disconnect()
    },
  }
}

const login = { login: 'ana', password: 'correct horse' }

/** The tokens that were issued: before and after the backup, used, logged out, and still valid when the database was lost. */
async function live(path: string, redis: { port: number; prefix: string }, backup: string) {
  const { kith, stop } = start(path, redis)
  await kith.storage.migrate()
  const first = await kith.accounts.register({ username: 'ana', password: login.password })
  const [active, loggedOut] = [await kith.sessions.login(login), await kith.sessions.login(login)]
  const stolen = await kith.sessions.refresh(active.tokens.refreshToken)
  const database = new DatabaseSync(path)
  database.prepare('VACUUM INTO ?').run(backup)
  database.close()

  const later = await kith.sessions.refresh(stolen.tokens.refreshToken)
  const latest = await kith.sessions.refresh(later.tokens.refreshToken)
  await kith.sessions.logoutByAccessToken(loggedOut.tokens.accessToken)
  const [since, sinceAndOut] = [await kith.sessions.login(login), await kith.sessions.login(login)]
  await kith.sessions.logoutByAccessToken(sinceAndOut.tokens.accessToken)
  for (const each of [first, latest, since]) await kith.sessions.authenticate(each.tokens.accessToken)
  await stop()
  return { first, stolen, latest, loggedOut, since, sinceAndOut }
}

async function codesOf({ sessions }: Kith, { tokens }: Pick<SignIn, 'tokens'>): Promise<string[]> {
  const code = (error: { code?: string }) => error.code ?? String(error)
  return [
    await sessions.authenticate(tokens.accessToken).then(() => 'let in', code),
    await sessions.refresh(tokens.refreshToken).then(() => 'let in', code),
  ]
}

await describeWithRedis('a restored backup', {}, (redis) => {
  const place = () => ({ port: redis().port, prefix: redis().freshPrefix() })
  const [path, backup] = [join(folder, 'app.db'), join(folder, 'backup.db')]
  const restore = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    copyFileSync(backup, path)
  }

  test('raises no alarm for accounts that were active since, and logs once what to do', async () => {
    rmSync(backup, { force: true })
    const at = place()
    const { latest, stolen, first, loggedOut } = await live(path, at, backup)
    restore()
    const { kith, log, alarms, stop } = start(path, at)
    for (let times = 0; times < 2; times++)
      await expect(kith.sessions.refresh(latest.tokens.refreshToken)).rejects.toMatchObject({
        code: 'session-revoked',
        status: 401,
      })
    expect(alarms).toEqual([])
    expect(log.filter((line) => line.includes('kith restored'))).toHaveLength(1)
    // A copy that was used up before the loss matches the row again, but opens nothing after its owner has refreshed.
    expect((await codesOf(kith, stolen))[1]).toBe('session-revoked')
    await kith.sessions.authenticate(first.tokens.accessToken)
    // The reason for the step: sessions that were logged out since work again.
    expect(await codesOf(kith, loggedOut)).toEqual(['session-revoked', 'let in'])
    await stop()
  })

  // asvs: 7.4.5
  test('restored() ends every session, whether the denylist knows what the backup lacks or is empty as well', async () => {
    for (const denylistIsLost of [false, true]) {
      rmSync(path, { force: true })
      rmSync(backup, { force: true })
      const at = place()
      const given = Object.values(await live(path, at, backup))
      restore()
      const { kith, alarms, stop } = start(path, denylistIsLost ? place() : at)
      expect(await kith.restored()).toEqual({ sessions: 3, codes: 0 })
      for (const each of given)
        expect(await codesOf(kith, each)).toEqual(['session-revoked', 'session-revoked'])
      expect(alarms).toEqual([])
      const fresh = await kith.sessions.login(login)
      expect(await codesOf(kith, fresh)).toEqual(['let in', 'let in'])
      expect(await kith.restored()).toEqual({ sessions: 1, codes: 0 })
      expect(await kith.restored()).toEqual({ sessions: 0, codes: 0 })
      await stop()
    }
  })
})
