import assert from 'node:assert/strict'
import { factLimits, type FactStore } from '@kith/core/ports'
import type { Case } from './case.ts'
import type { Pair } from './pair.ts'
import { race, repeat } from './race.ts'
import { difficultTexts, nextId } from './records.ts'

/** The promises of `FactStore`. */
export const factStoreCases: readonly Case<FactStore>[] = [
  {
    id: 'facts/set',
    title: 'a fact that was never set is null; setting it again replaces it, and no other',
    async run(facts) {
      assert.equal(await facts.get('one'), null)
      await facts.set('one', 'a')
      await facts.set('other', 'b')
      await facts.set('one', 'c')
      assert.deepEqual([await facts.get('one'), await facts.get('other')], ['c', 'b'])
      assert.equal(await facts.get('ONE'), null)
    },
  },
  {
    id: 'facts/set-once',
    title: 'setOnce stores the first value and resolves to it from then on',
    async run(facts) {
      assert.equal(await facts.setOnce('one', 'a'), 'a')
      assert.equal(await facts.setOnce('one', 'b'), 'a')
      assert.equal(await facts.setOnce('other', 'c'), 'c')
      assert.deepEqual([await facts.get('one'), await facts.get('other')], ['a', 'c'])
    },
  },
  {
    id: 'facts/set-once-after-set',
    title: 'setOnce resolves to what set has stored, and an empty value is a value',
    async run(facts) {
      await facts.set('one', 'a')
      assert.equal(await facts.setOnce('one', 'b'), 'a')
      await facts.set('one', 'c')
      assert.equal(await facts.setOnce('one', 'd'), 'c')
      assert.equal(await facts.setOnce('empty', ''), '')
      assert.equal(await facts.setOnce('empty', 'a'), '')
      assert.equal(await facts.get('empty'), '')
    },
  },
  {
    id: 'facts/parallel-set-once',
    title: 'of 20 parallel setOnce one value wins, and all resolve to it',
    async run(facts) {
      await repeat(3, async (round) => {
        const won = await race(20, (index) => facts.setOnce(`round-${round}`, `value-${index}`))
        assert.equal(new Set(won).size, 1)
        assert.equal(await facts.get(`round-${round}`), won[0])
      })
    },
  },
  {
    id: 'facts/texts',
    title: 'difficult strings are returned unchanged, up to the maximum length',
    async run(facts) {
      const values = [...difficultTexts.filter(({ length }) => length <= factLimits.value), longestValue]
      for (const [index, value] of values.entries()) {
        await facts.set(`set-${index}`, value)
        await facts.setOnce(`once-${index}`, value)
        assert.deepEqual([await facts.get(`set-${index}`), await facts.get(`once-${index}`)], [value, value])
      }
      const name = 'n'.repeat(factLimits.name)
      await facts.set(name, 'a')
      assert.equal(await facts.get(name), 'a')
    },
  },
  {
    id: 'facts/invalid',
    title: 'a string that is too long is refused and changes nothing, and so is an empty name',
    async run(facts) {
      const long = 'n'.repeat(factLimits.name + 1)
      await facts.set('one', 'a')
      for (const verb of ['set', 'setOnce'] as const) {
        await assert.rejects(facts[verb]('one', `${longestValue}v`))
        await assert.rejects(facts[verb](`new-${verb}`, `${longestValue}v`))
        for (const name of [long, '']) await assert.rejects(facts[verb](name, 'b'))
      }
      const names = ['one', 'new-set', 'new-setOnce', long, '']
      const found = await Promise.all(names.map((name) => facts.get(name)))
      assert.deepEqual(found, ['a', null, null, null, null])
    },
  },
]

/** The promises of `FactStore`, as seen by two processes over one database. */
export const sharedFactStoreCases: readonly Case<Pair<FactStore>>[] = [
  {
    id: 'shared-facts/read-at-once',
    title: 'a value set by one process is read by the other immediately, even after an earlier read',
    async run({ one, other }) {
      const name = nextId()
      assert.equal(await other.get(name), null)
      await one.set(name, 'a')
      assert.equal(await other.get(name), 'a')
      assert.equal(await other.setOnce(name, 'b'), 'a')
      await one.set(name, 'c')
      assert.equal(await other.get(name), 'c')
    },
  },
  {
    id: 'shared-facts/parallel-set-once',
    title: 'of 20 parallel setOnce in two processes one value wins in both',
    async run({ one, other }) {
      await repeat(3, async () => {
        const name = nextId()
        const won = await race(20, (index) => (index % 2 ? one : other).setOnce(name, `value-${index}`))
        assert.equal(new Set(won).size, 1)
        assert.deepEqual([await one.get(name), await other.get(name)], [won[0], won[0]])
      })
    },
  },
]

const longestValue = '𝕏'.repeat(factLimits.value / 2)
