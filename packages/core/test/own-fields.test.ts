import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  type AppFields,
  createKith,
  type FieldsOf,
  type FieldsSchema,
  isInvalidInput,
  type Kith,
  type OwnFieldsOf,
} from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import type { Storage } from '@kith/core/ports'
import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { cheapHashing, counting } from './instance.ts'

const password = 'correct horse'
const base = {
  secret: 'a secret of the tests, of 32 characters or more',
  passwords: cheapHashing,
  logger: console,
} as const

const publicSchema = z.object({
  pronouns: z.string().max(40).optional(),
  links: z.array(z.url()).max(3).default([]),
  team: z.enum(['red', 'blue']).nullish(),
})
const ownSchema = z.object({ birthday: z.iso.date().optional() })
const postSchema = z.object({
  place: z.object({ name: z.string().max(50) }).optional(),
  mood: z.string().nullable(),
})

function open(storage: Storage = createMemoryStorage()) {
  return createKith({
    ...base,
    storage,
    accounts: { fields: publicSchema, ownFields: ownSchema },
    posts: { textOnly: true, fields: postSchema },
  })
}

/** A Kith with other schemas over the same storage, as after a change of the app. */
function reopened<Public extends FieldsSchema, Own extends FieldsSchema>(
  storage: Storage,
  accounts: { fields?: Public; ownFields?: Own },
): Kith<AppFields<FieldsOf<Public>, OwnFieldsOf<Own>>> {
  return createKith({ ...base, storage, accounts })
}

async function member<Fields extends Parameters<Kith['accounts']['register']>[0]>(
  kith: { accounts: Pick<Kith['accounts'], 'register'> },
  input: Partial<Fields> & { username: string },
) {
  const { user, session } = await kith.accounts.register({ password, ...input })
  return { user, viewer: { userId: user.id, sessionId: session.id } }
}

async function errorsOf(call: Promise<unknown>): Promise<Record<string, string>> {
  try {
    await call
  } catch (error) {
    if (isInvalidInput(error)) return Object.fromEntries(error.errors.map(({ path, code }) => [path, code]))
    throw error
  }
  return {}
}

const ana = {
  username: 'ana',
  fields: { pronouns: 'she/her', links: ['https://ana.example'], team: 'red' },
  ownFields: { birthday: '1990-02-28' },
} as const
const shown = { pronouns: 'she/her', links: ['https://ana.example'], team: 'red' }

