import type { AppFields, Kith, Viewer } from '@kith/core'
import type { FastifyInstance, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { expectTypeOf } from 'vitest'
import { kithFastify, viewerOf } from './index.ts'

declare const app: FastifyInstance
declare const request: FastifyRequest
declare const kith: Kith

expectTypeOf(request.viewer).toEqualTypeOf<Viewer | null>()
expectTypeOf(viewerOf(request)).toEqualTypeOf<Viewer>()
expectTypeOf(app.requireViewer).toEqualTypeOf<preHandlerHookHandler>()
expectTypeOf(app.readViewer).toEqualTypeOf<preHandlerHookHandler>()

await app.register(kithFastify, { kith })
await app.register(kithFastify, { kith, allowedOrigins: [], cookies: { secure: false } })
app.get('/', { preHandler: app.requireViewer }, (asked) => viewerOf(asked).userId)
app.get('/many', { preHandler: [app.readViewer] }, (asked) => asked.viewer?.userId)
app.get('/fresh', { preHandler: app.requireFresh('10m') }, (asked) => viewerOf(asked).userId)
app.get('/desk', { preHandler: app.requireRole('moderator') }, (asked) => viewerOf(asked).userId)

interface MyFields extends AppFields {
  public: { given: { pronouns?: string }; shown: { fields: { pronouns?: string } } }
}
declare const kithOfMine: Kith<MyFields>
app.post('/enter', async (asked, reply) => {
  const { user } = await app.signIn({ request: asked, reply }, () => kithOfMine.sessions.open('id'))
  expectTypeOf(user.fields.pronouns).toEqualTypeOf<string | undefined>()
})

// @ts-expect-error nobody would pass
app.requireRole()
// @ts-expect-error a Kith is needed
await app.register(kithFastify, { allowedOrigins: [] })
// @ts-expect-error a guest has no id
void request.viewer.userId
