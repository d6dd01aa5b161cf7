import { expect, test } from 'vitest'
import { isOwnPath } from './own-path.ts'

test.each([
  '/',
  '/settings',
  '/posts/1?tab=a%0Ab&from=https://other.example',
  '/caf%C3%A9',
  '/a//b',
  '/a%20b',
])('%s is a path on this site', (path) => expect(isOwnPath(path)).toBe(true))

test.each([
  '',
  'settings',
  'https://other.example',
  'javascript:alert(1)',
  '//other.example',
  '///other.example',
  '/\\other.example',
  '\\\\other.example',
  '/%2Fother.example',
  '/%2fother.example',
  '/%5Cother.example',
  '/%5cother.example',
  '/.//other.example',
  '/%2e%2f/other.example',
  '/x/..//other.example',
  '/\t/other.example',
  '/%09/other.example',
  '/%0d%0aset-cookie:a=b',
  ' //other.example',
  '/%',
  '/page#error=none',
  `/${'a'.repeat(500)}`,
])('%j is not', (path) => expect(isOwnPath(path)).toBe(false))
