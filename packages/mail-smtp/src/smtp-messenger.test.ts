import { createTransport } from 'nodemailer'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sampleMessage } from '../../../test/kit-samples.ts'
import { type Certificate, makeCertificate, startMailServer, user } from '../test/mail-server.ts'
import { createSmtpMessenger, type SmtpMessenger, type SmtpMessengerOptions } from './smtp-messenger.ts'
import { opensslMissing } from '../../../test/servers/openssl.ts'

const never = new AbortController().signal
const from = 'Photo Club <hello@photos.example>'
let certificate: Certificate

describe.skipIf(opensslMissing)('a mail server (needs openssl)', () => {
  beforeAll(() => void (certificate = makeCertificate()))

  interface Port {
    port: number
  }

  /** A messenger for a test server, with TLS and a sign-in, unless the options differ. */
  function messengerFor({ port }: Port, options: Partial<SmtpMessengerOptions> = {}): SmtpMessenger {
    const { name, password } = user
    const url = `smtp://${name}:${encodeURIComponent(password)}@localhost:${port}`
    const messenger = createSmtpMessenger({ url, from, tls: { ca: certificate.cert }, ...options })
    onTestFinished(() => messenger.close())
    return messenger
  }

  test('sends with STARTTLS and a sign-in: an email as HTML and as text, marked as automatic', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server, { replyTo: 'help@photos.example' })
    await messenger.send(sampleMessage('sign-in-code'), never)
    const [received] = server.received
    expect(received).toMatchObject({
      secure: true,
      user: 'kith',
      from: 'hello@photos.example',
      to: ['ada@example.com'],
      mail: {
        subject: '042137 is your Photo Club sign-in code',
        messageId: '<0198c0de-0000-7000-8000-000000000001@photos.example>',
        from: { value: [{ name: 'Photo Club', address: 'hello@photos.example' }] },
        to: { value: [{ name: '', address: 'ada@example.com' }] },
        replyTo: { value: [{ address: 'help@photos.example' }] },
        attachments: [],
      },
    })
    expect(received?.mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(received?.mail.headers.get('content-language')).toBe('en')
    expect(received?.mail.text).toContain('\n042137\n')
    expect(received?.mail.html).toContain('href="https://photos.example/sign-in?token=abc"')
  })

  test('characters of every script arrive unchanged, in the subject, the names and the text', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server, { from: '"Fotó & Königs 写真" <hello@photos.example>' })
    const device = 'Édouards 📱 手机'
    await messenger.send(sampleMessage('new-device', { language: 'es', content: { device } }), never)
    const [received] = server.received
    expect(received?.raw.split('\r\n\r\n')[0]).toMatch(/^[\x20-\x7E\r\n]+$/)
    expect(received?.mail.subject).toBe('Nuevo inicio de sesión en tu cuenta de Fotó & Königs 写真')
    expect(received?.mail.from?.value[0]?.name).toBe('Fotó & Königs 写真')
    expect(received?.mail.text).toContain(`Dispositivo: ${device}`)
    expect(received?.mail.html).toContain(device)
  })

  test('a repeated message has the same Message-ID', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    for (let time = 0; time < 2; time++) await messenger.send(sampleMessage('new-device'), never)
    const ids = server.received.map(({ mail }) => mail.messageId)
    expect(ids).toEqual([ids[0], ids[0]])
  })

  test('international email addresses arrive, and the domain of the Message-ID is ASCII', async () => {
    const server = await startMailServer(certificate)
    await messengerFor(server, { from: 'post@fotoklub-köln.example' }).send(
      sampleMessage('new-device', { to: 'jürgen@bücher.example' }),
      never,
    )
    expect(server.received[0]?.to[0]?.normalize()).toMatch(/^jürgen@(bücher|xn--bcher-kva)\.example$/)
    expect(server.received[0]?.mail.messageId).toMatch(/@xn--fotoklub-kln-ejb\.example>$/)
  })

  test('twenty concurrent messages share the connections of the pool', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server, { maxConnections: 3 })
    const ids = Array.from({ length: 20 }, (_, index) => `m${index}`)
    await Promise.all(ids.map((id) => messenger.send(sampleMessage('new-device', { id }), never)))
    const arrived = server.received.map(({ mail }) => mail.messageId)
    expect(arrived.toSorted()).toEqual(ids.map((id) => `<${id}@photos.example>`).toSorted())
    expect(server.connections.most).toBeLessThanOrEqual(3)
  })

  test.each([
    'ada@example.com\r\nRCPT TO:<eve@evil.example>',
    'ada@example.com, eve@evil.example',
    '<eve@evil.example>',
    'ada',
    'ada@@x',
    '"a b"@x.example',
    'ada@x.example\u0000',
    '',
  ])('sends nothing to anything other than one email address: %j', async (to) => {
    const server = await startMailServer(certificate)
    const sent = messengerFor(server).send(sampleMessage('new-device', { to }), never)
    await expect(sent).rejects.toMatchObject({ name: 'MessageRefused' })
    expect(server.connections.all).toBe(0)
  })

  test('neither a name nor an id can add a header', async () => {
    const server = await startMailServer(certificate)
    const transport = createTransport({
      host: 'localhost',
      port: server.port,
      tls: { ca: certificate.cert },
      auth: { user: user.name, pass: user.password },
    })
    const messenger = createSmtpMessenger({ transport, from, appName: 'Club\r\nBcc: eve@evil.example' })
    const hostile = 'x>\r\nBcc: eve@evil.example\r\n\r\nHello'
    await messenger.send(
      sampleMessage('credential-added', { id: hostile, language: hostile, content: { name: hostile } }),
      never,
    )
    const [received] = server.received
    expect(received?.to).toEqual(['ada@example.com'])
    expect(received?.mail.headers.has('bcc')).toBe(false)
    expect(received?.mail.messageId).toBe('<xBcceveevil.exampleHello@photos.example>')
    transport.close()
  })

  test("without an app name, the sender's name or domain is used", async () => {
    const server = await startMailServer(certificate)
    await messengerFor(server, { from: 'hello@photos.example' }).send(
      sampleMessage('registration-known'),
      never,
    )
    await messengerFor(server, { appName: 'Club' }).send(sampleMessage('registration-known'), never)
    expect(server.received.map(({ mail }) => mail.subject)).toEqual([
      'You already have a photos.example account',
      'You already have a Club account',
    ])
  })

  test('text messages are not sent by a mail server', async () => {
    const server = await startMailServer(certificate)
    const sent = messengerFor(server).send(sampleMessage('sign-in-code', { channel: 'sms' }), never)
    await expect(sent).rejects.toMatchObject({ name: 'MessageRefused' })
  })

  test("closing ends the connections, but not an app's own transport", async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    await messenger.send(sampleMessage('new-device'), never)
    expect(server.connections.now).toBe(1)
    await messenger.close()
    await expect.poll(() => server.connections.now).toBe(0)
    await expect(messenger.send(sampleMessage('new-device'), never)).rejects.toThrow()

    const transport = createTransport({
      host: 'localhost',
      port: server.port,
      pool: true,
      tls: { ca: certificate.cert },
      auth: { user: user.name, pass: user.password },
    })
    const other = createSmtpMessenger({ transport, from })
    await other.send(sampleMessage('new-device'), never)
    await other.close()
    await other.send(sampleMessage('new-device'), never)
    expect(server.received).toHaveLength(3)
    transport.close()
  })
})

