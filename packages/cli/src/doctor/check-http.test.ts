import { expect, test } from 'vitest'
import type { HttpSettings } from '../config/cli-config.ts'
import type { OpenKith } from '../config/open-kith.ts'
import { checkHttp } from './check-http.ts'

async function levels(http: HttpSettings | undefined, env: Record<string, string> = {}): Promise<string[]> {
  const findings = await checkHttp({ open: { http } as OpenKith, env })
  return findings.map(({ check, level }) => `${check} ${level}`)
}

const sound: HttpSettings = { allowedOrigins: ['https://app.example'], trustProxy: 1 }

test('a correct app', async () => {
  expect(await levels(sound)).toEqual(['origins ok', 'cookies ok', 'proxy ok'])
})

test.each<[string, HttpSettings | undefined, string]>([
  ['nothing to look at', undefined, 'http note'],
  ['no origin', { ...sound, allowedOrigins: [] }, 'origins warning'],
  ['an origin over http', { ...sound, allowedOrigins: ['http://app.example'] }, 'origins error'],
  [
    'localhost beside the app',
    { ...sound, allowedOrigins: ['https://app.example', 'http://localhost:5173'] },
    'origins warning',
  ],
  ['insecure cookies with https', { ...sound, cookies: { secure: false } }, 'cookies error'],
  [
    'insecure cookies while developing',
    { ...sound, allowedOrigins: ['http://localhost:1'], cookies: { secure: false } },
    'cookies note',
  ],
  ['cookies of a domain', { ...sound, cookies: { domain: 'example.com' } }, 'cookies note'],
  ['cookies of other sites', { ...sound, cookies: { sameSite: 'none' } }, 'cookies note'],
  ['every proxy trusted', { ...sound, trustProxy: true }, 'proxy error'],
  ['nothing said of proxies', { allowedOrigins: ['https://app.example'] }, 'proxy note'],
])('%s', async (_name, http, expected) => {
  expect(await levels(http)).toContain(expected)
})

test('insecure cookies are an error in production, whatever the allowed origins are', async () => {
  const http = { allowedOrigins: ['http://localhost:1'], cookies: { secure: false } }
  expect(await levels(http, { NODE_ENV: 'production' })).toContain('cookies error')
})
