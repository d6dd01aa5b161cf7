import { expectTypeOf } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import {
  type AppFields,
  createKith,
  type FieldError,
  type Kith,
  type KithOptions,
  type OwnUser,
  type Post,
  type RegisterInput,
  type UnknownFields,
  type User,
} from '../index.ts'
import type { Storage } from '../storage.ts'
import type { Viewer } from '../viewer.ts'

declare const storage: Storage
declare const viewer: Viewer
const base = { secret: 'x', storage }

const kith = createKith({
  ...base,
  accounts: {
    fields: z.object({ pronouns: z.string().max(40).optional(), level: z.number().default(1) }),
    ownFields: z.object({ birthday: z.string() }),
  },
  posts: { fields: mini.object({ place: mini.optional(mini.string()) }) },
})

const me = await kith.accounts.me(viewer)
expectTypeOf(me.fields).toEqualTypeOf<{ pronouns?: string | undefined; level: number }>()
expectTypeOf(me.ownFields.birthday).toEqualTypeOf<string>()
const { user } = await kith.sessions.login({ login: 'ana', password: 'x' })
expectTypeOf(user.fields.level).toEqualTypeOf<number>()
expectTypeOf(user.ownFields.birthday).toEqualTypeOf<string>()
const edited = await kith.accounts.edit(viewer, { fields: { pronouns: null } })
expectTypeOf(edited.user.fields.pronouns).toEqualTypeOf<string | undefined>()
expectTypeOf(edited.signIn?.user.fields.level).toEqualTypeOf<number | undefined>()
expectTypeOf((await kith.accounts.find('ana'))?.ownFields.birthday).toEqualTypeOf<string | undefined>()

const profile = await kith.profiles.get(null, 'ana')
expectTypeOf(profile.fields.pronouns).toEqualTypeOf<string | undefined>()
// @ts-expect-error nobody but the owner sees them
void profile.ownFields
const likers = await kith.likes.list(null, 'id')
expectTypeOf(likers.items[0]?.fields.level).toEqualTypeOf<number | undefined>()
const followers = await kith.follows.followers(null, 'ana')
expectTypeOf(followers.items[0]?.fields.level).toEqualTypeOf<number | undefined>()

const feed = await kith.feed.home(viewer)
expectTypeOf(feed.items[0]?.fields.place).toEqualTypeOf<string | undefined>()
// @ts-expect-error an author in short has none
void feed.items[0]?.author.fields
await kith.posts.create(viewer, { caption: 'x', fields: { place: 'Rome' } })
await kith.posts.edit(viewer, 'id', { fields: { place: null } })
// @ts-expect-error of another type
await kith.posts.edit(viewer, 'id', { fields: { place: 3 } })

await kith.accounts.register({ username: 'ana', password: 'x', fields: {}, ownFields: { birthday: 'x' } })
// @ts-expect-error of another type
await kith.accounts.register({ username: 'ana', password: 'x', fields: { pronouns: 3 } })
// @ts-expect-error no such field
await kith.accounts.edit(viewer, { fields: { nope: 'x' } })
// @ts-expect-error a string is no object of fields
createKith({ ...base, accounts: { fields: z.string() } })

// Code that knows nothing of fields takes any Kith, and a Kith without fields is a plain one.
declare function mount(kith: Kith): void
mount(kith)
expectTypeOf(kith).toExtend<Kith>()
const plain: Kith = createKith(base)
mount(plain)
declare const options: KithOptions
mount(createKith(options))
const shown = await plain.profiles.get(null, 'ana')
expectTypeOf(shown.fields).toEqualTypeOf<UnknownFields | undefined>()
expectTypeOf(me).toExtend<OwnUser>()
const existing: User = {
  id: '',
  username: null,
  name: '',
  bio: '',
  avatar: shown.avatar,
  cover: null,
  counts: shown.counts,
  createdAt: '',
}
void existing
interface Extended extends User {
  more: string
}
declare const extended: Extended
expectTypeOf(extended.name).toEqualTypeOf<string>()

// One generic parameter, from a Kith or by hand.
type FieldsIn<Some> = Some extends Kith<infer Fields> ? Fields : never
expectTypeOf<User<FieldsIn<typeof kith>>['fields']['level']>().toEqualTypeOf<number>()
expectTypeOf<Post<FieldsIn<typeof kith>>['fields']>().toEqualTypeOf<{ place?: string | undefined }>()
expectTypeOf<FieldsIn<Kith>>().toEqualTypeOf<AppFields>()
interface MyFields extends AppFields {
  public: { given: { pronouns?: string }; shown: { fields: { pronouns?: string } } }
}
declare const mine: Kith<MyFields>
mount(mine)
expectTypeOf((await mine.accounts.me(viewer)).fields.pronouns).toEqualTypeOf<string | undefined>()
expectTypeOf<RegisterInput<MyFields>['fields']>().toEqualTypeOf<{ pronouns?: string } | undefined>()

expectTypeOf<FieldError['path']>().toEqualTypeOf<string>()

// Roles that an app names: no other is given or asked for.
const staffed = createKith({ ...base, accounts: { roles: ['editor', 'auditor'] } })
type Role = 'member' | 'moderator' | 'admin' | 'editor' | 'auditor'
expectTypeOf(staffed.accounts.setRole).parameter(1).toEqualTypeOf<Role>()
void staffed.accounts.requireRole(viewer, ['editor', 'admin'])
// @ts-expect-error no such role
void staffed.accounts.setRole('id', 'editr')
// @ts-expect-error no such role
void staffed.accounts.requireRole(viewer, ['owner'])
expectTypeOf(createKith(base).accounts.setRole).parameter(1).toEqualTypeOf<string>()
const anyKith: Kith = staffed
void anyKith
