import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import { type FieldChanges, fieldsMaxBytes, mergeFields, type StoredFields } from '@kith/core/ports'
import type { Case } from './case.ts'
import { race, repeat } from './race.ts'
import { difficultTexts } from './records.ts'

/** How to create, change and read something with the app's own fields. */
export interface HasFields<Port> {
  /** `users` or `posts`. */
  name: string
  create(port: Port, fields: StoredFields): Promise<{ id: string }>
  /** Changes fields, and the text next to them if one is given. Resolves to the fields in the result. */
  change(port: Port, id: string, changes: { fields?: FieldChanges; text?: string }): Promise<StoredFields>
  read(port: Port, id: string): Promise<{ fields: StoredFields; text: string }>
}

/** JSON that breaks stores which store it as anything but JSON. */
const difficultFields = JSON.parse(`{
  "numbers": [0, -1.5, 1e300, 9007199254740993, 0.1],
  "flags": { "yes": true, "no": false, "none": null, "empty": "", "list": [], "object": {} },
  "nested": [[[{ "a": [{ "b": { "c": 1 } }] }]]],
  "names": { "$where": "1", "$set": {}, "a.b.c": 1, "": 2, "_bsontype": "ObjectId", "$ref": "x", "$id": "y", "toString": 4 },
  "prototype": { "__proto__": { "polluted": true }, "constructor": { "prototype": 1 } },
  "broken": "\\ud800 \\u0000",
  "own.birthday": "1815-12-10",
  "false_": false,
  "zero": 0
}`) as StoredFields

/** What stores promise about the app's own fields. */
export function storedFieldCases<Port>({ name, create, change, read }: HasFields<Port>): Case<Port>[] {
  return [
    {
      id: `${name}/fields-kept`,
      title: "the app's own fields are returned unchanged, for any JSON",
      async run(port) {
        const texts = Object.fromEntries(
          difficultTexts.map((text, index) => [`text${index}`, text.slice(0, 200)]),
        )
        for (const fields of [difficultFields, texts, {}]) {
          const { id } = await create(port, fields)
          assert.deepEqual((await read(port, id)).fields, fields)
          const { id: other } = await create(port, {})
          assert.deepEqual(await change(port, other, { fields }), fields)
          assert.deepEqual((await read(port, other)).fields, fields)
        }
      },
    },
    {
      id: `${name}/fields-merged`,
      title:
        'a change sets the fields that it names, each as a whole, removes those that are null and leaves all others',
      async run(port) {
        const first = { kept: 'yes', whole: { a: 1, b: 2 }, gone: 1 }
        const { id } = await create(port, first)
        assert.deepEqual((await read(port, id)).fields, first)
        const steps: [FieldChanges, StoredFields][] = [
          [{ whole: { a: 3 } }, { kept: 'yes', whole: { a: 3 }, gone: 1 }],
          [
            { gone: null, never: null, more: [null] },
            { kept: 'yes', whole: { a: 3 }, more: [null] },
          ],
          [{}, { kept: 'yes', whole: { a: 3 }, more: [null] }],
          [{ kept: null, whole: null, more: null }, {}],
          [{ back: false }, { back: false }],
        ]
        for (const [fields, expected] of steps) {
          assert.deepEqual(await change(port, id, { fields }), expected)
          assert.deepEqual((await read(port, id)).fields, expected)
        }
        assert.deepEqual(await change(port, id, { text: 'changed' }), { back: false })
        assert.deepEqual(await read(port, id), { fields: { back: false }, text: 'changed' })
        await change(port, id, { text: 'both', fields: { more: 1 } })
        assert.deepEqual(await read(port, id), { fields: { back: false, more: 1 }, text: 'both' })
      },
    },
    {
      id: `${name}/fields-copies`,
      title: "the store copies the app's own fields on the way in and out",
      async run(port) {
        const given = { list: ['kept'] }
        const { id } = await create(port, given)
        given.list.push('created')
        const changes = { more: ['kept'] }
        const expected = { list: ['kept'], more: ['kept'] }
        const answers = [await change(port, id, { fields: changes }), (await read(port, id)).fields]
        changes.more.push('changed')
        assert.deepEqual(answers, [expected, expected])
        for (const answer of answers) (answer['list'] as unknown[]).push('answered')
        assert.deepEqual((await read(port, id)).fields, expected)
      },
    },
    {
      id: `${name}/fields-too-large`,
      title: `fields that would be larger than ${fieldsMaxBytes} bytes together are refused, and nothing changes`,
      async run(port) {
        // Two bytes each in UTF-8, and one in UTF-16.
        const half = 'é'.repeat(fieldsMaxBytes / 4 - 10)
        const { id } = await create(port, { first: half })
        const { text } = await read(port, id)
        const before = { fields: { first: half, second: half }, text }
        assert.deepEqual(await change(port, id, { fields: { second: half } }), before.fields)
        assert.deepEqual(await read(port, id), before)
        await assert.rejects(
          change(port, id, { text: 'changed', fields: { third: 'x'.repeat(40) } }),
          isTooLarge,
        )
        assert.deepEqual(await read(port, id), before)
        const less = { first: null, third: 'x'.repeat(40) }
        assert.deepEqual(await change(port, id, { fields: less }), { second: half, third: less.third })
      },
    },
    {
      id: `${name}/fields-race`,
      title: 'parallel changes of different fields all take effect, along with other changes',
      async run(port) {
        await repeat(5, async (round) => {
          const { id } = await create(port, { kept: round, gone: true })
          const changes: { fields?: FieldChanges; text?: string }[] = [
            ...Array.from({ length: 8 }, (_, index) => ({ fields: { [`field${index}`]: { round } } })),
            { fields: { gone: null } },
            { text: `round ${round}` },
          ]
          await race(changes.length, async (index) => {
            const { fields = {} } = changes[index] ?? {}
            const answer = await change(port, id, changes[index] ?? {})
            const own = Object.keys(fields).filter((name) => fields[name] !== null)
            for (const name of own) assert.deepEqual(answer[name], fields[name])
          })
          const fields = mergeFields(
            { kept: round },
            Object.assign({}, ...changes.map((each) => each.fields)),
          )
          assert.deepEqual(await read(port, id), { fields, text: `round ${round}` })
        })
      },
    },
    {
      id: `${name}/fields-too-large-race`,
      title: 'of parallel changes that together would be too large, those that fit take effect',
      async run(port) {
        await repeat(5, async () => {
          const { id } = await create(port, {})
          const third = 'x'.repeat(fieldsMaxBytes / 3)
          const answers = await Promise.allSettled(
            Array.from({ length: 6 }, (_, index) =>
              change(port, id, { fields: { [`field${index}`]: third } }),
            ),
          )
          assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 2)
          assert.equal(Object.keys((await read(port, id)).fields).length, 2)
        })
      },
    },
  ]
}

function isTooLarge(error: unknown): boolean {
  return isKithError(error) && error.code === 'invalid-input'
}
