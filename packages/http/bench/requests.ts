/** What a request costs above the services: `node --conditions=@kith/source packages/http/bench/requests.ts`. */
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'

const kith = createKith({
  secret: 'a secret that only a benchmark would use',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
})
const http = createKithHttp(kith)
const { tokens } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
const headers = { cookie: `theme=dark; __Host-kith-access=${tokens.accessToken}` }
const url = 'http://localhost/api/v1/users/me'

async function measure(name: string, call: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 5_000; round++) await call()
  const rounds = 30_000
  const start = performance.now()
  for (let round = 0; round < rounds; round++) await call()
  const micros = ((performance.now() - start) * 1000) / rounds
  console.log(`${name}: ${micros.toFixed(1)} µs`)
}

const request = new Request(url, { headers })
const head = {
  method: 'GET',
  headers: { get: (name: string) => (name === 'cookie' ? headers.cookie : null) },
}
await measure('making a Fetch request and an answer', async () => {
  void new Request(url, { headers })
  return await new Response('{}', { headers: { 'content-type': 'application/json' } }).text()
})
await measure('guard of a host route', () => http.requireViewer(head))
await measure('service alone', async () =>
  kith.accounts.me(await kith.sessions.authenticate(tokens.accessToken)),
)
await measure('GET /users/me', () => http.handle(request))
