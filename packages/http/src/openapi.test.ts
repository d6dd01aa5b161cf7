import {
  createKith,
  createSketchCaptions,
  errorTable,
  generateSigningKey,
  type KithOptions,
  type MediaOptions,
} from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import type { DirectUploads } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { createMailbox } from '../../core/test/mailbox.ts'
import { createKithHttp } from './create-kith-http.ts'
import type { KithHttpOptions } from './options.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required: boolean; schema: object }[]
  requestBody?: { required: boolean; content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
  security: Record<string, unknown[]>[]
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> }
}

interface Schema {
  properties?: Record<string, object>
  required?: string[]
  additionalProperties?: boolean
}

const byCode: Partial<KithOptions> = {
  messages: { email: createMailbox(), sms: createMailbox() },
  sessions: { codeSignIn: true, impersonation: {} },
}
const confirming: Partial<KithOptions> = {
  ...byCode,
  accounts: { confirm: 'email', identifiers: { email: 'required' } },
}

/** The options for a Kith with all routes, except the one that confirms a registration. */
const everything: Partial<KithOptions> = {
  media: { blobs: createMemoryBlobs(), direct: {} as DirectUploads },
  captions: { writer: createSketchCaptions(), timeout: 1 },
  passkeys: createPasskeys({ rpId: 'app.example', rpName: 'App', origins: ['https://app.example'] }),
  ...byCode,
}

async function describeApi(options = everything, http: KithHttpOptions = {}): Promise<Document> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    ...options,
  })
  const response = await createKithHttp(kith, http).handle(
    new Request('http://localhost/api/v1/openapi.json'),
  )
  return (await response.json()) as Document
}

const document = await describeApi()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

test('is always the same', async () => {
  expect(JSON.stringify(await describeApi())).toBe(JSON.stringify(document))
})

test('every reference is resolved, and every schema is used', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  expect(new Set(references)).toEqual(new Set(Object.keys(document.components.schemas)))
  expect(JSON.stringify(document)).not.toMatch(/"\$(schema|id|defs)"/)
})

test.each(operations)('$method $path is complete', ({ path, method, operation }) => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const declared = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? []
  expect(declared.map(({ name, required }) => [name, required])).toEqual(inPath.map((name) => [name, true]))
  expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/)
  const success = Object.keys(operation.responses).filter((status) => status < '300' && status !== '206')
  expect(success).toHaveLength(1)
  expect(operation.responses['204']?.content).toBeUndefined()
  for (const [status, { description, content }] of Object.entries(operation.responses)) {
    expect(description).not.toBe('')
    if (status >= '400' && status !== '416')
      expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
  }
  expect(Object.keys(operation.responses)).toContain('500')
  if (operation.security.length > 0) {
    expect(operation.security.flatMap((each) => Object.keys(each))).toEqual(
      Object.keys(document.components.securitySchemes),
    )
    expect(Object.keys(operation.responses)).toContain('401')
    if (method !== 'get') expect(Object.keys(operation.responses)).toContain('403')
  }
})

test('operation ids are unique', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('inputs are strict, and sign-ins include the transport', () => {
  const { RegisterInput, LoginInput, EditMeInput } = document.components.schemas
  expect(RegisterInput?.required).toEqual(['username', 'password'])
  for (const schema of [RegisterInput, LoginInput]) {
    expect(schema?.additionalProperties).toBe(false)
    expect(schema?.properties).toHaveProperty('transport', { type: 'string', enum: ['cookie', 'bearer'] })
  }
  expect(EditMeInput?.properties).not.toHaveProperty('transport')
})

test('follows the options of Kith', async () => {
  const identifiers = { username: 'off', email: 'required', phone: 'off' } as const
  const signingKeys = [await generateSigningKey()]
  const { components, paths } = await describeApi({ accounts: { identifiers }, sessions: { signingKeys } })
  expect(components.schemas['RegisterInput']?.required).toEqual(['email', 'password'])
  expect(components.schemas['RegisterInput']?.properties).not.toHaveProperty('phone')
  expect(paths).toHaveProperty(['/.well-known/jwks.json'])
})

const idsOf = ({ paths }: Document): string[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))

