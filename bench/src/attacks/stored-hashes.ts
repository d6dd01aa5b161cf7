import { createKith, isKithError, legacyBcrypt, legacyPbkdf2, legacyScrypt } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import bcrypt from 'bcryptjs'

/**
 * T13: what a wrong sign-in costs for the most expensive hash of each form that `accounts.import` accepts, in seconds of CPU
 * time, and whether hashes that used to cost seconds are refused.
 */
const salt = 'A'.repeat(22)
const digest = 'A'.repeat(43)
const accepted = {
  'argon2id, 128 MiB, 2 passes': `$argon2id$v=19$m=131072,t=2,p=1$${salt}$${digest}`,
  'scrypt, N 2^17, r 8': `$scrypt$ln=17,r=8,p=1$${salt}$${digest}`,
  'PBKDF2-SHA-512, 650,000': `$pbkdf2-sha512$i=650000$${salt}$${'A'.repeat(86)}`,
  'PBKDF2-SHA-256, 1,300,000': `$pbkdf2-sha256$i=1300000$${salt}$${digest}`,
  'bcrypt, 12, by bcryptjs': `$2b$12$${'A'.repeat(53)}`,
}
const refused = {
  'argon2id, 1 GiB, 10 passes': `$argon2id$v=19$m=1048576,t=10,p=16$${salt}$${digest}`,
  'scrypt, N 2^17, r 16, p 10': `$scrypt$ln=17,r=16,p=10$${salt}$${digest}`,
  'PBKDF2-SHA-512, 2 million × 129 bytes': `$pbkdf2-sha512$i=2000000$${salt}$${'A'.repeat(172)}`,
  'bcrypt, 13': `$2b$13$${'A'.repeat(53)}`,
}

/** Each on a separate Kith, because a wrong password also pays for every other imported form. */
function open() {
  return createKith({
    secret: 'a secret of the benchmark, 32 characters',
    storage: createMemoryStorage(),
    passwords: { legacy: [legacyBcrypt(bcrypt.compare), legacyScrypt(), legacyPbkdf2()] },
    limits: { loginByAddress: [], passwordByClient: [], passwordByAccount: [] },
    logger: { warn: () => {}, error: () => {} },
  })
}

let broken = 0
for (const [name, passwordHash] of Object.entries(accepted)) {
  const kith = open()
  await kith.accounts.import({ username: 'ana', passwordHash })
  const seconds: number[] = []
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    await kith.sessions.login({ login: 'ana', password: 'a wrong password' }).catch(() => {})
    const { user, system } = process.cpuUsage(before)
    seconds.push((user + system) / 1e6)
  }
  const median = seconds.sort((one, other) => one - other)[2] ?? Infinity
  console.log(`${median.toFixed(2)} s  ${name}`)
  if (median > 0.5) broken++
}
for (const [name, passwordHash] of Object.entries(refused)) {
  const code = await open()
    .accounts.import({ username: 'ana', passwordHash })
    .then(
      () => 'accepted',
      (error: unknown) => (isKithError(error) ? error.code : String(error)),
    )
  console.log(`${code}  ${name}`)
  if (code !== 'invalid-input') broken++
}
if (broken > 0) process.exitCode = 1
