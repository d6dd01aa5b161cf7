import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createKithHttp } from './create-kith-http.ts'

test('x', async () => {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    accounts: {
      fields: z.object({ pronouns: z.string().max(40).optional(), any: z.json().optional(), level: z.number().default(1) }),
      ownFields: z.object({ birthday: z.iso.date() }),
    },
    posts: { fields: z.object({ place: z.object({ name: z.string() }).optional() }) },
  })
  const response = await createKithHttp(kith).handle(new Request('http://localhost/api/v1/openapi.json'))
  const d = (await response.json()) as any
  const s = d.components.schemas
  for (const k of ['User','Post', 'RegisterInput', 'EditMeInput','CreatePostInput', 'EditPostInput', ...Object.keys(s).filter(n => n.includes('Fields'))]) console.log(k, JSON.stringify(s[k]))
})
