import { afterEach, expect, test, vi } from 'vitest'
import { sampleMessage } from '../../../../test/kit-samples.ts'
import { createConsoleMessenger } from './console-messenger.ts'

afterEach(() => vi.unstubAllEnvs())
const { signal } = new AbortController()

test('writes the recipient and the text, and keeps the message', async () => {
  const written: string[] = []
  const messenger = createConsoleMessenger({
    appName: 'Photo Club',
    write: (text) => void written.push(text),
  })
  const message = sampleMessage('sign-in-code')
  await messenger.send(message, signal)
  await messenger.send(sampleMessage('sign-in-code', { channel: 'sms', language: 'de' }), signal)
  expect(written[0]).toMatch(
    /^\[email\] sign-in-code to ada@example\.com\n {2}042137 is your Photo Club sign-in code\n/,
  )
  expect(written[0]).toContain('https://photos.example/sign-in?token=abc')
  expect(written[1]).toContain(
    '[sms] sign-in-code to +4930123456\n  042137 ist Dein Anmeldecode für Photo Club.',
  )
  expect(messenger.messages).toMatchObject([
    { message, rendered: { channel: 'email' } },
    { rendered: { channel: 'sms' } },
  ])
})

test('keeps the last hundred messages', async () => {
  const messenger = createConsoleMessenger({ write: () => {} })
  for (let count = 0; count < 103; count++)
    await messenger.send(sampleMessage('new-device', { id: String(count) }), signal)
  expect(messenger.messages).toHaveLength(100)
  expect([messenger.messages[0]?.message.id, messenger.messages.at(-1)?.message.id]).toEqual(['3', '102'])
})

test('an email address cannot inject terminal escapes', async () => {
  const written: string[] = []
  const messenger = createConsoleMessenger({ write: (text) => void written.push(text) })
  await messenger.send(
    sampleMessage('new-device', { to: 'a\u001B[2J@x.example', content: { device: '\u001B[31mred' } }),
    signal,
  )
  expect(written.join('')).not.toContain('\u001B')
})

test('refuses to start in production, with an alternative', () => {
  vi.stubEnv('NODE_ENV', 'production')
  expect(() => createConsoleMessenger()).toThrow(TypeError)
  expect(() => createConsoleMessenger()).toThrow(
    /createSmtpMessenger of @kith\/mail-smtp.*createHttpMessenger/,
  )
})
