import { expect, test } from 'vitest'
import { isPlain, looseReading, splitTarget, withoutOrigin } from './request-target.ts'

test('a target is split only at its first question mark', () => {
  expect(splitTarget('/a?b?c')).toEqual({ path: '/a', query: 'b?c' })
  expect(splitTarget('/a')).toEqual({ path: '/a', query: '' })
  expect(splitTarget('/a?')).toEqual({ path: '/a', query: '' })
  expect(splitTarget('?b')).toEqual({ path: '', query: 'b' })
})

test.each(['/a', '/v1/users/me', '/a%20b', '/a/%C3%BC', "/~a!$&'()*+,=:@-._"])('%s is plain', (path) => {
  expect(isPlain(path)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['an empty segment', '/a//b'],
  ['a slash at the end', '/a/'],
  ['a dot', '/a/./b'],
  ['two dots', '/a/..'],
  ['a matrix parameter', '/a;b'],
  ['a separator for some parsers', '/a\\b'],
  ['an encoded letter', '/%61'],
  ['an encoded slash', '/a%2Fb'],
  ['an encoded percent sign', '/a%2561'],
  ['an encoded control character', '/a%00'],
  ['an encoded space at the beginning', '/%20a'],
  ['an encoded space at the end', '/a%20'],
  ['bytes that are not UTF-8', '/a%FF'],
  ['another kind of space', '/a%C2%A0b'],
  ['a full-width solidus', '/a%EF%BC%8Fb'],
  ['a full-width letter among others', '/%C3%BC%EF%BD%81%C3%BC'],
  ['half of an encoding', '/a%2'],
])('%s is not plain', (_name, path) => {
  expect(isPlain(path)).toBe(false)
})

test.each([
  ['/v1/users', '/v1/users'],
  ['/v1//users/', '/v1/users'],
  ['/v1/./x/../users', '/v1/users'],
  ['/../../v1', '/v1'],
  ['\\v1\\users', '/v1/users'],
  ['/v1/users;x=1?y#z', '/v1/users'],
  ['/%76%31/users', '/v1/users'],
  ['/%2576%2531', '/v1'],
  ['/%25252576', '/%76'],
  ['/v\x001\x20', '/v1'],
  ['/\u00a0v1\x7f', '/v1'],
  ['/%EF%BD%961', '/v1'],
  // An overlong form of a slash, and of the letter o.
  ['/v1%C0%AFusers', '/v1/users'],
  ['/p%C1%AFsts', '/posts'],
  ['/%C0%89v1', '/v1'],
  ['/v1%c0%afusers', '/v1/users'],
  // Next to bytes that are not UTF-8, the others still count.
  ['/%FF%2Fv1', '/ÿ/v1'],
  ['https://app.example/v1/users', '/v1/users'],
  ['https:/%2Fapp.example/v1', '/https:/app.example/v1'],
])('%j can be read as %s', (path, reading) => {
  expect(looseReading(path)).toBe(reading)
})

test('an origin counts only at the beginning', () => {
  expect(withoutOrigin('HTTP://app.example:80/a')).toBe('/a')
  expect(withoutOrigin('h2+x-y.z://app.example?a')).toBe('?a')
  expect(withoutOrigin('/a?next=https://app.example/b')).toBe('/a?next=https://app.example/b')
  expect(withoutOrigin('1http://app.example/a')).toBe('1http://app.example/a')
  expect(withoutOrigin('a b://app.example/a')).toBe('a b://app.example/a')
})