test('describes only what can be used', async () => {
  const bare = await describeApi({})
  const media = ['setAvatar', 'setCover', 'upload', 'signUpload', 'confirmUpload', 'suggestCaptions']
  const files = ['getFile', 'getRendition']
  const sent = ['forgotPassword', 'resetPassword', 'resendCode']
  const signIn = ['sendLoginCode', 'loginByCode']
  const addresses = ['verifyAddress', 'changeAddress', 'confirmAddress', 'revertAddress', 'sendProofCode']
  const passkeys = [
    'beginPasskeyLogin',
    'loginByPasskey',
    'beginPasskeyRegistration',
    'registerByPasskey',
    'beginPasskey',
    'addPasskey',
    'beginPasskeyProof',
    'getPasskeySignals',
  ]
  const more = idsOf(document).filter((id) => !idsOf(bare).includes(id))
  expect(more.toSorted()).toEqual(
    [...media, ...files, ...sent, ...signIn, ...addresses, ...passkeys, 'impersonate'].toSorted(),
  )
  const statuses = Object.values(bare.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ responses }) => Object.keys(responses)),
  )
  expect(statuses).not.toContain('501')
  expect(Object.keys(bare.components.schemas)).not.toContain('Upload')
  const { media: withDirect } = everything
  const withoutDirect = await describeApi({ media: { blobs: (withDirect as MediaOptions).blobs } })
  expect(idsOf(withoutDirect)).toContain('upload')
  expect(idsOf(withoutDirect)).not.toContain('signUpload')
})

test('a registration is described as this app configures it', async () => {
  const path = '/users/register'
  const statusesOf = ({ paths }: Document) => Object.keys(paths[path]?.['post']?.responses ?? {}).slice(0, 1)
  expect(statusesOf(document)).toEqual(['201'])
  expect(idsOf(document)).not.toContain('confirmRegistration')
  const described = await describeApi(confirming)
  expect(statusesOf(described)).toEqual(['202'])
  expect(idsOf(described)).toContain('confirmRegistration')
  const { RegisterInput, ConfirmRegistrationInput } = described.components.schemas
  expect(RegisterInput?.required).toEqual(['username', 'email', 'password'])
  expect(RegisterInput?.properties).not.toHaveProperty('transport')
  expect(ConfirmRegistrationInput?.properties).toHaveProperty('transport')
})

test('an identifier without a messenger is described as not configured', async () => {
  const { messages: _both, ...rest } = byCode
  const described = await describeApi({ ...rest, messages: { email: createMailbox() } })
  const statuses = ({ paths }: Document) =>
    Object.keys(paths['/users/me/addresses']?.['post']?.responses ?? {})
  expect(statuses(described)).toContain('501')
  expect(statuses(document)).not.toContain('501')
})

test('disabled routes are not described, nor schemas that only they use', async () => {
  const { components, ...left } = await describeApi(everything, { routes: { register: false, like: false } })
  expect(left.paths).not.toHaveProperty('/users/register')
  expect(Object.keys(left.paths['/posts/{id}/like'] ?? {})).toEqual(['delete'])
  expect(components.schemas).not.toHaveProperty('RegisterInput')
})

test('a file has all its possible responses', () => {
  const { responses } = document.paths['/media/files/{id}']?.['get'] ?? {}
  expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(['200', '206', '304', '404', '416']))
  expect(document.paths['/media/avatars/{file}']?.['get']?.responses).toHaveProperty('404')
})

test('every named problem code exists', () => {
  const named = operations.flatMap(({ operation }) =>
    Object.values(operation.responses).flatMap(({ description }) =>
      [...description.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
    ),
  )
  expect(Object.keys(errorTable)).toEqual(expect.arrayContaining([...new Set(named)]))
})
