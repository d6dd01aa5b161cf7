import type { AuditAction, AuditEntry, Kith, KithOptions, SignIn, Viewer } from '@kith/core'
import { createPasskeys } from '@kith/core/passkeys'
import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { createDeviceKey } from './device-key.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { createAuthenticator } from './software-authenticator.ts'

export const password = 'correct horse'
const email = 'ada@example.com'
export const phone = '+4930123456'
export const client = { address: '192.0.2.1', userAgent: 'Test/1' }
export const elsewhere = { address: '198.51.100.7', userAgent: 'Other/2' }
const place = { address: client.address, userAgent: client.userAgent }
const unknown = { address: null, userAgent: null }
const origin = 'https://app.example.com'
const passkeys = createPasskeys({ rpId: 'example.com', rpName: 'Example', origins: [origin] })
const nobody = { actor: { kind: 'nobody', sessionId: null } } as const
const host = { actor: { kind: 'host', sessionId: null }, ...unknown } as const

export interface Audited extends Instance {
  mailbox: Mailbox
  ada: SignIn
  viewer: Viewer
  /** Ada as the actor, from her own place. */
  self: Pick<AuditEntry, 'actor' | 'address' | 'userAgent'>
}

export const keeping = { audit: { keepFor: '30d' } } as const

/** An account in an app that keeps an audit log. */
export async function audited(options: Partial<KithOptions> = keeping): Promise<Audited> {
  const mailbox = createMailbox()
  const sessions = {
    maxPerAccount: 3,
    codeSignIn: true,
    deviceBound: true,
    trustDevices: '30d',
    impersonation: {},
  } as const
  const links = { revertAddress: 'https://app.example/revert' }
  const made = createInstance({ messages: { email: mailbox, links }, sessions, passkeys, ...options })
  const ada = await made.kith.accounts.register({ username: 'ada', email, phone, password }, client)
  const viewer = viewerOf(ada)
  const self = { actor: { kind: 'self', sessionId: viewer.sessionId } as const, ...place }
  return { ...made, mailbox, ada, viewer, self }
}

export function viewerOf({ user, session }: Pick<SignIn, 'user' | 'session'>): Viewer {
  return { userId: user.id, sessionId: session.id }
}

/** Adds an authenticator app. */
export async function enroll({ kith, viewer, options }: Audited): Promise<string[]> {
  const { token, secret } = await kith.factors.beginTotp(viewer)
  const { recoveryCodes } = await kith.factors.confirmTotp(
    viewer,
    { token, code: codeNow(options, secret) },
    client,
  )
  return recoveryCodes ?? []
}

function codeNow({ clock }: KithOptions, secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock?.().getTime() ?? 0 })
}

/** An admin, who may act as other accounts. */
export async function adminOf(kith: Kith): Promise<Viewer> {
  const cleo = await kith.accounts.register({ username: 'cleo', password }, client)
  await kith.accounts.setRole(cleo.user.id, 'admin')
  return viewerOf(cleo)
}

const ids = { userId: expect.any(String) as string, sessionId: expect.any(String) as string } as const

type Expected = Partial<AuditEntry> & Pick<AuditEntry, 'action'>

export interface Doing {
  act(audited: Audited): Promise<unknown>
  /** The expected entries, with only the fields that are compared. */
  expected(audited: Audited): Expected[]
}

/** The id of a waiting account, registered by another person. */
async function applied({ kith, options }: Audited): Promise<string> {
  const { id } = await kith.accounts.import({ username: 'ben', passwordHash: null })
  const at = options.clock?.() ?? new Date()
  await options.storage.users.update(id, { waitingSince: at, bannedAt: at })
  return id
}

