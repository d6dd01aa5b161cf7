import type { AppFields, Kith, Viewer } from '@kith/core'
import type { Request, RequestHandler } from 'express'
import { expectTypeOf } from 'vitest'
import { type KithExpress, type kithExpress, viewerOf } from './index.ts'

declare const request: Request

expectTypeOf(request.viewer).toEqualTypeOf<Viewer | null | undefined>()
expectTypeOf(viewerOf(request)).toEqualTypeOf<Viewer>()
expectTypeOf<ReturnType<typeof kithExpress>>().toEqualTypeOf<KithExpress>()
expectTypeOf<KithExpress['requireViewer']>().toEqualTypeOf<RequestHandler>()

expectTypeOf<ReturnType<KithExpress['requireFresh']>>().toEqualTypeOf<RequestHandler>()
expectTypeOf<ReturnType<KithExpress['requireRole']>>().toEqualTypeOf<RequestHandler>()
declare const guards: KithExpress
guards.requireRole('moderator', 'editor-in-chief')

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
mount(kith)
