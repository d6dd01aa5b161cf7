import { expect, test } from 'vitest'
import { type GatewayServer, type ReceivedRequest, startGateway } from '../../test/gateway-server.ts'
import { sampleMessage } from '../../test/sample-messages.ts'
import { createHttpMessenger } from './http-messenger.ts'
import { MessageRefused } from './messenger.ts'
import { twilio, type TwilioOptions } from './twilio.ts'

const accountSid = `AC${'0123456789abcdef'.repeat(2)}`
const never = new AbortController().signal
const message = sampleMessage('sign-in-code', { channel: 'sms', language: 'es' })

interface TwilioAnswer {
  status: number
  body: unknown
}

/** What Twilio's documentation says of creating a message: where, by whom, in which form, and with which errors. */
function twilioAnswer({ method, path, headers, body }: ReceivedRequest): TwilioAnswer {
  const refuse = (status: number, code: number): TwilioAnswer => ({
    status,
    body: {
      code,
      message: `no, not to ${body}`,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    },
  })
  const basic = `Basic ${Buffer.from(`${accountSid}:token`).toString('base64')}`
  if (headers.authorization !== basic) return refuse(401, 20003)
  if (method !== 'POST' || path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`)
    return refuse(404, 20404)
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return refuse(400, 21604)
  const form = new URLSearchParams(body)
  const to = form.get('To') ?? ''
  if (to === '') return refuse(400, 21604)
  if (!form.has('From') && !form.has('MessagingServiceSid')) return refuse(400, 21603)
  if (!form.get('Body')) return refuse(400, 21602)
  if (form.has('MessagingServiceSid') && !/^MG[0-9a-f]{32}$/.test(form.get('MessagingServiceSid') ?? ''))
    return refuse(400, 21701)
  if (form.get('From') === '+15005550001') return refuse(400, 21212)
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return refuse(400, 21211)
  return { status: 201, body: { sid: `SM${'0'.repeat(32)}`, status: 'queued', to, body: form.get('Body') } }
}

function startTwilio(answerOf = twilioAnswer): Promise<GatewayServer> {
  return startGateway((request, response) => {
    const { status, body } = answerOf(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}

async function sendBy(
  server: GatewayServer,
  options: Partial<TwilioOptions> = {},
  sent = message,
): Promise<Error | null> {
  const gateway = twilio({
    accountSid,
    authToken: 'token',
    from: '+15005550006',
    baseUrl: server.url,
    ...options,
  })
  return createHttpMessenger({ appName: 'Photo Club', gateway })
    .send(sent, never)
    .then(
      () => null,
      (error: unknown) => error as Error,
    )
}

test('sends a text message as Twilio wants it', async () => {
  const server = await startTwilio()
  expect(await sendBy(server)).toBeNull()
  expect(Object.fromEntries(new URLSearchParams(server.received[0]?.body))).toEqual({
    To: '+4930123456',
    From: '+15005550006',
    Body: '042137 es tu codigo de acceso a Photo Club. Valido durante 10 minutos. No lo compartas.',
  })
})

test('sends by a messaging service', async () => {
  const server = await startTwilio()
  const from = `MG${'0'.repeat(32)}`
  expect(await sendBy(server, { from })).toBeNull()
  expect(new URLSearchParams(server.received[0]?.body).get('MessagingServiceSid')).toBe(from)
})

test('a key of the API signs in instead of the account', async () => {
  const server = await startTwilio(() => ({ status: 201, body: {} }))
  expect(await sendBy(server, { apiKey: 'SK1', authToken: 'ü' })).toBeNull()
  expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('SK1:ü').toString('base64')}`)
})

test('a number that cannot be reached is refused for good, and the error tells no number', async () => {
  const error = await sendBy(await startTwilio(), {}, { ...message, to: '030123456' })
  expect(error).toBeInstanceOf(MessageRefused)
  expect(error?.message).toBe('The gateway refused the message with error 21211: the number is not valid')
})

test.each([21214, 21610, 21614, 21635])('error %i is about the number', async (code) => {
  const server = await startTwilio(() => ({ status: 400, body: { code, status: 400 } }))
  expect(await sendBy(server)).toBeInstanceOf(MessageRefused)
})

test.each<[string, Partial<TwilioOptions>, number]>([
  ['a wrong token', { authToken: 'wrong' }, 401],
  ['a sender that the account does not have', { from: '+15005550001' }, 400],
])('%s is about the account, so the message comes again', async (_name, options, status) => {
  const error = await sendBy(await startTwilio(), options)
  expect(error).not.toBeInstanceOf(MessageRefused)
  expect(error?.message).toBe(`The gateway returned status ${status}`)
})

test('an answer that is no JSON is one that passes', async () => {
  const server = await startGateway((_request, response) => response.writeHead(400).end('<html>'))
  expect(await sendBy(server)).not.toBeInstanceOf(MessageRefused)
})

test.each<Partial<TwilioOptions>>([
  { accountSid: 'AC1' },
  { authToken: '' },
  { from: '' },
  { baseUrl: 'twilio' },
])('refuses options that cannot work: %j', (options) => {
  expect(() => twilio({ accountSid, authToken: 'token', from: '+1', ...options })).toThrow(TypeError)
})
