import type { AppFields, Kith, Viewer } from '@kith/core'
import type { Request, RequestHandler } from 'express'
import { expectTypeOf } from 'vitest'
import { type KithExpress, type kithExpress, type SignInExchange, viewerOf } from './index.ts'

declare const request: Request

expectTypeOf(request.viewer).toEqualTypeOf<Viewer | null | undefined>()
expectTypeOf(viewerOf(request)).toEqualTypeOf<Viewer>()
expectTypeOf<ReturnType<typeof kithExpress>>().toEqualTypeOf<KithExpress>()
expectTypeOf<KithExpress['requireViewer']>().toEqualTypeOf<RequestHandler>()

expectTypeOf<ReturnType<KithExpress['requireFresh']>>().toEqualTypeOf<RequestHandler>()
expectTypeOf<ReturnType<KithExpress['requireRole']>>().toEqualTypeOf<RequestHandler>()
declare const guards: KithExpress
guards.requireRole('moderator', 'editor-in-chief')

// An app that names its roles gets compiler errors for typos.
declare const named: KithExpress<'member' | 'moderator' | 'admin' | 'editor'>
named.requireRole('admin', 'editor')
// @ts-expect-error no such role
named.requireRole('editr')

// @ts-expect-error nobody would pass
guards.requireRole()
// @ts-expect-error a guest has no id
void request.viewer.userId
// @ts-expect-error only guards set it to a viewer
request.viewer = 'anna'

interface MyFields extends AppFields {
  public: { given: { pronouns?: string }; shown: { fields: { pronouns?: string } } }
}
declare const kith: Kith<MyFields>
declare const mount: typeof kithExpress
interface WithRoles extends AppFields {
  role: 'member' | 'editor'
}
declare const kithOfRoles: Kith<WithRoles>
expectTypeOf(mount(kithOfRoles)).toEqualTypeOf<KithExpress<'member' | 'editor'>>()
void kithOfRoles.accounts.setRole('id', 'editor')
// @ts-expect-error no such role
void kithOfRoles.accounts.setRole('id', 'admin')
const { signIn } = mount(kith)

// What signs in says which fields the response has.
declare const to: SignInExchange
const opened = await signIn(to, ({ device }) => kith.sessions.open('id', { device }))
expectTypeOf(opened.user.fields.pronouns).toEqualTypeOf<string | undefined>()
const withCounts = await signIn(to, async () => ({
  ...(await kith.sessions.login({ login: 'ana', password: 'x' })),
  user: await kith.accounts.me(viewerOf(request)),
}))
expectTypeOf(withCounts.user.counts.posts).toEqualTypeOf<number>()
// @ts-expect-error no account
void signIn(to, async () => ({ ...opened, user: { id: 'ana' } }))
