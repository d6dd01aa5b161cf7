import { createKith } from '@kith/core'
import * as z from 'zod'
import { options } from './options.ts'

export const kith = createKith({
  ...options,
  accounts: {
    fields: z.object({
      pronouns: z.string().max(40).optional(),
      links: z.array(z.object({ label: z.string(), url: z.url() })).default([]),
      team: z.enum(['red', 'blue']).nullish(),
    }),
    ownFields: z.object({ birthday: z.iso.date().optional(), newsletter: z.boolean().default(false) }),
  },
  posts: { textOnly: true, fields: z.object({ place: z.object({ name: z.string() }).optional() }) },
})

export async function useFields(userId: string): Promise<string[]> {
  const { user } = await kith.accounts.register({
    username: 'ada',
    password: 'correct horse',
    fields: { team: 'red', links: [{ label: 'Home', url: 'https://ada.example' }] },
    ownFields: { birthday: '1815-12-10' },
  })
  const viewer = { userId, sessionId: '' }
  const edited = await kith.accounts.edit(viewer, {
    fields: { pronouns: null },
    ownFields: { newsletter: true },
  })
  const post = await kith.posts.create(viewer, { caption: 'x', fields: { place: { name: 'London' } } })
  const feed = await kith.feed.home(viewer)
  const profile = await kith.profiles.get(null, 'ada')
  return [
    user.ownFields.birthday ?? '',
    edited.user.fields.pronouns ?? '',
    post.fields.place?.name ?? '',
    ...feed.items.map(({ fields }) => fields.place?.name ?? ''),
    ...profile.fields.links.map(({ label }) => label),
  ]
}
