import { describe, expect, test } from 'vitest'
import { createFlowCookies } from './flow-cookies.ts'
import { type CookieOptions, readHttpOptions } from './options.ts'

function flowCookies(cookies: CookieOptions = {}) {
  return createFlowCookies(readHttpOptions({ cookies, allowedOrigins: ['https://app.example'] }))
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url')
const flow = { browser: 'secret-of-the-browser', returnTo: '/home?tab=1' }

describe('the flow cookie', () => {
  const value = `${flow.browser}.${encoded(flow.returnTo)}`

  test.each<[options: CookieOptions, fromOtherSite: boolean, cookie: string]>([
    [{}, false, `__Host-kith-flow=${value}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`],
    [{}, true, `__Host-kith-flow=${value}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=None`],
    [
      { sameSite: 'none' },
      false,
      `__Host-kith-flow=${value}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=None`,
    ],
    [
      { sameSite: 'strict' },
      false,
      `__Host-kith-flow=${value}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ],
    // Browsers reject SameSite=None without HTTPS.
    [{ secure: false }, true, `kith-flow=${value}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax`],
  ])('with %j, needed from another site (%s)', (options, fromOtherSite, cookie) => {
    expect(flowCookies(options).setFlow(flow, fromOtherSite)).toBe(cookie)
  })

  test('is read back unchanged, among other cookies', () => {
    const header = `a=b; __Host-kith-flow=${value}; kith-flow=other.${encoded('/')}`
    expect(flowCookies().readFlow(header)).toEqual(flow)
    const page = `__Host-kith-flow=b.${encoded('https://app.example/x')}`
    expect(flowCookies().readFlow(page)).toEqual({ browser: 'b', returnTo: 'https://app.example/x' })
  })

  test.each([
    ['no header', null],
    ['none', 'a=b'],
    ['one without the prefix', `kith-flow=${value}`],
    ['one without a browser', `__Host-kith-flow=.${encoded('/home')}`],
    ['one that leads elsewhere', `__Host-kith-flow=b.${encoded('https://elsewhere.example/')}`],
    ['one without a destination', '__Host-kith-flow=b'],
  ])('is not read from %s', (_name, header) => {
    expect(flowCookies().readFlow(header)).toBeNull()
  })
})

test('the details cookie is set and read back, and is empty if it is missing', () => {
  const cookies = flowCookies()
  expect(cookies.setDetails('t')).toBe(
    '__Host-kith-details=t; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
  expect(cookies.readDetails('__Host-kith-flow=x; __Host-kith-details=t')).toBe('t')
  expect(cookies.readDetails('kith-details=t')).toBe('')
  expect(cookies.readDetails(null)).toBe('')
})

test('both are removed with the attributes they were set with', () => {
  const attributes = 'Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'
  expect(flowCookies().clearFlow()).toBe(`__Host-kith-flow=; ${attributes}`)
  expect(flowCookies().clearDetails()).toBe(`__Host-kith-details=; ${attributes}`)
})
