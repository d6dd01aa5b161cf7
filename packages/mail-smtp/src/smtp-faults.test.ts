import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sampleMessage } from '../../../test/kit-samples.ts'
import {
  type Certificate,
  makeCertificate,
  startMailServer,
  startRawServer,
  user,
} from '../test/mail-server.ts'
import { createSmtpMessenger, type SmtpMessenger, type SmtpMessengerOptions } from './smtp-messenger.ts'
import { opensslMissing } from '../../../test/servers/openssl.ts'

const never = new AbortController().signal
let certificate: Certificate

describe.skipIf(opensslMissing)('faults of a mail server (needs openssl)', () => {
  beforeAll(() => void (certificate = makeCertificate()))

  interface Place {
    port: number
    /** The query string of the URL. */
    query?: string
    password?: string
  }

  function messengerFor(
    { port, query = '', password = user.password }: Place,
    options: Partial<SmtpMessengerOptions> = {},
  ): SmtpMessenger {
    const url = `smtp://${user.name}:${encodeURIComponent(password)}@localhost:${port}${query}`
    const from = 'Photo Club <hello@photos.example>'
    const messenger = createSmtpMessenger({
      url,
      from,
      tls: { ca: certificate.cert },
      timeout: '1s',
      ...options,
    })
    onTestFinished(() => messenger.close())
    return messenger
  }

  function failureOf(messenger: SmtpMessenger, to = 'ada@example.com', signal = never): Promise<Error> {
    return messenger.send(sampleMessage('sign-in-code', { to }), signal).then(
      () => new Error('it was sent'),
      (error: unknown) => error as Error,
    )
  }

  test.each([
    ['gone', '550 5.1.1, to RCPT TO'],
    ['spam', '554 5.7.1, to DATA'],
  ])('a permanent refusal by the server is not sent again: %s@', async (local, status) => {
    const error = await failureOf(messengerFor(await startMailServer(certificate)), `${local}@example.com`)
    expect(error.name).toBe('MessageRefused')
    // The server's message repeats the email address.
    expect(error.message).toBe(`The mail server refused the message permanently (${status})`)
    expect(error.cause).toBeUndefined()
  })

  test.each([
    ['busy', '451 4.3.0, to RCPT TO'],
    ['full', '452 4.2.2, to DATA'],
    ['unauthenticated', '530 5.7.0, to RCPT TO'],
    ['disordered', '503 5.5.1, to RCPT TO'],
  ])('a temporary refusal is sent again: %s@', async (local, status) => {
    const messenger = messengerFor(await startMailServer(certificate))
    const error = await failureOf(messenger, `${local}@example.com`)
    expect(error.name).toBe('Error')
    expect(error.message).toBe(`The mail server did not accept the message now (${status}).`)
    // The connection serves the next message.
    await messenger.send(sampleMessage('new-device'), never)
  })

  test('a wrong password concerns the account: the message is sent again, and the password is not revealed', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor({ ...server, password: 'hunter2' })
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server does not accept the user or the password \(535/)
    const advice = await messenger.check()
    expect(advice).toMatch(/^The mail server does not accept the user or the password.*Messages wait/)
    expect(`${error.stack}${advice}`).not.toContain('hunter2')
  })

  test('a sender that the server does not allow concerns the account', async () => {
    const onMailFrom = (_address: unknown, _session: unknown, done: (error?: Error) => void): void =>
      done(Object.assign(new Error('5.7.60 not yours'), { responseCode: 550 }))
    const error = await failureOf(messengerFor(await startMailServer({ ...certificate, onMailFrom })))
    expect(error.name).toBe('Error')
    expect(error.message).toBe('The mail server did not accept the message now (550 5.7.60, to MAIL FROM).')
  })

  test('without STARTTLS nothing is sent, not even the password, unless the URL allows it', async () => {
    const plain = await startMailServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    })
    const error = await failureOf(messengerFor(plain))
    expect(error.message).toMatch(/TLS/)
    expect(plain.received).toEqual([])
    for (const query of ['?requireTLS=false', '?ignoreTLS=true'])
      await messengerFor({ ...plain, query }).send(sampleMessage('new-device'), never)
    expect(plain.received.map(({ secure }) => secure)).toEqual([false, false])
  })

  test('an untrusted certificate is refused', async () => {
    const server = await startMailServer(certificate)
    const error = await failureOf(messengerFor(server, { tls: undefined }))
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/certificate|TLS/)
    expect(server.received).toEqual([])
  })

  test('gives up after the timeout if the server accepts the connection and does not respond', async () => {
    const silent = await startRawServer(() => {})
    const begun = performance.now()
    const error = await failureOf(messengerFor(silent))
    expect(error.message).toBe('The mail server does not respond in time.')
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  test('gives up after the timeout if the greeting never ends', async () => {
    const endless = await startRawServer((socket) => {
      const timer = setInterval(() => socket.write('220-hello\r\n'), 100)
      socket.on('close', () => clearInterval(timer))
    })
    const begun = performance.now()
    expect((await failureOf(messengerFor(endless))).message).toBe('The mail server does not respond in time.')
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  test('gives up after the timeout if the server hangs in the middle of a message, and sends the next one', async () => {
    const server = await startMailServer(certificate)
    server.onData = () => new Promise(() => {})
    const messenger = messengerFor(server)
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toBe('The mail server does not respond in time.')
    server.onData = () => Promise.resolve()
    await messenger.send(sampleMessage('new-device'), never)
    expect(server.received).toHaveLength(1)
  })

  test('a server that dies in the middle of a message is a temporary error', async () => {
    const dying = await startRawServer((socket) => {
      socket.write('220 mail\r\n')
      let inData = false
      socket.on('data', (data) => {
        if (inData) return void socket.destroy()
        inData = data.toString().startsWith('DATA')
        socket.write(inData ? '354 go on\r\n' : '250 ok\r\n')
      })
    })
    const error = await failureOf(messengerFor({ ...dying, query: '?requireTLS=false' }))
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server cannot be reached, or ended the connection/)
  })

  test('an unreachable server is a temporary error, and gets the message once it is back', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    await messenger.send(sampleMessage('new-device'), never)
    await server.close()
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server cannot be reached, or ended the connection/)
    const back = await startMailServer(certificate, server.port)
    await messenger.send(sampleMessage('new-device'), never)
    expect(back.received).toHaveLength(1)
  })

  test('an expired message is abandoned: before it is sent, while it waits for its turn, and while the server hangs', async () => {
    const server = await startMailServer(certificate)
    server.onData = () => new Promise(() => {})
    const messenger = messengerFor(server, { maxConnections: 1, timeout: '30s' })
    const [hanging, waiting] = [new AbortController(), new AbortController()]
    const first = failureOf(messenger, 'first@example.com', hanging.signal)
    await expect.poll(() => server.connections.now).toBe(1)
    const second = failureOf(messenger, 'second@example.com', waiting.signal)
    await setTimeout(100)
    waiting.abort(new Error('second is over'))
    expect((await second).message).toBe('second is over')
    hanging.abort(new Error('first is over'))
    expect((await first).message).toBe('first is over')
    expect(
      (await failureOf(messenger, 'third@example.com', AbortSignal.abort(new Error('third is over'))))
        .message,
    ).toBe('third is over')
    // Its connection is closed, and the next message gets another one.
    server.onData = () => Promise.resolve()
    await messenger.send(sampleMessage('new-device'), never)
    expect(server.received.map(({ to }) => to[0])).toEqual(['ada@example.com'])
  })

  test('a check signs in, reports nothing if all is well, and runs only every half minute', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    expect(await messenger.check()).toBeNull()
    expect(await messenger.check()).toBeNull()
    expect(server.connections.all).toBe(1)
    expect(server.received).toEqual([])
  })

  test('a check of a silent server responds before a readiness check gives up', async () => {
    const silent = await startRawServer(() => {})
    const begun = performance.now()
    const advice = await messengerFor(silent, { timeout: '30s' }).check()
    expect(advice).toBe('The mail server does not respond in time. Messages wait and are retried.')
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  test('a check of an unreachable server names no host', async () => {
    const server = await startMailServer(certificate)
    await server.close()
    const advice = await messengerFor(server).check()
    expect(advice).toMatch(/^The mail server cannot be reached/)
    expect(advice).not.toMatch(/localhost|127\.0\.0\.1|\d{5}/)
  })
})
