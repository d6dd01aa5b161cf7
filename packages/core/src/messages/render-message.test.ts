import { expect, test } from 'vitest'
import { messageKinds, sampleMessage } from '../../../../test/kit-samples.ts'
import type { Layout } from './layout.ts'
import type { MessageTexts } from './message-texts.ts'
import type { Message } from './messenger.ts'
import { renderMessage, type RenderedEmail, type RenderOptions } from './render-message.ts'

const options: RenderOptions = { appName: 'Photo Club' }

function renderEmail(message: Message, more: Partial<RenderOptions> = {}): RenderedEmail {
  const rendered = renderMessage(message, { ...options, ...more })
  if (rendered.channel !== 'email') throw new Error('not an email')
  return rendered
}

const languages = ['en', 'de', 'es'] as const
const cases = messageKinds.flatMap((kind) => languages.map((language) => ({ kind, language })))

test.each(cases)(
  '$kind in $language contains everything that was passed in, as HTML and as text',
  ({ kind, language }) => {
    const message = sampleMessage(kind, { language })
    const { subject, text, html, language: chosen } = renderEmail(message)
    expect(chosen).toBe(language)
    const { content } = message
    const shown = 'at' in content ? [content.device, content.address, '2026', '16:41', 'UTC'] : []
    if ('code' in content) shown.push(content.code, String(content.minutes))
    if ('from' in content) shown.push(content.from ?? '', content.to)
    for (const part of shown) {
      // English uses a 12-hour clock, such as "4:41 PM".
      const inLanguage = part === '16:41' && language === 'en' ? '4:41' : (part ?? '')
      expect(text).toContain(inLanguage)
      expect(html).toContain(inLanguage)
    }
    if ('link' in content && content.link !== null) {
      expect(text).toContain(content.link)
      expect(html).toContain(`href="${content.link.replaceAll('&', '&#38;')}"`)
    }
    expect(subject).toContain('Photo Club')
    if ('code' in content) expect(subject).toMatch(/^042137 /)
    expect(`${subject}${text}${html}`).not.toMatch(/undefined|null|\[object|NaN/)
  },
)

test.each(messageKinds)('%s has a distinct text in each language', (kind) => {
  const texts = languages.map((language) => renderEmail(sampleMessage(kind, { language })))
  expect(new Set(texts.map(({ subject }) => subject)).size).toBe(3)
  expect(new Set(texts.map(({ text }) => text)).size).toBe(3)
  const sms = languages.map(
    (language) => renderMessage(sampleMessage(kind, { language, channel: 'sms' }), options).text,
  )
  expect(new Set(sms).size).toBe(3)
})

test('English is the default without a language or for an unsupported one, unless the app sets another', () => {
  const wants = (language: string | null): Message => sampleMessage('new-device', { language })
  expect(renderEmail(wants(null)).language).toBe('en')
  expect(renderEmail(wants('fr-CA,ja;q=0.5')).language).toBe('en')
  expect(renderEmail(wants('fr-CA'), { language: 'de' }).language).toBe('de')
  expect(renderEmail(wants('fr, es;q=0.3, en;q=0.2')).language).toBe('es')
})

const hostile = `"><img src=x onerror=alert(1)>\r\nBcc: eve@evil.example\u202E\u200B'&`

test('text from other people never becomes HTML, a new line or a link', () => {
  const added = renderEmail(
    sampleMessage('credential-added', {
      to: 'ada@example.com\r\nBcc: eve@evil.example',
      content: { name: '"><b>\r\nx\u202E\u200B', device: `<script>'&`, address: '<i>203.0.113.7</i>' },
    }),
    { appName: 'Photo <Club>\r\nBcc: x' },
  )
  expect(added.html).not.toMatch(/<(b|i|script|img)\b/i)
  expect(added.html).toContain('&#34;&#62;&#60;b&#62; x')
  expect(added.text).toContain('Name: "><b> x\n')
  expect(added.subject).toBe('A new way to sign in to your Photo <Club> Bcc: x account')
  expect(added.text).not.toContain('203.0.113.7')
  expect(`${added.html}${added.text}`).not.toMatch(/[\u202E\u200B\r]/)

  const changed = renderEmail(
    sampleMessage('address-changed', {
      content: { from: hostile, to: hostile, link: `https://a.example/"><img src=x>` },
    }),
  )
  expect(changed.html).not.toContain('<img')
  expect(changed.text).not.toMatch(/^Bcc:/m)
})

test.each(['evil.example', 'Sign in at https://evil.example/now', 'me@evil.example', 'ftp://x', 'еvil.рф'])(
  'leaves out a device named %j, which mail programs would turn into a link',
  (device) => {
    const { text, html } = renderEmail(sampleMessage('new-device', { content: { device } }))
    expect(text).not.toContain(device)
    expect(html).not.toContain(device)
    expect(text).not.toContain('Device:')
  },
)

test('a long name is cut', () => {
  const { text } = renderEmail(sampleMessage('new-device', { content: { device: 'x'.repeat(5_000) } }))
  expect(text).toContain(`${'x'.repeat(80)}…`)
  expect(text).not.toContain('x'.repeat(81))
})

test('a link that is not a web URL does not become a button', () => {
  const link = 'javascript:alert(1)'
  const { html } = renderEmail(sampleMessage('sign-in-code', { content: { link } }))
  expect(html).not.toContain('href')
})

test('the HTML loads nothing, has only inline styles and supports dark mode', () => {
  for (const kind of messageKinds) {
    const { html } = renderEmail(sampleMessage(kind))
    expect(html).not.toMatch(/<(img|link|script|style|iframe|object)\b|url\(|@import|src=/i)
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
  }
})

test('an empty detail is not shown', () => {
  const { text, html } = renderEmail(
    sampleMessage('new-device', { content: { device: null, address: null } }),
  )
  expect(text).not.toMatch(/Device:|IP address:/)
  expect(html).not.toMatch(/Device<|IP address</)
})

test('an app can replace the texts of one kind in one language without affecting the others', () => {
  const texts = {
    de: {
      'sign-in-code': {
        letter: ({ code }: { code: string }) => ({ subject: `${code}!`, paragraphs: ['Moin.'], notes: [] }),
        sms: ({ code }: { code: string }) => `Moin: ${code}`,
      },
    },
  }
  expect(renderEmail(sampleMessage('sign-in-code', { language: 'de' }), { texts }).subject).toBe('042137!')
  expect(renderEmail(sampleMessage('sign-in-code', { language: 'es' }), { texts }).subject).toContain(
    'código',
  )
  expect(renderEmail(sampleMessage('new-device', { language: 'de' }), { texts }).subject).toContain(
    'Anmeldung',
  )
  const sms = sampleMessage('sign-in-code', { language: 'de', channel: 'sms' })
  expect(renderMessage(sms, { ...options, texts }).text).toBe('Moin: 042137')
})

test('an app can add a language for the kinds that it translates', () => {
  const french: Partial<MessageTexts> = {
    'registration-known': {
      letter: (_content, { appName }) => ({
        subject: `${appName} : compte existant`,
        paragraphs: [],
        notes: [],
      }),
      sms: () => 'Compte existant',
    },
  }
  const known = renderEmail(sampleMessage('registration-known', { language: 'fr-FR,de;q=0.5' }), {
    texts: { fr: french },
  })
  expect(known).toMatchObject({ subject: 'Photo Club : compte existant', language: 'fr' })
  expect(known.html).toContain('<html lang="fr" dir="ltr"')
  const other = sampleMessage('new-device', { language: 'fr-FR,de;q=0.5' })
  expect(renderEmail(other, { texts: { fr: french } }).language).toBe('de')
})

test('a right-to-left language is laid out accordingly', () => {
  const texts = {
    he: { 'new-device': { letter: () => ({ subject: 'א', paragraphs: ['א'], notes: [] }), sms: () => 'א' } },
  }
  expect(renderEmail(sampleMessage('new-device', { language: 'he-IL' }), { texts }).html).toContain(
    'dir="rtl"',
  )
})

test('an app can replace the layout', () => {
  const layout: Layout = ({ subject }, { appName, language }) => `${appName}/${language}/${subject}`
  const { html, text } = renderEmail(sampleMessage('registration-known'), { layout })
  expect(html).toBe('Photo Club/en/You already have a Photo Club account')
  expect(text).toContain('Sign in instead.')
})

test('the last line of a text message binds its code to the site, without a port, and only if there is a code', () => {
  const origin = 'https://photos.example:8443'
  const withCode = renderMessage(sampleMessage('sign-in-code', { channel: 'sms' }), { ...options, origin })
  expect(withCode.text).toBe(
    '042137 is your Photo Club sign-in code. It works for 10 minutes. Do not share it.\n@photos.example #042137',
  )
  // How Chromium parses it.
  expect(/(?:^|\s)@([a-zA-Z0-9.-]+) #([^#\s]+)/.exec(withCode.text)?.slice(1)).toEqual([
    'photos.example',
    '042137',
  ])
  const notice = renderMessage(sampleMessage('new-device', { channel: 'sms' }), { ...options, origin })
  expect(notice.text).not.toContain('@')
})

test.each(languages)('the old mailbox of an account is notified, in %s', (language) => {
  const content = { from: 'ada@example.com', to: null, link: null }
  const removed = renderEmail(sampleMessage('address-changed', { language, content }))
  expect(removed.text).toContain('ada@example.com')
  const other = renderEmail(
    sampleMessage('address-changed', { language, content: { ...content, to: 'x@example.org' } }),
  )
  expect(removed.text.split('\n\n')[0]).not.toBe(other.text.split('\n\n')[0])
  expect(`${removed.text}${removed.html}`).not.toMatch(/undefined|null/)
})

test('the new mailbox and the old one get different texts', () => {
  const content = { from: 'ada@example.com', to: 'ada@example.org', link: null }
  const old = renderEmail(sampleMessage('address-changed', { to: 'ada@example.com', content }))
  const now = renderEmail(sampleMessage('address-changed', { to: 'ada@example.org', content }))
  expect(old.text).toContain('contact Photo Club right away')
  expect(now.text).toContain('someone entered your address by mistake')
})