test.each<[Record<string, unknown>, string]>([
  [{ url: undefined }, 'url: give `url` or `transport`'],
  [{ url: 'https://mail.example' }, 'url: give a URL: smtp://'],
  [{ url: 'mail.example:587' }, 'url: give a URL: smtp://'],
  [{ from: 'Photo Club' }, 'from: give an email address'],
  [{ from: 'a@b.example, c@d.example' }, 'from: give an email address'],
  [{ from: 'Club\r\nBcc: x <a@b.example>' }, 'from: give an email address'],
  [{ replyTo: 'nobody' }, 'replyTo: give an email address'],
  [{ transport: {} }, 'transport: give the result of createTransport() of nodemailer'],
  [{ maxConnections: 0 }, 'maxConnections: give at least 1'],
  [{ timeout: '10 s' }, 'timeout: give whole seconds'],
  [{ origin: 'https://x.example' }, 'origin: '],
  [{ password: 'x' }, 'password: no option has this name'],
])('rejects invalid options: %j', (options, advice) => {
  const make = (): unknown => createSmtpMessenger({ url: 'smtp://u:secret@mail.example', from, ...options })
  expect(make).toThrow(TypeError)
  expect(make).toThrow(`createSmtpMessenger: ${advice}`)
  expect(make).not.toThrow('secret')
})
