import { createKith, createSketchCaptions, generateSigningKey, type KithOptions } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import type { DirectUploads } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { createMailbox } from '../../core/test/mailbox.ts'
import { paperProvider } from '../test/journeys/paper-provider.ts'
import { createKithRoutes, type KithRoutes } from './kith-routes.ts'
import { operationIds } from './operation-ids.ts'
import type { KithHttpOptions } from './options.ts'
import { readSelection } from './selected-routes.ts'

const everything = {
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  media: { blobs: createMemoryBlobs(), direct: {} as DirectUploads },
  captions: { writer: createSketchCaptions(), timeout: 1 },
  sessions: {
    signingKeys: [await generateSigningKey()],
    codeSignIn: true,
    deviceBound: true,
    impersonation: {},
  },
  messages: { email: createMailbox() },
  publicUrl: 'https://app.example',
  audit: { keepFor: '365d' },
  providers: { paper: paperProvider('redirect') },
  passkeys: createPasskeys({ rpId: 'app.example', rpName: 'App', origins: ['https://app.example'] }),
  accounts: { signUp: 'invite', backOffice: {} },
} satisfies Partial<KithOptions>
const kith = createKith(everything)
const approving = createKith({ ...everything, accounts: { signUp: 'approval', backOffice: {} } })
const confirming = createKith({
  ...everything,
  accounts: { signUp: 'invite', backOffice: {}, confirm: 'email', identifiers: { email: 'required' } },
})

const make = (options: KithHttpOptions): KithRoutes => createKithRoutes(kith, options)

function where(routes: KithRoutes, method: string, path: string): unknown {
  const match = routes.find(`/api/v1${path}`, method)
  return match?.kind === 'found' ? match.path.slice('/api/v1'.length) : (match?.kind ?? null)
}

test('the ids are those of all routes, in order', () => {
  const idsOf = ({ routes }: KithRoutes): string[] => routes.map(({ operationId }) => operationId)
  const byPasskey = ['beginPasskeyRegistration', 'registerByPasskey']
  const but = (left: readonly string[]): string[] => operationIds.filter((id) => !left.includes(id))
  const applications = ['listApplications', 'approveApplication', 'refuseApplication']
  const invitations = ['listInvitations', 'createInvitation', 'revokeInvitation', 'lookUpInvitation']
  expect(idsOf(make({}))).toEqual(but(['confirmRegistration', ...applications]))
  expect(idsOf(createKithRoutes(confirming))).toEqual(but([...byPasskey, ...applications]))
  expect(idsOf(createKithRoutes(approving))).toEqual(but(['confirmRegistration', ...invitations]))
})

test('without a selection every route is included', () => {
  expect([...readSelection({})]).toEqual([...operationIds])
  expect([...readSelection({ routes: { register: true, login: undefined } })]).toEqual([...operationIds])
  expect(make({}).leavesOut).toBe(false)
})

test.each([
  [{ routes: { registr: false } }, 'routes: "registr" is not an operation, did you mean "register"?'],
  [{ routes: { deleteme: false } }, 'did you mean "deleteMe"?'],
  [
    { only: ['getfeed', 'GetPosts'] },
    'only: "getfeed" is not an operation, did you mean "getFeed"?; only: "GetPosts"',
  ],
  [{ only: ['GetPosts'] }, 'did you mean "getPost"?'],
  [{ only: ['constructor'] }, 'only: "constructor" is not an operation'],
  [{ only: [], routes: {} }, 'give `routes` or `only`, not both'],
  [{ routes: { register: 'no' } }, 'routes.register'],
  [{ only: 'register' }, 'only'],
  [
    { only: ['getFeed', 'login', 'endSession'], viewer: (): null => null },
    '"login" does not exist with `viewer`, since your app signs people in itself: remove it; "endSession"',
  ],
  [
    { routes: { login: true, getFeed: true }, viewer: (): null => null },
    '"login" does not exist with `viewer`',
  ],
])('rejects %j', (options, message) => {
  expect(() => make(options as KithHttpOptions)).toThrow(TypeError)
  expect(() => make(options as KithHttpOptions)).toThrow(message)
})

test('a disabled route is not described, and other methods of its path still work', () => {
  const routes = make({ routes: { register: false, deleteMe: false } })
  expect(routes.routes).toHaveLength(make({}).routes.length - 2)
  expect(routes.paths).not.toContain('/api/v1/users/register')
  expect(routes.paths).toContain('/api/v1/users/me')
  expect(where(routes, 'POST', '/users/register')).toBeNull()
  expect(where(routes, 'DELETE', '/users/me')).toBeNull()
  expect(where(routes, 'PATCH', '/users/me')).toBe('/users/me')
  expect(where(routes, 'PUT', '/users/me')).toBe('/users/me')
})

test('preflights for disabled routes get a response that includes their method', () => {
  const routes = make({ routes: { register: false, deleteMe: false } })
  const allowed = (path: string) => {
    const match = routes.find(`/api/v1${path}`, 'OPTIONS')
    return match?.kind === 'found' ? match.allow : null
  }
  expect(allowed('/users/register')).toBe('POST, OPTIONS')
  expect(allowed('/users/me')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS')
})

test('a disabled path does not fall through to a route with a parameter', () => {
  const routes = make({ routes: { getMe: false, editMe: false, deleteMe: false, register: false } })
  for (const method of ['GET', 'HEAD', 'PATCH', 'DELETE', 'PUT'])
    expect(where(routes, method, '/users/me')).toBeNull()
  expect(where(routes, 'GET', '/users/register')).toBeNull()
  expect(where(routes, 'GET', '/users/anna')).toBe('/users/:username')
})

test('HEAD follows GET', () => {
  const routes = make({ routes: { getMe: false } })
  expect(where(routes, 'HEAD', '/users/me')).toBeNull()
})

test('other spellings of a disabled path are refused, including other letter case', () => {
  const routes = make({ only: ['getFeed'] })
  for (const path of ['/users//register', '/users/register/', '/users/%72egister', '/users/x/../register'])
    expect(where(routes, 'POST', path)).toBe('ambiguous')
  for (const path of ['/users/Register', '/USERS/register']) {
    expect(where(routes, 'POST', path)).toBe('ambiguous')
    // This is an account name, and not another spelling of a path without GET.
    expect(where(routes, 'GET', path)).toBe(path.startsWith('/users') ? null : 'ambiguous')
  }
  expect(routes.find('/API/v1/users/register', 'POST')).toEqual({ kind: 'ambiguous' })
  expect(where(routes, 'GET', '/users/Anna')).toBeNull()
  expect(where(routes, 'GET', '/users/anna/other')).toBeNull()
  // Paths that Kith serves are compared exactly, and are not run in another spelling.
  expect(routes.find('/API/v1/feed', 'GET')).toBeNull()
})

test('with a custom sign-in, the session routes are disabled and others can be selected', () => {
  const viewer = () => null
  const { routes } = make({ viewer })
  expect(routes.map(({ operationId }) => operationId)).not.toContain('login')
  expect(routes.length).toBeLessThan(operationIds.length)
  expect(make({ viewer, only: ['getFeed'] }).paths).toEqual(['/api/v1/feed'])
})

test('`only` disables all other routes', () => {
  const routes = make({ only: ['getFeed', 'getOpenApi'] })
  expect(routes.paths).toEqual(['/api/v1/feed', '/api/v1/openapi.json'])
  expect(where(routes, 'GET', '/feed')).toBe('/feed')
  expect(where(routes, 'POST', '/posts')).toBeNull()
})
