import { createConsoleMessenger, createHttpMessenger, twilio } from '@kith/core/messages'
import type { Message } from '@kith/core/ports'
import { describe, test } from 'vitest'
import { startGateway } from '../../core/test/gateway-server.ts'
import { accountSid, startTwilio, twilioAnswer } from '../../core/test/twilio-double.ts'
import { type AcceptedMessage, messengerCases, type MessengerHost, runCases } from './index.ts'

const channels: readonly Message['channel'][] = ['email', 'sms']

/** A gateway that takes JSON, and knows a message by the key that comes with it. */
async function httpHost(channel: Message['channel']): Promise<MessengerHost> {
  const accepted: AcceptedMessage[] = []
  const refused = channel === 'email' ? 'gone@example.com' : '+4930999'
  let isDown = false
  const { url } = await startGateway(({ headers, body }, response) => {
    const { to, text } = JSON.parse(body) as { to: string; text: string }
    if (isDown) return response.writeHead(503).end()
    if (to === refused) return response.writeHead(422).end()
    accepted.push({ to, text, key: String(headers['idempotency-key']) })
    response.writeHead(202).end()
  })
  return {
    messenger: createHttpMessenger({ appName: 'Photo Club', url }),
    service: {
      channel,
      accepted: async () => accepted,
      refused,
      setDown: async (value) => void (isDown = value),
    },
  }
}

/** Twilio keeps no key of ours. */
async function twilioHost(): Promise<MessengerHost> {
  const accepted: AcceptedMessage[] = []
  let isDown = false
  const { url } = await startTwilio((request) => {
    if (isDown) return { status: 503, body: { code: 20503 } }
    const answer = twilioAnswer(request)
    const form = new URLSearchParams(request.body)
    if (answer.status === 201)
      accepted.push({ to: form.get('To') ?? '', text: form.get('Body') ?? '', key: null })
    return answer
  })
  const gateway = twilio({ accountSid, authToken: 'token', from: '+15005550006', baseUrl: url })
  return {
    messenger: createHttpMessenger({ appName: 'Photo Club', gateway }),
    service: {
      channel: 'sms',
      accepted: async () => accepted,
      refused: '+49',
      setDown: async (value) => void (isDown = value),
    },
  }
}

/** The console takes everything. */
function consoleHost(channel: Message['channel']): MessengerHost {
  const messenger = createConsoleMessenger({ write: () => {} })
  return {
    messenger,
    service: {
      channel,
      accepted: async () =>
        messenger.messages.map(({ message: { to, id }, rendered }) => ({ to, text: rendered.text, key: id })),
      refused: null,
      setDown: null,
    },
  }
}

describe.each(channels)('%s', (channel) => {
  describe('over HTTP', () => runCases(test, messengerCases, () => httpHost(channel)))
  describe('to the console', () => runCases(test, messengerCases, async () => consoleHost(channel)))
})
describe('by Twilio', () => runCases(test, messengerCases, twilioHost))
