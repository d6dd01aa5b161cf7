import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPwnedPasswords } from '@kith/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { breachedPasswordsCases, runCases } from './index.ts'

const sha1Of = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase()
const seen = new Map([
  ['password', 10_434_004],
  ['123456', 42_542_807],
])

const padding = Array.from({ length: 800 }, (_, index) => `${sha1Of(`padding ${index}`).slice(5)}:0`)

/** A range as the documents of Pwned Passwords describe it: CRLF, upper-case endings, and padding with the count 0. */
function rangeOf(prefix: string): string {
  const known = [...seen].flatMap(([password, count]) => {
    const sha1 = sha1Of(password)
    return sha1.startsWith(prefix) ? [`${sha1.slice(5)}:${count}`] : []
  })
  return [...padding.slice(0, 400), ...known, ...padding.slice(400)].join('\r\n')
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
let answer: Answer | null = null
const requests: string[] = []
let server: Server
let rangeUrl = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (answer) return answer(request, response)
    const [, prefix] = /^\/range\/([0-9A-F]{5})$/.exec(request.url ?? '') ?? []
    if (prefix === undefined || request.headers['add-padding'] !== 'true' || !request.headers['user-agent']) {
      return void response.writeHead(400).end('The hash prefix was not in a valid format')
    }
    response.writeHead(200, { 'content-type': 'text/plain' }).end(rangeOf(prefix))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  rangeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Longer than any machine takes, where the time is not what is tested. */
const patience = 60_000
const ask = (password: string, timeoutMillis: number = patience): Promise<number> =>
  createPwnedPasswords({ rangeUrl, timeoutMillis }).timesSeen(sha1Of(password), new AbortController().signal)

async function answering<Result>(given: Answer, work: () => Promise<Result>): Promise<Result> {
  answer = given
  try {
    return await work()
  } finally {
    answer = null
  }
}

runCases(test, breachedPasswordsCases, async () =>
  createPwnedPasswords({ rangeUrl, timeoutMillis: patience }),
)

test('five digits leave the process, and no more', async () => {
  requests.length = 0
  expect(await ask('password')).toBe(10_434_004)
  expect(requests).toEqual([`/range/${sha1Of('password').slice(0, 5)}`])
})

test('padding is not a breach, whatever it ends with', async () => {
  const padded: Answer = (_request, response) =>
    void response.end(`${sha1Of('correct horse').slice(5)}:0\r\n${sha1Of('other').slice(5)}:7`)
  expect(await answering(padded, () => ask('correct horse'))).toBe(0)
})

const unseen = sha1Of('padding 0').slice(5)

test.each<[string, string, number]>([
  ['one line without an end', `${unseen}:12`, 0],
  ['lines that end as on Unix', `${unseen}:12\n${sha1Of('password').slice(5)}:7\n`, 7],
  ['as large as it may be', `${unseen}:1`.padEnd(500_000), 0],
])('a range may be %s', async (_name, range, count) => {
  const given: Answer = (_request, response) => void response.end(range)
  expect(await answering(given, () => ask('password'))).toBe(count)
})

test.each([503, 204])('status %d is an error that names it, whatever comes with it', async (status) => {
  const given: Answer = (_request, response) =>
    void response.writeHead(status).end(status === 204 ? '' : rangeOf(sha1Of('password').slice(0, 5)))
  await expect(answering(given, () => ask('password'))).rejects.toThrow(String(status))
})

test.each<[string, Answer]>([
  ['a page that quotes a range', (_request, response) => void response.end(`<pre>${unseen}:1`)],
  ['a redirect', (_request, response) => void response.writeHead(302, { location: '/range/00000' }).end()],
  ['a page of a proxy', (_request, response) => void response.end('<html>Sign in to the network</html>')],
  ['nothing', (_request, response) => void response.end()],
  [
    'a range without an end',
    (_request, response) => void response.end(`${'A'.repeat(35)}:1\r\n`.repeat(20_000)),
  ],
  ['no answer at all', () => {}],
  ['half an answer', (_request, response) => void response.write('A')],
  ['a closed connection', (request) => void request.socket.destroy()],
])('%s is an error, not a good password', async (_name, given) => {
  await expect(answering(given, () => ask('password', 300))).rejects.toThrow()
})

test('an address that is none is refused when it is made', () => {
  expect(() => createPwnedPasswords({ rangeUrl: 'range/' })).toThrow(TypeError)
})
