import { createHash, pbkdf2Sync } from 'node:crypto'
import { createKith, isKithError, legacyDigest, legacyPbkdf2 } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/** Measures the CPU time of wrong sign-ins, unaffected by other load: it must not reveal which accounts exist or came from another system. */
const storage = createMemoryStorage()
const options = {
  secret: 'a secret of the benchmark, 32 characters',
  storage,
  limits: { loginByAddress: [], passwordByClient: [], passwordByAccount: [] },
  logger: { warn: () => {}, error: () => {} },
}
const kith = createKith({ ...options, passwords: { legacy: [legacyDigest(), legacyPbkdf2()] } })
const older = createKith({ ...options, passwords: { memoryKiB: 1_024, iterations: 1 } })

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
const salt = Buffer.from('0123456789abcdef')
const derived = pbkdf2Sync('right', salt, 100_000, 32, 'sha256')
const hashes: Record<string, string | null> = {
  md5: createHash('md5').update('right').digest('hex'),
  pbkdf2: `$pbkdf2-sha256$i=100000$${base64(salt)}$${base64(derived)}`,
  passwordless: null,
}
await kith.accounts.register({ username: 'argon2', password: 'correct horse battery' })
await older.accounts.register({ username: 'weak_argon2', password: 'correct horse battery' })
for (const [username, passwordHash] of Object.entries(hashes)) {
  await kith.accounts.import({ username, passwordHash })
}
// A hash whose verifier was removed from the options later.
const { id } = await kith.accounts.import({ username: 'unreadable', passwordHash: null })
await storage.users.replacePassword(id, null, '$sha1$of-another-system$00')

const logins = ['nobody_at_all', 'argon2', 'weak_argon2', ...Object.keys(hashes), 'unreadable']
const times = new Map(logins.map((login) => [login, [] as number[]]))
// In turns, so that other load affects all equally. The first round is not counted.
for (let round = 0; round <= 31; round++) {
  for (const login of logins) {
    const before = process.cpuUsage()
    await kith.sessions.login({ login, password: 'a wrong password' }).catch((error: unknown) => {
      // A refusal without any check would be fast, and the same for all.
      if (!isKithError(error) || error.code !== 'invalid-credentials') throw error
    })
    const { user, system } = process.cpuUsage(before)
    if (round > 0) times.get(login)?.push((user + system) / 1000)
  }
}
const medians = logins.map((login) => ({ login, millis: median(times.get(login) ?? []) }))
console.log('median of 31 wrong sign-ins, in ms of the processor:')
for (const { login, millis } of medians) console.log(`${millis.toFixed(1).padStart(9)}  ${login}`)
/** The first wrong sign-in of a new process on the same storage. */
async function firstOf(login: string): Promise<number> {
  const started = createKith({ ...options, passwords: { legacy: [legacyDigest(), legacyPbkdf2()] } })
  const before = process.cpuUsage()
  await started.sessions.login({ login, password: 'a wrong password' }).catch(() => {})
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const firsts = { nobody_at_all: [] as number[], pbkdf2: [] as number[] }
for (let round = 0; round < 31; round++)
  for (const login of ['nobody_at_all', 'pbkdf2'] as const) firsts[login].push(await firstOf(login))
const [nobody, imported] = [median(firsts.nobody_at_all), median(firsts.pbkdf2)]
console.log(
  `the first after a start: ${nobody.toFixed(1)} ms for nobody, ${imported.toFixed(1)} ms for pbkdf2`,
)
const all = medians.map(({ millis }) => millis)
const spread = Math.max(...all) / Math.min(...all)
console.log(`slowest to fastest: ${spread.toFixed(2)}`)
// The work is the same; the rest is the noise of the machine.
if (spread > 1.35 || imported / nobody > 1.35) process.exitCode = 1

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? 0
}