describe('what is shown', () => {
  test('public fields for everyone, and private ones for the owner and the host, in every result that contains accounts', async () => {
    const kith = open()
    const { user, viewer } = await member(kith, ana)
    const { viewer: bob } = await member(kith, { username: 'bob' })
    const login = await kith.sessions.login({ login: 'ana', password })
    const toOwner = [
      user,
      login.user,
      await kith.accounts.me(viewer),
      (await kith.accounts.edit(viewer, { name: 'Ana' })).user,
      await kith.accounts.find('ana'),
      await kith.accounts.byId(user.id),
      ...(await kith.accounts.byIds([user.id])),
      (
        await kith.accounts.changePassword(viewer, {
          currentPassword: password,
          newPassword: 'battery staple',
        })
      ).user,
    ]
    for (const each of toOwner) expect(each).toMatchObject({ fields: shown, ownFields: ana.ownFields })

    await kith.follows.add(bob, 'ana')
    await kith.follows.add(viewer, 'bob')
    const post = await kith.posts.create(bob, { caption: 'hello', fields: { mood: null } })
    await kith.likes.add(viewer, post.id)
    const toOthers = [
      ...(await Promise.all([bob, viewer, null].map((asking) => kith.profiles.get(asking, 'ana')))),
      ...(await kith.follows.followers(viewer, 'bob')).items,
      ...(await kith.follows.following(null, 'bob')).items,
      ...(await kith.likes.list(bob, post.id)).items,
    ]
    expect(toOthers).toHaveLength(6)
    for (const each of toOthers) expect(each).toMatchObject({ fields: shown })
    expect(JSON.stringify(toOthers)).not.toMatch(/ownFields|birthday|1990/)

    const own = await kith.posts.create(viewer, { caption: 'mine', fields: { mood: 'glad' } })
    const posts = [own, await kith.posts.get(bob, own.id), ...(await kith.feed.home(bob)).items]
    expect(JSON.stringify(posts)).not.toMatch(/ownFields|birthday|1990|pronouns/)
  })

  test('an app without fields has none in its results, and accepts none', async () => {
    const kith: Kith = createKith({ ...base, storage: createMemoryStorage(), posts: { textOnly: true } })
    const { user, viewer } = await member(kith, { username: 'ana' })
    const post = await kith.posts.create(viewer, { caption: 'hello' })
    for (const each of [user, await kith.profiles.get(null, 'ana'), post]) {
      expect(each).not.toHaveProperty('fields')
      expect(each).not.toHaveProperty('ownFields')
    }
    for (const call of [
      kith.accounts.register({ username: 'bob', password, fields: {} }),
      kith.accounts.edit(viewer, { fields: {} }),
      kith.posts.create(viewer, { caption: 'x', fields: {} }),
      kith.posts.edit(viewer, post.id, { caption: 'x', fields: {} }),
    ])
      expect(await errorsOf(call)).toEqual({ fields: 'unknown-field' })
  })

  test('fields cause no additional storage call', async () => {
    async function callsOf(make: (storage: Storage) => Kith): Promise<string[]> {
      const memory = createMemoryStorage()
      const stores = [counting(memory.users), counting(memory.posts), counting(memory.edges)] as const
      const [{ port: users }, { port: posts }, { port: edges }] = stores
      const kith = make({ ...memory, users, posts, edges })
      const { viewer } = await member(kith, { username: 'ana' })
      const { viewer: bob } = await member(kith, { username: 'bob' })
      const post = await kith.posts.create(viewer, { caption: 'x' })
      await kith.follows.add(bob, 'ana')
      await kith.likes.add(bob, post.id)
      await kith.feed.home(bob)
      await kith.accounts.edit(viewer, { name: 'Ana' })
      await kith.posts.edit(viewer, post.id, { caption: 'y' })
      return stores.flatMap(({ calls }) => calls)
    }
    const field = z.object({ any: z.string().optional() })
    const own = { accounts: { fields: field, ownFields: field }, posts: { textOnly: true, fields: field } }
    expect(await callsOf((storage) => createKith({ ...base, storage, ...own }))).toEqual(
      await callsOf((storage) => createKith({ ...base, storage, posts: { textOnly: true } })),
    )
  })

  test('the export includes them, and deletion removes them', async () => {
    const storage = createMemoryStorage()
    const kith = open(storage)
    const { viewer } = await member(kith, ana)
    await kith.posts.create(viewer, { caption: 'x', fields: { mood: 'glad' } })
    let lines = ''
    for await (const line of kith.accounts.export(viewer)) lines += line
    expect(lines).toContain('"birthday":"1990-02-28"')
    expect(lines).toContain('"pronouns":"she/her"')
    expect(lines).toContain('"mood":"glad"')
    await kith.accounts.delete(viewer, { password })
    expect(await storage.users.byId(viewer.userId)).toBeNull()
  })
})

