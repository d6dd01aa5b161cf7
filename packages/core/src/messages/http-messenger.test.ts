import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type GatewayServer, startGateway } from '../../test/gateway-server.ts'
import { sampleMessage } from '../../../../test/kit-samples.ts'
import { createHttpMessenger, type HttpMessengerOptions } from './http-messenger.ts'
import { MessageRefused } from './messenger.ts'
import { verifySignature } from './signature.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const never = new AbortController().signal
const message = sampleMessage('sign-in-code', { channel: 'sms', language: 'de' })

/** A gateway that responds with one status. */
function startAnswering(status: number, headers: Record<string, string> = {}): Promise<GatewayServer> {
  return startGateway((_request, response) => response.writeHead(status, headers).end('{"to":"+4930123456"}'))
}

test('sends a text message as JSON, with its id as the key and a signature that verifySignature accepts', async () => {
  const gateway = await startAnswering(202)
  const headers = { authorization: 'Bearer key' }
  await createHttpMessenger({ appName: 'Photo Club', url: `${gateway.url}/sms`, secret, headers }).send(
    message,
    never,
  )
  const [request] = gateway.received
  expect(request).toMatchObject({
    method: 'POST',
    path: '/sms',
    headers: { 'content-type': 'application/json', 'idempotency-key': message.id, ...headers },
  })
  expect(JSON.parse(request?.body ?? '')).toEqual({
    id: message.id,
    channel: 'sms',
    to: '+4930123456',
    text: '042137 ist Dein Anmeldecode für Photo Club. Er gilt 10 Minuten. Gib ihn nicht weiter.',
    kind: 'sign-in-code',
    language: 'de',
  })
  expect(verifySignature(request!, { secret })).toBe(true)
  expect(verifySignature({ ...request!, body: `${request?.body} ` }, { secret })).toBe(false)
})

test('sends an email with its subject and HTML', async () => {
  const gateway = await startAnswering(200)
  await createHttpMessenger({ appName: 'Photo Club', url: gateway.url }).send(
    sampleMessage('new-device'),
    never,
  )
  expect(JSON.parse(gateway.received[0]?.body ?? '')).toMatchObject({
    channel: 'email',
    subject: 'New sign-in to your Photo Club account',
    html: expect.stringContaining('<!doctype html>') as string,
  })
  expect(gateway.received[0]?.headers).not.toHaveProperty('webhook-signature')
})

async function failure(options: Partial<HttpMessengerOptions>, signal = never): Promise<Error> {
  const messenger = createHttpMessenger({ appName: 'Photo Club', ...options })
  return messenger.send(message, signal).then(
    () => new Error('it was sent'),
    (error: unknown) => error as Error,
  )
}

test.each([400, 410, 413, 422])('status %i rejects the message permanently', async (status) => {
  const error = await failure({ url: (await startAnswering(status)).url })
  expect(error).toBeInstanceOf(MessageRefused)
  expect(error.message).toBe(`The gateway refused the message with status ${status}`)
})

test.each([401, 403, 404, 408, 409, 425, 429, 500, 503])(
  'after status %i the message is sent again',
  async (status) => {
    const error = await failure({ url: (await startAnswering(status)).url })
    expect(error).not.toBeInstanceOf(MessageRefused)
    expect(error.message).toBe(`The gateway returned status ${status}`)
  },
)

test('follows no redirect, which would send the message to another host', async () => {
  const elsewhere = await startAnswering(200)
  const gateway = await startAnswering(307, { location: elsewhere.url })
  const error = await failure({ url: gateway.url })
  expect(error).not.toBeInstanceOf(MessageRefused)
  expect(error.message).toMatch(/^The gateway redirects/)
  expect(elsewhere.received).toEqual([])
})

test('gives up after the timeout if the gateway does not respond, and the message is sent again', async () => {
  const gateway = await startGateway(() => {})
  const begun = performance.now()
  const error = await failure({ url: gateway.url, timeout: '1s' })
  expect(error.name).toBe('TimeoutError')
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('gives up after the timeout if the response never ends', async () => {
  const gateway = await startGateway((_request, response) => {
    response.writeHead(400)
    const timer = setInterval(() => response.write('x'), 50)
    response.on('close', () => clearInterval(timer))
  })
  expect((await failure({ url: gateway.url, timeout: '1s' })).name).toBe('TimeoutError')
})

test('reads only the beginning of a huge response', async () => {
  let written = 0
  const gateway = await startGateway((_request, response) => {
    response.writeHead(400)
    const more = (): void => {
      while (!response.destroyed && written < 1e9) {
        written += 65_536
        if (!response.write('x'.repeat(65_536))) return void response.once('drain', more)
      }
    }
    more()
  })
  expect(await failure({ url: gateway.url })).toBeInstanceOf(MessageRefused)
  expect(written).toBeLessThan(50e6)
})

test('does not send a message that has expired', async () => {
  const gateway = await startGateway(() => {})
  const over = new AbortController()
  const failed = failure({ url: gateway.url }, over.signal)
  await expect.poll(() => gateway.received.length).toBe(1)
  over.abort(new Error('too late'))
  expect((await failed).message).toBe('too late')
  expect((await failure({ url: gateway.url }, over.signal)).message).toBe('too late')
  expect(gateway.received).toHaveLength(1)
})

test('an unreachable gateway is a temporary error', async () => {
  const error = await failure({ url: 'http://127.0.0.1:9' })
  expect(error).not.toBeInstanceOf(MessageRefused)
})

test.each<[Record<string, unknown>, string]>([
  [{}, 'url: give `url` or `gateway`'],
  [{ url: 'ftp://x' }, 'url: give an absolute URL'],
  [{ url: 'https://x.example', secret: 'hunter2' }, 'secret: give `whsec_`'],
  [{ url: 'https://x.example', timeout: 'soon' }, 'timeout: give whole seconds'],
  [{ url: 'https://x.example', secrets: 'x' }, 'secrets: no option has this name'],
  [{ url: 'https://x.example', texts: { de: { 'sign-in': {} } } }, 'texts: give texts by language and kind'],
  [{ url: 'https://x.example', language: 'klingon!' }, 'language: give a language tag'],
  [{ url: 'https://x.example', origin: 'photos.example' }, 'origin: give an origin'],
  [{ url: 'https://x.example', appName: '' }, 'appName: give at least 1 character'],
])('rejects invalid options: %j', (options, advice) => {
  const make = (): unknown => createHttpMessenger({ appName: 'Photo Club', ...options })
  expect(make).toThrow(TypeError)
  expect(make).toThrow(`createHttpMessenger: ${advice}`)
})
