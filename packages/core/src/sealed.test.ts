import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSeal } from './sealed.ts'

const secrets = ['the first secret, of 32 characters or more', 'the second secret, of 32 characters or more']
const sealOf = (...given: readonly string[]) =>
  createSeal({ secrets: given, random: (length) => randomBytes(length) }, 'code-data')

test.each(['', 'a', 'Grüße, 世界', 'x'.repeat(5_000)])('a sealed value opens unchanged: %j', (text) => {
  const seal = sealOf(...secrets)
  const sealed = seal.close(text, 'a row')
  expect(seal.open(sealed, 'a row')).toBe(text)
  expect(seal.close(text, 'a row')).not.toBe(sealed)
  expect(Buffer.from(sealed.split('.')[1] ?? '', 'base64url')).toHaveLength(12 + Buffer.byteLength(text) + 16)
})

test('the first secret seals, and every secret opens what it has sealed', () => {
  const [first = '', second = ''] = secrets
  const [before, now] = [sealOf(second), sealOf(first, second)]
  expect(now.open(before.close('text', 'a row'), 'a row')).toBe('text')
  expect(before.open(now.close('text', 'a row'), 'a row')).toBeNull()
  expect(sealOf(first).open(now.close('text', 'a row'), 'a row')).toBe('text')
  expect(() => sealOf().close('text', 'a row')).toThrow('no secret')
})

test('nothing opens for another row, after a change of any byte, truncated, or without its key', () => {
  const seal = sealOf(...secrets)
  const sealed = seal.close('text', 'a row')
  const [kid = '', body = ''] = sealed.split('.')
  const bytes = Buffer.from(body, 'base64url')
  expect(seal.open(sealed, 'another row')).toBeNull()
  for (let place = 0; place < bytes.length; place++) {
    const changed = Buffer.from(bytes)
    changed[place] = (changed[place] ?? 0) ^ 1
    expect(seal.open(`${kid}.${changed.toString('base64url')}`, 'a row'), `byte ${place}`).toBeNull()
    const cut = bytes.subarray(0, place).toString('base64url')
    expect(seal.open(`${kid}.${cut}`, 'a row'), `cut at ${place}`).toBeNull()
  }
  for (const other of ['', '.', kid, `.${body}`, `unknown.${body}`, body])
    expect(seal.open(other, 'a row'), other).toBeNull()
})
