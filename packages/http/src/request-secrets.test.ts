import { expect, test } from 'vitest'
import { secretsOf } from './request-secrets.ts'

test('finds secrets in nested arrays of a body, as deep as the limit for bodies allows', () => {
  const depth = 32_000
  const body: unknown = JSON.parse(`${'['.repeat(depth)}"hunter22"${']'.repeat(depth)}`)
  const headers = new Headers({ authorization: 'Bearer abcdef', cookie: 'a=Cookie1; b=c2' })
  expect(secretsOf({ headers, body, query: 'q=Query1' })).toEqual(
    expect.arrayContaining(['hunter22', 'abcdef', 'Cookie1', 'Query1']),
  )
})
