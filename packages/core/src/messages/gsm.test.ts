import { expect, test } from 'vitest'
import { messageKinds, sampleMessage } from '../../../../test/kit-samples.ts'
import { gsmLength, toGsm } from './gsm.ts'
import { renderMessage } from './render-message.ts'

test('accents that the letters of SMS lack are left out, and the others stay', () => {
  expect(toGsm('Tu código: ¿mañana, niño? «no»')).toBe('Tu código: ¿mañana, niño? «no»')
  expect(toGsm('Tu código es válido: ¿mañana, niño?')).toBe('Tu codigo es valido: ¿mañana, niño?')
  expect(toGsm('Ändere “alles” – größer…')).toBe('Ändere "alles" - größer...')
})

test('where a letter of another script is needed, nothing is left out', () => {
  expect(toGsm('Tu código de Фото')).toBe('Tu código de Фото')
  expect(gsmLength('Фото')).toBeNull()
})

test('signs of the second table take two places', () => {
  expect(gsmLength('1 €')).toBe(4)
  expect(gsmLength('[]')).toBe(4)
})

const languages = ['en', 'de', 'es'] as const
const cases = messageKinds.flatMap((kind) => languages.map((language) => ({ kind, language })))

test.each(cases)(
  '$kind in $language fits into one SMS, its code with the site as well',
  ({ kind, language }) => {
    // A link is as long as the app makes it.
    const content = kind === 'address-changed' ? { link: null } : {}
    const message = sampleMessage(kind, { channel: 'sms', language, content })
    const { text } = renderMessage(message, { appName: 'Photo Club', origin: 'https://photos.example' })
    expect(gsmLength(text), text).toBeLessThanOrEqual(160)
    expect(text).not.toContain('undefined')
  },
)
