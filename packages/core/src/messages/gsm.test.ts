import { expect, test } from 'vitest'
import { messageKinds, sampleMessage } from '../../../../test/kit-samples.ts'
import { gsmLength, toGsm } from './gsm.ts'
import { renderMessage } from './render-message.ts'

test('accents that the SMS alphabet lacks are removed, and supported ones stay', () => {
  expect(toGsm('Tu código: ¿mañana, niño? «no»')).toBe('Tu código: ¿mañana, niño? «no»')
  expect(toGsm('Tu código es válido: ¿mañana, niño?')).toBe('Tu codigo es valido: ¿mañana, niño?')
  expect(toGsm('Ändere “alles” – größer…')).toBe('Ändere "alles" - größer...')
})

test('nothing is removed if the text needs another alphabet anyway', () => {
  expect(toGsm('Tu código de Фото')).toBe('Tu código de Фото')
  expect(gsmLength('Фото')).toBeNull()
})

test('characters of the extension table count as two', () => {
  expect(gsmLength('1 €')).toBe(4)
  expect(gsmLength('[]')).toBe(4)
})

const languages = ['en', 'de', 'es'] as const
const cases = messageKinds.flatMap((kind) => languages.map((language) => ({ kind, language })))

test.each(cases)(
  '$kind in $language fits into one SMS, even with the site for its code',
  ({ kind, language }) => {
    // The length of a link is up to the app.
    const content = kind === 'address-changed' ? { link: null } : {}
    const message = sampleMessage(kind, { channel: 'sms', language, content })
    const { text } = renderMessage(message, { appName: 'Photo Club', origin: 'https://photos.example' })
    expect(gsmLength(text), text).toBeLessThanOrEqual(160)
    expect(text).not.toContain('undefined')
  },
)
