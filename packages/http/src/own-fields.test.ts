import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { createKithHttp, type KithHttp } from './index.ts'
import { shapes } from './shapes.ts'

const base = {
  secret: 'a secret of the tests, of 32 characters or more',
  passwords: { memoryKiB: 8, iterations: 1 },
} as const

function open(): KithHttp {
  return createKithHttp(
    createKith({
      ...base,
      storage: createMemoryStorage(),
      accounts: {
        fields: z.object({
          pronouns: z.string().max(40).optional(),
          level: z.int().default(1),
          any: z.json().optional(),
        }),
        ownFields: z.object({ birthday: z.iso.date() }),
      },
      posts: { textOnly: true, fields: mini.object({ place: mini.optional(mini.string()) }) },
    }),
  )
}

interface Answer {
  status: number
  body: Record<string, unknown>
}

async function send(http: KithHttp, line: string, { body, token }: { body?: object; token?: string } = {}) {
  const [method = '', path = ''] = line.split(' ')
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const request = new Request(`http://localhost/api/v1${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const response = await http.handle(request)
  return { status: response.status, body: await response.json() } as Answer
}

async function signedIn(http: KithHttp, username: string): Promise<string> {
  const body = {
    username,
    password: 'correct horse',
    transport: 'bearer',
    ownFields: { birthday: '1990-02-28' },
  }
  const { body: signIn } = await send(http, 'POST /users/register', { body })
  return (signIn['tokens'] as { accessToken: string }).accessToken
}

test('are accepted and returned by the routes, and private ones only for their owner', async () => {
  const http = open()
  const token = await signedIn(http, 'ana')
  const changes = { fields: { pronouns: 'she/her', level: 3 } }
  const edited = await send(http, 'PATCH /users/me', { body: changes, token })
  const ownFields = { birthday: '1990-02-28' }
  expect(shapes.Edit.parse(edited.body)).toMatchObject({ ...changes, ownFields })
  expect(shapes.OwnUser.parse((await send(http, 'GET /users/me', { token })).body)).toMatchObject({
    ...changes,
    ownFields,
  })
  const other = await signedIn(http, 'bob')
  for (const asking of [{}, { token }, { token: other }]) {
    const { body } = await send(http, 'GET /users/ana', asking)
    expect(shapes.User.parse(body)).toMatchObject(changes)
    expect(JSON.stringify(body)).not.toMatch(/ownFields|birthday/)
  }
  const body = { caption: 'x', fields: { place: 'Rome' } }
  const post = await send(http, 'POST /posts', { body, token })
  expect(shapes.Post.parse(post.body).fields).toEqual({ place: 'Rome' })
  const path = `/posts/${post.body['id'] as string}`
  const moved = await send(http, `PATCH ${path}`, { body: { fields: { place: null } }, token })
  expect(moved.body).toMatchObject({ caption: 'x', fields: {} })
})

test('errors are reported together with all others, including the transport of a sign-in', async () => {
  const body = {
    username: 'a',
    transport: 'pigeon',
    fields: { level: 'high', nope: 1 },
    password: 'correct horse',
  }
  const { status, body: problem } = await send(open(), 'POST /users/register', { body })
  expect(status).toBe(422)
  const paths = (problem['errors'] as { path: string }[]).map(({ path }) => path)
  expect(paths.sort()).toEqual(['fields.level', 'fields.nope', 'ownFields.birthday', 'transport', 'username'])
})

interface Schema {
  properties: Record<string, object>
  required?: string[]
}

async function describeApi(http: KithHttp): Promise<{ schemas: Record<string, Schema>; text: string }> {
  const { body } = await send(http, 'GET /openapi.json')
  const { schemas } = body['components'] as { schemas: Record<string, Schema> }
  return { schemas, text: JSON.stringify(body) }
}

test('are described by the schemas of the app, in responses and inputs', async () => {
  const { schemas, text } = await describeApi(open())
  const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })
  for (const name of ['User', 'OwnUser', 'SignedInUser']) {
    expect(schemas[name]?.properties['fields']).toEqual(reference('UserFields'))
    expect(schemas[name]?.required).toContain('fields')
  }
  expect(schemas['User']?.properties).not.toHaveProperty('ownFields')
  expect(schemas['OwnUser']?.properties['ownFields']).toEqual(reference('OwnFields'))
  expect(schemas['Post']?.properties['fields']).toEqual(reference('PostFields'))
  expect(schemas['RegisterInput']).toMatchObject({
    properties: { fields: reference('UserFieldsInput'), ownFields: reference('OwnFieldsInput') },
    required: ['username', 'ownFields', 'password'],
  })
  expect(schemas['EditMeInput']?.properties).toMatchObject({
    fields: reference('UserFieldsChanges'),
    ownFields: reference('OwnFieldsChanges'),
  })
  expect(schemas['CreatePostInput']?.properties['fields']).toEqual(reference('PostFieldsInput'))
  expect(schemas['EditPostInput']?.properties['fields']).toEqual(reference('PostFieldsChanges'))
  expect(schemas['EditPostInput']?.required).toBeUndefined()

  const pronouns = { type: 'string', maxLength: 40 }
  expect(schemas['UserFields']).toMatchObject({ properties: { pronouns }, required: ['level'] })
  expect(schemas['UserFieldsInput']?.required).toBeUndefined()
  expect(schemas['UserFieldsChanges']?.properties['pronouns']).toEqual({
    anyOf: [pronouns, { type: 'null' }],
  })
  // An account may be older than a required field, and no one can remove such a field.
  expect(schemas['OwnFields']?.required).toBeUndefined()
  expect(schemas['OwnFieldsInput']?.required).toEqual(['birthday'])
  expect(schemas['OwnFieldsChanges']?.properties['birthday']).toMatchObject({
    type: 'string',
    format: 'date',
  })
  expect(schemas['PostFields']).toMatchObject({ properties: { place: { type: 'string' } } })

  const document = { components: { schemas } }
  for (const [, path = ''] of text.matchAll(/"\$ref":"#\/(components\/schemas\/[^"]+)"/g)) {
    const found = path.split('/').reduce<unknown>((part, name) => Object(part)[name] as unknown, document)
    expect(found, path).toBeTypeOf('object')
  }
})

test('an app without fields has none in its description', async () => {
  const { schemas } = await describeApi(
    createKithHttp(createKith({ ...base, storage: createMemoryStorage() })),
  )
  expect(Object.keys(schemas).filter((name) => name.includes('Fields'))).toEqual([])
  for (const name of ['User', 'OwnUser', 'SignedInUser', 'Post', 'RegisterInput', 'EditPostInput']) {
    expect(schemas[name]?.properties).not.toHaveProperty('fields')
    expect(schemas[name]?.properties).not.toHaveProperty('ownFields')
  }
})
