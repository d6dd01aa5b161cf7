import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/**
 * One account sends one access token in 20,000 spellings: how many are accepted, how much memory do they use, and is
 * another account's token looked up again because of them?
 */
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const spellings = 20_000
let reads = 0
const storage = createMemoryStorage()
const kith = createKith({
  secret: 'a secret of the bench, of 32 characters or more',
  storage: {
    ...storage,
    sessions: {
      ...storage.sessions,
      byId(id) {
        reads++
        return storage.sessions.byId(id)
      },
    },
  },
})
const [ana, mallory] = await Promise.all(
  ['ana', 'mallory'].map((username) =>
    kith.accounts.register({ username, password: 'correct horse battery' }),
  ),
)
const [anasToken = '', token = ''] = [ana?.tokens.accessToken, mallory?.tokens.accessToken]
await kith.sessions.authenticate(anasToken)

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

const before = heap()
let accepted = 0
for (let index = 0; index < spellings; index++) {
  // Spaces within the signature, in a different place and number for each.
  const at = token.length - 1 - (index % 40)
  const text = token.slice(0, at) + ' '.repeat(1 + Math.floor(index / 40)) + token.slice(at)
  accepted += await kith.sessions.authenticate(text).then(
    () => 1,
    () => 0,
  )
}
const grown = (heap() - before) / 2 ** 20
reads = 0
await kith.sessions.authenticate(anasToken)
console.table({
  spellings,
  accepted,
  'heap (MB)': grown.toFixed(1),
  'reads for the token of somebody else': reads,
})
const held = accepted === 0 && grown < 5 && reads === 0
console.log(held ? 'One token has one spelling.' : 'One token fills the cache.')
process.exitCode = held ? 0 : 1
