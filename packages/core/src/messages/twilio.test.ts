import { expect, test } from 'vitest'
import { type GatewayServer, startGateway } from '../../test/gateway-server.ts'
import { accountSid, startTwilio } from '../../test/twilio-double.ts'
import { sampleMessage } from '../../../../test/kit-samples.ts'
import { createHttpMessenger } from './http-messenger.ts'
import { MessageRefused } from './messenger.ts'
import { twilio, type TwilioOptions } from './twilio.ts'

const never = new AbortController().signal
const message = sampleMessage('sign-in-code', { channel: 'sms', language: 'es' })

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

test('sends a text message in the format of Twilio', async () => {
  const server = await startTwilio()
  expect(await sendBy(server)).toBeNull()
  expect(Object.fromEntries(new URLSearchParams(server.received[0]?.body))).toEqual({
    To: '+4930123456',
    From: '+15005550006',
    Body: '042137 es tu codigo de acceso a Photo Club. Valido durante 10 minutos. No lo compartas.',
  })
})

test('sends through a messaging service', async () => {
  const server = await startTwilio()
  const from = `MG${'0'.repeat(32)}`
  expect(await sendBy(server, { from })).toBeNull()
  expect(new URLSearchParams(server.received[0]?.body).get('MessagingServiceSid')).toBe(from)
})

test('an API key can sign in instead of the account', async () => {
  const server = await startTwilio(() => ({ status: 201, body: {} }))
  expect(await sendBy(server, { apiKey: 'SK1', authToken: 'ü' })).toBeNull()
  expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('SK1:ü').toString('base64')}`)
})

test('an unreachable number is refused permanently, and the error does not contain the number', async () => {
  const error = await sendBy(await startTwilio(), {}, { ...message, to: '030123456' })
  expect(error).toBeInstanceOf(MessageRefused)
  expect(error?.message).toBe('The gateway refused the message with error 21211: the number is not valid')
})

test.each([21214, 21610, 21614, 21635])('error %i concerns the number', async (code) => {
  const server = await startTwilio(() => ({ status: 400, body: { code, status: 400 } }))
  expect(await sendBy(server)).toBeInstanceOf(MessageRefused)
})

test.each<[string, Partial<TwilioOptions>, number]>([
  ['a wrong token', { authToken: 'wrong' }, 401],
  ['a sender that the account does not have', { from: '+15005550001' }, 400],
])('%s concerns the account, so the message is sent again', async (_name, options, status) => {
  const error = await sendBy(await startTwilio(), options)
  expect(error).not.toBeInstanceOf(MessageRefused)
  expect(error?.message).toBe(`The gateway returned status ${status}`)
})

test('a response that is not JSON is a temporary error', async () => {
  const server = await startGateway((_request, response) => response.writeHead(400).end('<html>'))
  expect(await sendBy(server)).not.toBeInstanceOf(MessageRefused)
})

test.each<Partial<TwilioOptions>>([
  { accountSid: 'AC1' },
  { authToken: '' },
  { from: '' },
  { baseUrl: 'twilio' },
])('rejects invalid options: %j', (options) => {
  expect(() => twilio({ accountSid, authToken: 'token', from: '+1', ...options })).toThrow(TypeError)
})
