import { expect, test } from 'vitest'
import { readAllowedOrigins } from './allowed-origins.ts'

test('accepts exact origins, including those of packaged apps', () => {
  const list = [
    'https://app.example',
    'http://localhost:5173',
    'https://[::1]:8443',
    'https://xn--bcher-kva.example',
    'capacitor://localhost',
    'chrome-extension://abcdef',
  ]
  expect([...readAllowedOrigins(list)]).toEqual(list)
})

test.each([
  ['https://app.example/', 'https://app.example'],
  ['https://app.example/path', 'https://app.example'],
  ['https://app.example:443', 'https://app.example'],
  ['HTTPS://App.Example', 'https://app.example'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['https://user@app.example', 'https://app.example'],
  ['app.example', 'scheme and host'],
  ['//app.example', 'scheme and host'],
  ['https://', 'scheme and host'],
  ['https:app.example', 'scheme and host'],
  ['mailto:ana@app.example', 'scheme and host'],
  ['', 'scheme and host'],
  ['*', 'wildcards'],
  ['https://*.app.example', 'wildcards'],
  ['null', 'cannot be identified'],
  ['https://a.example, https://b.example', 'scheme and host'],
])('rejects %s with a hint at the right form', (text, hint) => {
  expect(() => readAllowedOrigins(['https://ok.example', text])).toThrow(TypeError)
  expect(() => readAllowedOrigins(['https://ok.example', text])).toThrow(hint)
})