describe('what is accepted', () => {
  test('registration reports every invalid field together, by path', async () => {
    const kith = open()
    const wrong = {
      username: 'a',
      password: 'x',
      fields: { pronouns: 'x'.repeat(41), links: ['https://a.example', 'no URL', 3], team: 'green', nope: 1 },
      ownFields: { birthday: 'yesterday', age: 3 },
    }
    expect(await errorsOf(kith.accounts.register(wrong as never))).toEqual({
      username: 'too-short',
      password: 'too-short',
      'fields.pronouns': 'too-long',
      'fields.links.1': 'malformed',
      'fields.links.2': 'wrong-type',
      'fields.team': 'malformed',
      'fields.nope': 'unknown-field',
      'ownFields.birthday': 'malformed',
      'ownFields.age': 'unknown-field',
    })
    for (const fields of [null, [], 'x', 3])
      expect(await errorsOf(kith.accounts.register({ username: 'ana', password, fields } as never))).toEqual({
        fields: 'wrong-type',
      })
  })

  test('required fields must be given, and defaults are filled in', async () => {
    const storage = createMemoryStorage()
    const kith = reopened(storage, {
      fields: z.object({
        city: z.string().min(2),
        points: z.number().default(3),
        lower: z.string().toLowerCase(),
      }),
    })
    expect(await errorsOf(kith.accounts.register({ username: 'ana', password }))).toEqual({
      'fields.city': 'required',
      'fields.lower': 'required',
    })
    const { user, viewer } = await member(kith, { username: 'ana', fields: { city: 'Rome', lower: 'LOW' } })
    expect(user.fields).toEqual({ city: 'Rome', points: 3, lower: 'low' })
    expect(await errorsOf(kith.accounts.edit(viewer, { fields: { city: null, lower: null } }))).toEqual({
      'fields.city': 'required',
      'fields.lower': 'required',
    })
    await kith.accounts.edit(viewer, { fields: { points: 5 } })
    expect((await kith.accounts.edit(viewer, { fields: { points: null } })).user.fields.points).toBe(3)
  })

  test('imports accept them, and a shadow account may lack required ones', async () => {
    const fields = z.object({ city: z.string() })
    const kith = reopened(createMemoryStorage(), { fields, ownFields: ownSchema })
    const imported = {
      username: 'ana',
      passwordHash: null,
      fields: { city: 'Rome' },
      ownFields: { birthday: '1990-01-01' },
    }
    expect(await kith.accounts.import(imported)).toMatchObject({
      fields: { city: 'Rome' },
      ownFields: { birthday: '1990-01-01' },
    })
    expect(await errorsOf(kith.accounts.import({ username: 'bob', passwordHash: null }))).toEqual({
      'fields.city': 'required',
    })
    expect((await kith.accounts.shadow('clerk|1')).fields).toEqual({})
    expect((await kith.accounts.shadow('clerk|2', { fields: { city: 'Oslo' } })).fields).toEqual({
      city: 'Oslo',
    })
  })

  test('edits merge field by field, null removes, and the event names what changed', async () => {
    const kith = open()
    const { viewer } = await member(kith, ana)
    const edited: string[][] = []
    kith.events.on('account.edited', ({ fields }) => void edited.push(fields))
    const steps = [
      [{ fields: { pronouns: 'they' } }, { ...shown, pronouns: 'they' }, ana.ownFields],
      [{ fields: { pronouns: null, team: null } }, { links: shown.links, team: null }, ana.ownFields],
      [{ ownFields: { birthday: null } }, { links: shown.links, team: null }, {}],
      [{ fields: { links: null } }, { links: [], team: null }, {}],
      [{ fields: {} }, { links: [], team: null }, {}],
    ] as const
    for (const [input, fields, ownFields] of steps) {
      const { user } = await kith.accounts.edit(viewer, input)
      expect({ team: null, ...user.fields }).toEqual(fields)
      expect(user.ownFields).toEqual(ownFields)
    }
    expect(edited).toEqual([
      ['fields.pronouns'],
      ['fields.pronouns', 'fields.team'],
      ['ownFields.birthday'],
      ['fields.links'],
      [],
    ])
  })

  test('concurrent edits of different fields all take effect', async () => {
    const kith = open()
    const { viewer } = await member(kith, ana)
    await Promise.all([
      kith.accounts.edit(viewer, { fields: { pronouns: 'they' } }),
      kith.accounts.edit(viewer, { fields: { team: 'blue' } }),
      kith.accounts.edit(viewer, { ownFields: { birthday: '2000-01-01' }, bio: 'new' }),
    ])
    expect(await kith.accounts.me(viewer)).toMatchObject({
      bio: 'new',
      fields: { pronouns: 'they', team: 'blue', links: shown.links },
      ownFields: { birthday: '2000-01-01' },
    })
  })

  test('posts have their own fields, which can be edited without the caption', async () => {
    const kith = open()
    const { viewer } = await member(kith, { username: 'ana' })
    expect(await errorsOf(kith.posts.create(viewer, { caption: 'x' }))).toEqual({ 'fields.mood': 'required' })
    const place = { name: 'Rome' }
    const post = await kith.posts.create(viewer, { caption: 'x', fields: { place, mood: 'glad' } })
    expect(post.fields).toEqual({ place, mood: 'glad' })
    expect((await kith.posts.edit(viewer, post.id, { caption: 'y' })).fields).toEqual({ place, mood: 'glad' })
    const edited = await kith.posts.edit(viewer, post.id, { fields: { place: null, mood: null } })
    expect(edited).toMatchObject({
      caption: 'y',
      fields: { mood: null },
      editedAt: expect.any(String) as string,
    })
    expect(edited.fields).not.toHaveProperty('place')
    expect(await errorsOf(kith.posts.edit(viewer, post.id, {}))).toEqual({ caption: 'required' })
    expect(
      await errorsOf(kith.posts.edit(viewer, post.id, { fields: { place: { name: 3 } } as never })),
    ).toEqual({
      'fields.place.name': 'wrong-type',
    })
    for (const list of [await kith.posts.byAuthor(null, 'ana'), await kith.feed.home(viewer)])
      expect(list.items[0]?.fields).toEqual({ mood: null })
  })

  test('at most 8 KiB are stored, of one input and in total', async () => {
    const kith = reopened(createMemoryStorage(), {
      fields: z.object({ a: z.string().optional(), b: z.json().optional() }),
    })
    const { viewer } = await member(kith, { username: 'ana', fields: { a: 'x'.repeat(5000) } })
    const most = await errorsOf(kith.accounts.edit(viewer, { fields: { b: 'é'.repeat(4100) } }))
    expect(most).toEqual({ fields: 'too-long' })
    expect(await errorsOf(kith.accounts.edit(viewer, { fields: { b: 'é'.repeat(2500) } }))).toEqual({
      fields: 'too-long',
    })
    await kith.accounts.edit(viewer, { fields: { a: null, b: 'é'.repeat(2500) } })
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as never
    expect(await errorsOf(kith.accounts.edit(viewer, { fields: { b: deep } }))).toEqual({
      'fields.b': 'malformed',
    })
  })

  test('names that every object inherits do no harm', async () => {
    const kith = reopened(createMemoryStorage(), { fields: z.object({ any: z.json().optional() }) })
    const fields = JSON.parse(
      '{"__proto__":{"any":"x"},"constructor":1,"any":{"__proto__":{"polluted":1}}}',
    ) as never
    expect(await errorsOf(kith.accounts.register({ username: 'ana', password, fields }))).toEqual({
      'fields.__proto__': 'unknown-field',
      'fields.constructor': 'unknown-field',
    })
    const inherited = Object.create({ any: 'inherited' }) as { any?: string }
    const { user } = await member(kith, { username: 'bob', fields: inherited })
    expect(user.fields).toEqual({})
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('policies see them and may change them', async () => {
    const asked: unknown[] = []
    const level = z.string().transform(Number)
    const kith = createKith({
      ...base,
      storage: createMemoryStorage(),
      accounts: { fields: z.object({ level, note: z.string().optional() }), ownFields: ownSchema },
      posts: { textOnly: true, fields: z.object({ level }) },
      policies: {
        'account.register'({ input }) {
          asked.push(input)
          return { input: { name: 'Changed' } }
        },
        'account.edit': ({ input: { fields } }) => ({
          input: { fields: { ...fields, level: '7', note: 'seen' } },
        }),
        'post.create': () => ({ input: { caption: 'changed' } }),
        'post.edit': () => ({ input: { caption: 'changed again' } }),
      },
    })
    const own = { birthday: '1990-01-01' }
    const { user, viewer } = await member(kith, { username: 'ana', fields: { level: '3' }, ownFields: own })
    expect(asked).toMatchObject([{ fields: { level: 3 }, ownFields: own }])
    expect(user).toMatchObject({ name: 'Changed', fields: { level: 3 }, ownFields: own })
    const edit = await kith.accounts.edit(viewer, { fields: { level: '4' } })
    expect(edit.user.fields).toEqual({ level: 7, note: 'seen' })
    const post = await kith.posts.create(viewer, { caption: 'x', fields: { level: '1' } })
    expect(post).toMatchObject({ caption: 'changed', fields: { level: 1 } })
    expect(await kith.posts.edit(viewer, post.id, { fields: { level: '2' } })).toMatchObject({
      caption: 'changed again',
      fields: { level: 2 },
    })
  })
})

describe('schemas that change', () => {
  test('removed fields are not shown, new ones are absent, and a new required field breaks nothing', async () => {
    const storage = createMemoryStorage()
    const { viewer } = await member(open(storage), ana)
    const next = reopened(storage, {
      fields: z.object({ city: z.string(), points: z.number().default(1), pronouns: z.string().optional() }),
      ownFields: z.object({ team: z.string().optional() }),
    })
    expect(await next.accounts.me(viewer)).toMatchObject({
      fields: { points: 1, pronouns: 'she/her' },
      ownFields: {},
    })
    await next.accounts.edit(viewer, { fields: { pronouns: 'they' } })
    expect((await open(storage).accounts.me(viewer)).fields).toEqual({ ...shown, pronouns: 'they' })
  })

  test('a private field that becomes public starts empty', async () => {
    const storage = createMemoryStorage()
    const { viewer } = await member(open(storage), ana)
    const next = reopened(storage, { fields: z.object({ birthday: z.string().optional() }) })
    expect((await next.accounts.me(viewer)).fields).toEqual({})
  })
})

describe('unsupported schemas', () => {
  const refused: [name: string, schema: unknown, message: RegExp][] = [
    ['not a schema', { pronouns: 'string' }, /accounts\.fields.*z\.object/],
    ['not an object', z.string(), /plain z\.object/],
    ['a wrapper', z.object({}).optional(), /plain z\.object/],
    ['a transform', z.object({}).transform((value) => value), /plain z\.object/],
    ['additional fields', z.looseObject({}), /plain z\.object/],
    ['a rule across fields', z.object({ a: z.string() }).refine(() => true), /one by one/],
    ['the same in zod/mini', mini.object({ a: mini.string() }).check(mini.refine(() => true)), /one by one/],
    ['a date', z.object({ at: z.date() }), /accounts\.fields\.at holds a date/],
    ['a coerced date', z.object({ at: z.coerce.date().optional() }), /holds a date/],
    [
      'a bigint deep inside',
      z.object({ a: z.array(z.object({ b: z.bigint().nullish() })) }),
      /fields\.a holds a bigint/,
    ],
    ['a map in a lazy schema', z.object({ a: z.lazy(() => z.map(z.string(), z.string())) }), /holds a map/],
    [
      'a codec to a date',
      z.object({ a: z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: String }) }),
      /holds a date/,
    ],
    ['a dot in a name', z.object({ 'a.b': z.string() }), /cannot have a field called "a\.b"/],
    ['an inherited name', z.object({ constructor: z.string() }), /called "constructor"/],
  ]

  test.each(refused)('%s', (_name, fields, message) => {
    const make = () =>
      createKith({ ...base, storage: createMemoryStorage(), accounts: { fields: fields as never } })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  test('a transform to a value that is not JSON, and an asynchronous check, are errors of the app', async () => {
    for (const field of [
      z.string().transform((text) => new Date(text)),
      z.string().transform(() => () => 1),
      z.string().refine(async () => true),
      z.string().refine(() => {
        throw new RangeError('mine')
      }),
    ]) {
      const kith = reopened(createMemoryStorage(), { fields: z.object({ field }) })
      await expect(
        kith.accounts.register({ username: 'ana', password, fields: { field: 'x' } }),
      ).rejects.toThrow(/^accounts\.fields\.field: its schema/)
    }
  })
})

describe('any copy of zod works', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-zod-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const source = dirname(dirname(fileURLToPath(import.meta.resolve('zod/v4'))))
  cpSync(source, join(folder, 'zod'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') })
  const copy = async (file: string) =>
    (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'zod', 'v4', file)).href)) as typeof z

  const copies: [string, () => Promise<FieldsSchema>][] = [
    [
      'another copy',
      async () => {
        const { object, string, number } = await copy('classic/index.js')
        return object({ city: string().min(2).max(5), age: number().optional() })
      },
    ],
    [
      'zod/mini',
      async () =>
        mini.object({
          city: mini.string().check(mini.minLength(2), mini.maxLength(5)),
          age: mini.optional(mini.number()),
        }),
    ],
    [
      'another copy of zod/mini',
      async () => {
        const other = (await copy('mini/index.js')) as unknown as typeof mini
        return other.object({
          city: other.string().check(other.minLength(2), other.maxLength(5)),
          age: other.optional(other.number()),
        })
      },
    ],
  ]

  test.each(copies)('%s', async (_name, schema) => {
    const kith = reopened(createMemoryStorage(), { fields: await schema() })
    const register = (fields: Record<string, unknown>) =>
      kith.accounts.register({ username: 'ana', password, fields })
    expect(await errorsOf(register({}))).toEqual({ 'fields.city': 'required' })
    expect(await errorsOf(register({ city: 'x', age: 'old' }))).toEqual({
      'fields.city': 'too-short',
      'fields.age': 'wrong-type',
    })
    expect(await errorsOf(register({ city: 'too long' }))).toEqual({ 'fields.city': 'too-long' })
    expect((await register({ city: 'Rome', age: 3 })).user.fields).toEqual({ city: 'Rome', age: 3 })
  })
})