/** Which calls write each action of the table, and with which entry. */
export const doings: Record<AuditAction, Doing[]> = {
  'account.registered': [
    {
      act: ({ kith }) => kith.accounts.register({ username: 'ben', password }, elsewhere),
      expected: () => [
        { action: 'account.registered', actor: { kind: 'self', sessionId: null }, ...elsewhere, details: {} },
        { action: 'session.opened', ...elsewhere },
      ],
    },
  ],
  'account.approved': [
    {
      async act(audited) {
        await audited.kith.approvals.approve(await applied(audited))
      },
      expected: () => [{ action: 'account.imported' }, { action: 'account.approved', ...host, details: {} }],
    },
  ],
  'account.refused': [
    {
      async act(audited) {
        await audited.kith.approvals.refuse(await applied(audited))
      },
      expected: () => [
        { action: 'account.imported' },
        { action: 'account.refused', ...host, details: {} },
        { action: 'account.deleted', ...host },
      ],
    },
  ],
  'invitation.created': [
    {
      act: ({ kith, viewer }) => kith.invitations.createFor(viewer.userId, { uses: 3 }),
      expected: () => [
        {
          action: 'invitation.created',
          ...host,
          details: { invitationId: expect.any(String) as string, uses: 3 },
        },
      ],
    },
  ],
  'invitation.revoked': [
    {
      async act({ kith, viewer }) {
        const { id } = await kith.invitations.createFor(viewer.userId)
        await kith.invitations.revoke(viewer, id, client)
      },
      expected: ({ self }) => [
        { action: 'invitation.created' },
        { action: 'invitation.revoked', ...self, details: { invitationId: expect.any(String) as string } },
      ],
    },
  ],
  'session.bound': [
    {
      async act({ kith, viewer }) {
        const proof = createDeviceKey().registration(await kith.boundSessions.offerTo(viewer))
        await kith.boundSessions.bind(viewer, proof, elsewhere)
      },
      expected: ({ self, viewer }) => [
        {
          action: 'session.bound',
          ...self,
          ...elsewhere,
          details: { sessionId: viewer.sessionId },
        },
      ],
    },
  ],
  'account.imported': [
    {
      act: ({ kith }) => kith.accounts.import({ username: 'ben', passwordHash: null }),
      expected: () => [{ action: 'account.imported', ...host, details: {} }],
    },
    {
      act: ({ kith }) => kith.accounts.shadow('somebody'),
      expected: () => [{ action: 'account.imported', ...host, details: {} }],
    },
  ],
  'account.edited': [
    {
      act: ({ kith, viewer }) =>
        kith.accounts.edit(viewer, { username: 'lovelace', name: 'Ada', currentPassword: password }, client),
      expected: ({ self }) => [
        { action: 'account.edited', ...self, details: { fields: ['username'] } },
        { action: 'session.revoked', ...self },
        { action: 'session.opened' },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.accounts.update(viewer.userId, { email: 'ada@example.org' }),
      expected: () => [{ action: 'account.edited', ...host, details: { fields: ['email'] } }],
    },
    {
      act: ({ kith, viewer }) => kith.accounts.verifyEmail(viewer.userId),
      expected: () => [{ action: 'account.edited', ...host, details: { fields: ['emailVerified'] } }],
    },
    {
      async act({ kith, viewer, mailbox }) {
        const { flow } = await kith.addresses.change(
          viewer,
          { email: 'ada@example.org', currentPassword: password },
          client,
        )
        await kith.settled()
        await kith.addresses.confirm({ flow, code: mailbox.last('address-code').content.code }, client)
      },
      expected: () => [
        {
          action: 'account.edited',
          actor: { kind: 'self', sessionId: null },
          ...place,
          details: { fields: ['email', 'emailVerified'] },
        },
      ],
    },
    {
      // Another account proves the address and takes it, without a trace in the log of the account that had it.
      async act({ kith, mailbox }) {
        const ben = await kith.accounts.register({ username: 'ben', password }, elsewhere)
        const change = { email, currentPassword: password }
        const { flow } = await kith.addresses.change(viewerOf(ben), change, elsewhere)
        await kith.settled()
        await kith.addresses.confirm({ flow, code: mailbox.last('address-code').content.code }, elsewhere)
      },
      expected: ({ viewer }) => [
        { action: 'account.registered' },
        { action: 'session.opened' },
        {
          action: 'account.edited',
          userId: viewer.userId,
          actor: { kind: 'nobody', sessionId: null },
          ...unknown,
          details: { fields: ['email'] },
        },
        { action: 'account.edited', ...elsewhere },
      ],
    },
  ],
  'account.password-changed': [
    {
      act: ({ kith, viewer }) =>
        kith.accounts.changePassword(
          viewer,
          { currentPassword: password, newPassword: 'battery staple' },
          client,
        ),
      expected: ({ self }) => [
        { action: 'account.password-changed', ...self, details: {} },
        { action: 'session.revoked', ...self },
        { action: 'session.opened' },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.accounts.setPassword(viewer.userId, 'battery staple'),
      expected: () => [
        { action: 'account.password-changed', ...host },
        { action: 'session.revoked', ...host },
      ],
    },
    {
      // The address was unverified: nothing that opened the account before survives.
      async act(audited) {
        const { kith, mailbox } = audited
        await enroll(audited)
        const { flow } = await kith.recovery.begin({ login: email }, elsewhere)
        await kith.settled()
        const { code } = mailbox.last('password-reset').content
        await kith.recovery.reset({ flow, code, password: 'battery staple' }, elsewhere)
      },
      expected: () => {
        const owner = { actor: { kind: 'self', sessionId: null }, ...elsewhere } as const
        return [
          { action: 'credential.added' },
          { action: 'credential.added' },
          { action: 'credential.removed', ...owner },
          { action: 'credential.removed', ...owner },
          { action: 'account.password-changed', ...owner },
          { action: 'session.revoked', ...owner },
          { action: 'account.edited', ...owner, details: { fields: ['emailVerified'] } },
          { action: 'account.password-changed', ...owner },
        ]
      },
    },
  ],
  'account.banned': [
    {
      act: ({ kith, viewer }) => kith.accounts.ban(viewer.userId, { reason: 'Spam' }),
      expected: () => [
        { action: 'account.banned', ...host, details: { until: null, reason: 'Spam' } },
        { action: 'session.revoked', ...host },
      ],
    },
  ],
  'account.unbanned': [
    {
      async act({ kith, viewer }) {
        await kith.accounts.ban(viewer.userId)
        await kith.accounts.unban(viewer.userId)
      },
      expected: () => [
        { action: 'account.banned' },
        { action: 'session.revoked' },
        { action: 'account.unbanned', ...host, details: {} },
      ],
    },
    {
      async act({ kith, viewer, options, advance }) {
        const until = new Date((options.clock?.().getTime() ?? 0) + 60_000)
        await kith.accounts.ban(viewer.userId, { until })
        advance(60)
        await kith.sessions.login({ login: 'ada', password }, elsewhere)
      },
      expected: () => [
        { action: 'account.banned' },
        { action: 'session.revoked' },
        { action: 'account.unbanned', actor: { kind: 'nobody', sessionId: null }, ...unknown },
        { action: 'session.opened' },
      ],
    },
  ],
  'account.deleted': [
    {
      act: ({ kith, viewer }) => kith.accounts.delete(viewer, { password }, { client }),
      expected: ({ self }) => [
        { action: 'account.deleted', ...self, details: {} },
        { action: 'session.revoked', ...self },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.accounts.remove(viewer.userId),
      expected: () => [
        { action: 'account.deleted', ...host, details: {} },
        { action: 'session.revoked', ...host },
      ],
    },
  ],
  'account.role-changed': [
    {
      act: ({ kith, viewer }) => kith.accounts.setRole(viewer.userId, 'admin'),
      expected: () => [{ action: 'account.role-changed', ...host, details: { role: 'admin' } }],
    },
  ],
  'session.opened': [
    {
      act: ({ kith }) => kith.sessions.login({ login: 'ada', password }, elsewhere),
      expected: () => [
        {
          action: 'session.opened',
          ...elsewhere,
          actor: { kind: 'self', sessionId: expect.any(String) as string },
          details: { sessionId: expect.any(String) as string },
        },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.sessions.open(viewer.userId, elsewhere),
      expected: () => [{ action: 'session.opened', ...elsewhere, actor: { kind: 'host', sessionId: null } }],
    },
  ],
  'session.impersonated': [
    {
      async act({ kith, viewer }) {
        const admin = await adminOf(kith)
        await kith.sessions.impersonate(admin, { userId: viewer.userId, reason: 'Ticket 7' }, elsewhere)
      },
      expected: ({ viewer }) => [
        { action: 'account.registered' },
        { action: 'session.opened' },
        { action: 'account.role-changed' },
        {
          action: 'session.impersonated',
          userId: viewer.userId,
          ...elsewhere,
          actor: { kind: 'admin', ...ids },
          details: {
            reason: 'Ticket 7',
            sessionId: expect.any(String) as string,
            actorId: expect.any(String) as string,
          },
        },
      ],
    },
  ],
  'session.revoked': [
    {
      act: ({ kith, viewer }) => kith.sessions.logout(viewer, client),
      expected: ({ self, viewer }) => [
        { action: 'session.revoked', ...self, details: { sessionId: viewer.sessionId } },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.sessions.revoke(viewer, viewer.sessionId ?? '', client),
      expected: ({ self }) => [{ action: 'session.revoked', ...self }],
    },
    {
      act: ({ kith, ada }) => kith.sessions.logoutByRefreshToken(ada.tokens.refreshToken, client),
      expected: ({ self }) => [{ action: 'session.revoked', ...self }],
    },
    {
      act: ({ kith, ada }) => kith.sessions.logoutByAccessToken(ada.tokens.accessToken, client),
      expected: ({ self }) => [{ action: 'session.revoked', ...self }],
    },
    {
      async act({ kith, viewer }) {
        await kith.sessions.open(viewer.userId, elsewhere)
        await kith.sessions.logoutEverywhere(viewer, { exceptCurrent: true, client })
        await kith.sessions.logoutEverywhere(viewer, { client })
      },
      expected: ({ self }) => [
        { action: 'session.opened' },
        { action: 'session.revoked', ...self },
        { action: 'session.revoked', ...self },
      ],
    },
    {
      act: ({ kith, viewer }) => kith.sessions.end(viewer.userId, viewer.sessionId ?? ''),
      expected: () => [{ action: 'session.revoked', ...host }],
    },
    {
      act: ({ kith, viewer }) => kith.sessions.endAll(viewer.userId),
      expected: () => [{ action: 'session.revoked', ...host }],
    },
    {
      async act({ kith, viewer }) {
        const admin = await adminOf(kith)
        const { user, session } = await kith.sessions.impersonate(
          admin,
          { userId: viewer.userId, reason: 'Ticket 7' },
          elsewhere,
        )
        await kith.sessions.logout({ userId: user.id, sessionId: session.id, actorId: admin.userId }, client)
      },
      expected: () => [
        { action: 'account.registered' },
        { action: 'session.opened' },
        { action: 'account.role-changed' },
        { action: 'session.impersonated' },
        { action: 'session.revoked', ...place, actor: { kind: 'admin', ...ids } },
      ],
    },
    {
      // One session more than allowed.
      async act({ kith }) {
        for (let index = 0; index < 3; index++)
          await kith.sessions.login({ login: 'ada', password }, elsewhere)
      },
      expected: ({ viewer }) => [
        { action: 'session.opened' },
        { action: 'session.opened' },
        { action: 'session.opened' },
        {
          action: 'session.revoked',
          ...elsewhere,
          actor: { kind: 'self', sessionId: expect.any(String) as string },
          details: { sessionId: viewer.sessionId },
        },
      ],
    },
  ],
  'session.reuse-detected': [
    {
      async act({ kith, ada, advance }) {
        await kith.sessions.refresh(ada.tokens.refreshToken, client)
        advance(60)
        expect(await codeOf(kith.sessions.refresh(ada.tokens.refreshToken, elsewhere))).toBe(
          'refresh-token-reused',
        )
      },
      expected: ({ viewer }) => {
        const nobody = { actor: { kind: 'nobody', sessionId: null }, ...elsewhere } as const
        const details = { sessionId: viewer.sessionId }
        return [
          { action: 'session.revoked', ...nobody, details },
          { action: 'session.reuse-detected', ...nobody, details },
        ]
      },
    },
  ],
  'account.locked-out': [
    {
      async act({ kith }) {
        for (let tried = 0; tried < 20; tried++)
          await codeOf(kith.sessions.login({ login: 'ada', password: 'wrong' }, elsewhere))
        await kith.settled()
      },
      expected: ({ viewer }) => [
        { action: 'account.locked-out', userId: viewer.userId, ...nobody, ...elsewhere, details: {} },
      ],
    },
  ],
  'passkey.copy-suspected': [
    {
      async act({ kith, viewer }) {
        const device = createAuthenticator({ origin })
        const { token, options } = await kith.passkeys.beginAdd(viewer)
        await kith.passkeys.confirmAdd(viewer, { token, response: device.create(options) }, client)
        for (const counter of [7, 7, 6]) {
          const begun = await kith.passkeys.beginLogin(elsewhere)
          const response = device.get(begun.options, { counter })
          await codeOf(kith.passkeys.login({ token: begun.token, response }, elsewhere))
        }
      },
      expected: ({ viewer }) => {
        const details = { credentialId: expect.any(String) as string }
        const suspected = { action: 'passkey.copy-suspected', ...nobody, ...elsewhere, details } as const
        return [
          { action: 'credential.added' },
          { action: 'session.opened' },
          { ...suspected, userId: viewer.userId },
          suspected,
        ]
      },
    },
  ],
  'credential.added': [
    {
      act: enroll,
      expected: ({ self }) =>
        ['totp', 'recovery-codes'].map((kind) => ({
          action: 'credential.added',
          ...self,
          details: { credentialId: expect.any(String) as string, kind },
        })),
    },
    {
      async act(audited) {
        await enroll(audited)
        await audited.kith.factors.renewRecoveryCodes(audited.viewer, client)
      },
      expected: ({ self }) => [
        { action: 'credential.added' },
        { action: 'credential.added' },
        {
          action: 'credential.added',
          ...self,
          details: { credentialId: expect.any(String) as string, kind: 'recovery-codes' },
        },
      ],
    },
    {
      // A device that is trusted, and trusted again.
      async act(audited) {
        const { kith } = audited
        const [first, second] = await enroll(audited)
        let device: string | undefined
        for (const recoveryCode of [first, second]) {
          const from = { ...elsewhere, device }
          const challenge = await challengeOf(kith)
          const signIn = await kith.sessions.loginByFactor(
            { challenge, recoveryCode, trustDevice: true },
            from,
          )
          device = signIn.tokens.deviceToken
        }
      },
      expected: () => {
        const details = { credentialId: expect.any(String) as string, kind: 'trusted-device' }
        const actor = { kind: 'self', sessionId: expect.any(String) as string } as const
        return [
          { action: 'credential.added' },
          { action: 'credential.added' },
          { action: 'session.opened' },
          { action: 'credential.added', actor, ...elsewhere, details },
          { action: 'session.opened' },
          { action: 'credential.removed', actor, ...elsewhere, details },
          { action: 'credential.added', actor, ...elsewhere, details },
        ]
      },
    },
  ],
  'credential.removed': [
    {
      // Credentials added after a change of address, when the former address takes the change back.
      async act(audited) {
        const { kith, viewer, mailbox } = audited
        const change = { email: 'thief@example.com', currentPassword: password }
        const { flow } = await kith.addresses.change(viewer, change, client)
        await kith.settled()
        await kith.addresses.confirm({ flow, code: mailbox.last('address-code').content.code }, client)
        await enroll(audited)
        await kith.settled()
        const { hash } = new URL(mailbox.last('address-changed', email).content.link ?? '')
        const link = new URLSearchParams(hash.slice(1))
        const code = { flow: link.get('flow') ?? '', code: link.get('code') ?? '' }
        await kith.addresses.revert(code, elsewhere)
      },
      expected: () => {
        const owner = { actor: { kind: 'self', sessionId: null }, ...elsewhere } as const
        return [
          { action: 'account.edited' },
          { action: 'credential.added' },
          { action: 'credential.added' },
          { action: 'account.edited', ...owner, details: { fields: ['email'] } },
          { action: 'session.revoked', ...owner },
          { action: 'account.password-changed', ...owner },
          { action: 'credential.removed', ...owner },
          { action: 'credential.removed', ...owner },
        ]
      },
    },
    {
      // The codes are removed together with the last app.
      async act(audited) {
        const { kith, viewer } = audited
        await enroll(audited)
        const app = (await kith.credentials.list(viewer)).find(({ kind }) => kind === 'totp')
        await kith.credentials.remove(viewer, app?.id ?? '', client)
      },
      expected: ({ self }) => [
        { action: 'credential.added' },
        { action: 'credential.added' },
        ...['totp', 'recovery-codes'].map((kind) => ({
          action: 'credential.removed' as const,
          ...self,
          details: { credentialId: expect.any(String) as string, kind },
        })),
      ],
    },
  ],
}

async function challengeOf(kith: Kith): Promise<string> {
  const error: unknown = await kith.sessions
    .login({ login: 'ada', password }, elsewhere)
    .catch((thrown: unknown) => thrown)
  return (error as { challenge: { token: string } }).challenge.token
}
