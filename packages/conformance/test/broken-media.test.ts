import { setImmediate as gap } from 'node:timers/promises'
import type { MediaMeasures, MediaStore } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { mediaStoreCases } from '../src/index.ts'
import { peopled, type SocialStores } from '../src/peopled.ts'
import { inFlight } from './flaw-races.ts'
import { stillAttached } from './media-flaw-tools.ts'

type Ports = SocialStores

/** A storage whose media have a flaw. */
function flawed(breaking: (media: MediaStore) => Partial<MediaStore>) {
  return ({ media }: Ports): Partial<Ports> => ({ media: { ...media, ...breaking(media) } })
}

const attachingFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'keeps whole seconds',
    breaking: flawed(({ ready }) => ({
      ready: (id, { durationSeconds, ...measures }) =>
        ready(id, { ...measures, durationSeconds: durationSeconds && Math.floor(durationSeconds) }),
    })),
    fails: ['media/reserve-and-ready'],
  },
  {
    flaw: 'takes an id twice without a word',
    breaking: flawed(({ reserve }) => ({ reserve: (item) => reserve(item).catch(() => {}) })),
    fails: ['media/id-in-use'],
  },
  {
    flaw: 'makes a medium ready that was released',
    breaking: flawed(({ byIds, ready }) => ({
      async ready(id, measures) {
        const [item] = await byIds([id])
        return (await ready(id, measures)) || item?.state === 'released'
      },
    })),
    fails: ['media/ready-again', 'media/release-all', 'media/sweep'],
  },
  {
    flaw: 'measures a medium again',
    breaking: flawed(({ byIds, ready }) => {
      const again = new Map<string, MediaMeasures>()
      return {
        async ready(id, measures) {
          again.set(id, structuredClone(measures))
          return ready(id, measures)
        },
        byIds: async (ids) =>
          (await byIds(ids)).map((item) => ({
            ...item,
            measures: item.measures && (again.get(item.id) ?? null),
          })),
      }
    }),
    fails: ['media/ready-again', 'media/copies'],
  },
  {
    flaw: 'looks for a thousand media at most',
    breaking: flawed(({ byIds }) => ({ byIds: (ids) => byIds(ids.slice(0, 1000)) })),
    fails: ['media/by-ids'],
  },
  {
    flaw: 'takes a cover for an avatar',
    breaking: flawed(({ bySubjects }) => ({
      async bySubjects(use, subjects) {
        const covers = use === 'avatar' ? await bySubjects('cover', subjects) : []
        return [...(await bySubjects(use, subjects)), ...covers]
      },
    })),
    fails: ['media/by-subjects'],
  },
  {
    flaw: 'keeps the former avatar',
    breaking: ({ posts, media }) => {
      const { keep, ports } = stillAttached(media)
      return {
        posts,
        media: {
          ...media,
          ...ports,
          async attach(id, ownerId, use) {
            const [item] = await media.byIds([id])
            if (item?.attachment === null) await keep(use, ownerId)
            return media.attach(id, ownerId, use)
          },
        },
      }
    },
    fails: ['media/attach-avatar'],
  },
  {
    flaw: 'attaches the upload of anyone',
    breaking: flawed(({ attach, byIds }) => ({
      async attach(id, ownerId, use) {
        const [item] = await byIds([id])
        return attach(id, item?.ownerId ?? ownerId, use)
      },
    })),
    fails: ['media/attach-refused'],
  },
  {
    flaw: 'takes the former avatar away although it cannot attach the new one',
    breaking: flawed(({ attach, detach }) => ({
      async attach(id, ownerId, use) {
        const answer = await attach(id, ownerId, use)
        if (answer.outcome === 'unavailable') await detach(use, ownerId)
        return answer
      },
    })),
    fails: ['media/attach-refused', 'media/one-use'],
  },
  {
    flaw: 'looks whether an upload is free first and attaches it later',
    breaking: flawed(({ attach, byIds }) => ({
      async attach(id, ownerId, use) {
        const [item] = await byIds([id])
        await gap()
        const answer = await attach(id, ownerId, use)
        const wasFree = item?.state === 'ready' && item.attachment === null && item.ownerId === ownerId
        return wasFree ? { outcome: 'attached', released: [] } : answer
      },
    })),
    fails: ['media/one-use', 'media/sweep-attach-race'],
  },
  {
    flaw: 'leaves two avatars when two are set at once',
    breaking: flawed(({ attach, bySubjects }) => {
      const running = inFlight()
      const met = new Set<string>()
      return {
        async attach(id, ownerId, use) {
          if (running.has(ownerId)) met.add(ownerId)
          return running.during(ownerId, () => gap().then(() => attach(id, ownerId, use)))
        },
        async bySubjects(use, subjects) {
          const found = await bySubjects(use, subjects)
          return found.flatMap((item) => (met.has(item.attachment?.subject ?? '') ? [item, item] : [item]))
        },
      }
    }),
    fails: ['media/parallel-avatars'],
  },
  {
    flaw: 'takes the cover away with the avatar',
    breaking: flawed(({ detach }) => ({
      async detach(use, ownerId) {
        await detach(use === 'avatar' ? 'cover' : 'avatar', ownerId)
        return await detach(use, ownerId)
      },
    })),
    fails: ['media/detach'],
  },
  {
    flaw: 'does not say which avatar it released',
    breaking: flawed(({ attach }) => ({
      async attach(id, ownerId, use) {
        const answer = await attach(id, ownerId, use)
        return answer.outcome === 'attached' ? { ...answer, released: [] } : answer
      },
    })),
    fails: ['media/attach-avatar', 'media/parallel-avatars'],
  },
  {
    flaw: 'takes a video for an avatar',
    breaking: flawed(({ attach, byIds }) => ({
      async attach(id, ownerId, use) {
        const [item] = await byIds([id])
        const isFree = item?.ownerId === ownerId && item.attachment === null && item.state === 'ready'
        return item?.kind === 'video' && isFree
          ? { outcome: 'attached', released: [] }
          : attach(id, ownerId, use)
      },
    })),
    fails: ['media/attach-refused'],
  },
  {
    flaw: 'asks nobody whether the owner lives',
    breaking() {
      const { posts, media } = peopled(createMemoryStorage())
      return { posts, media }
    },
    fails: ['media/attach-gone-owner'],
  },
  {
    flaw: 'keeps the measures it was given',
    breaking: flawed(({ byIds, ready }) => {
      const given = new Map<string, MediaMeasures>()
      return {
        async ready(id, measures) {
          const done = await ready(id, measures)
          if (done) given.set(id, measures)
          return done
        },
        byIds: async (ids) =>
          (await byIds(ids)).map((item) => ({
            ...item,
            measures: structuredClone(given.get(item.id) ?? item.measures),
          })),
      }
    }),
    fails: ['media/copies'],
  },
]

const everyState = 'media/list'

const listingFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'lists no media that are released',
    breaking: flawed(({ list }) => ({
      list: async (after, limit) => (await list(after, limit)).filter(({ state }) => state !== 'released'),
    })),
    fails: [everyState],
  },
  {
    flaw: 'lists the medium to begin behind once more',
    breaking: flawed(({ list, byIds }) => ({
      list: async (after, limit) =>
        after === null
          ? list(after, limit)
          : [...(await byIds([after])), ...(await list(after, limit))].slice(0, limit),
    })),
    fails: [everyState],
  },
]

const byOwnerFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'answers the oldest media of an owner first',
    breaking: flawed(({ byOwner }) => ({
      byOwner: async (ownerId, keyset) => (await byOwner(ownerId, keyset)).reverse(),
    })),
    fails: ['media/by-owner', 'media/by-owner-states'],
  },
  {
    flaw: 'goes on with the medium that the last page ended with',
    breaking: flawed(({ byOwner }) => ({
      byOwner: (ownerId, { limit, before }) => byOwner(ownerId, { limit, before: before && `${before}~` }),
    })),
    fails: ['media/by-owner'],
  },
  {
    flaw: 'answers more media of an owner than asked for',
    breaking: flawed(({ byOwner }) => ({
      byOwner: (ownerId, { limit, before }) => byOwner(ownerId, { limit: limit + 1, before }),
    })),
    fails: ['media/by-owner'],
  },
  {
    flaw: 'answers the media of everyone',
    breaking: flawed(({ byOwner, reserve }) => {
      const owners = new Set<string>()
      return {
        reserve(item) {
          owners.add(item.ownerId)
          return reserve(item)
        },
        async byOwner(_, { limit, before }) {
          const lists = await Promise.all([...owners].map((id) => byOwner(id, { limit: 100, before })))
          return lists
            .flat()
            .sort((one, other) => (one.id < other.id ? 1 : -1))
            .slice(0, limit)
        },
      }
    }),
    fails: ['media/by-owner'],
  },
  {
    flaw: 'leaves out of a list what is reserved only',
    breaking: flawed(({ byOwner }) => ({
      byOwner: async (ownerId, keyset) =>
        (await byOwner(ownerId, keyset)).filter((item) => item.state === 'ready'),
    })),
    fails: ['media/by-owner-states'],
  },
  {
    flaw: 'leaves out of a list what is in use',
    breaking: flawed(({ byOwner }) => ({
      byOwner: async (ownerId, keyset) =>
        (await byOwner(ownerId, keyset)).filter((item) => item.attachment === null),
    })),
    fails: ['media/by-owner-states'],
  },
  {
    flaw: 'lists released media as well',
    breaking: flawed(({ byIds, byOwner, reserve }) => {
      const reserved: string[] = []
      return {
        reserve(item) {
          reserved.push(item.id)
          return reserve(item)
        },
        async byOwner(ownerId, keyset) {
          const released = (await byIds(reserved)).filter((item) => item.state === 'released')
          return [...(await byOwner(ownerId, keyset)), ...released]
        },
      }
    }),
    fails: ['media/by-owner-states'],
  },
]

const claimingFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'lets everybody claim',
    breaking: flawed(({ byIds }) => ({
      claim: async ({ id }) => (await byIds([id]))[0]?.state === 'reserved',
    })),
    fails: ['media/parallel-claims', 'media/claim-ends', 'media/unclaim'],
  },
  {
    flaw: 'looks who claims first and claims later',
    breaking: flawed(({ byIds }) => {
      const held = new Map<string, { by: string; until: Date }>()
      return {
        async claim({ id, by, now, until }) {
          const claim = held.get(id)
          const [item] = await byIds([id])
          await gap()
          if (item?.state !== 'reserved' || (claim && claim.by !== by && claim.until > now)) return false
          held.set(id, { by, until })
          return true
        },
        async unclaim({ id, by }) {
          if (held.get(id)?.by === by) held.delete(id)
        },
      }
    }),
    fails: ['media/parallel-claims'],
  },
  {
    flaw: 'keeps a claim for ever',
    breaking: flawed(({ claim }) => ({
      claim: (wanted) => claim({ ...wanted, now: new Date(0) }),
    })),
    fails: ['media/claim-ends'],
  },
  {
    flaw: 'forgets who claimed',
    breaking: flawed(({ claim }) => {
      let calls = 0
      return { claim: (wanted) => claim({ ...wanted, by: `${wanted.by}-${++calls}` }) }
    }),
    fails: ['media/claim-ends', 'media/unclaim'],
  },
  {
    flaw: 'lets anyone end a claim',
    breaking: flawed(({ claim, unclaim }) => {
      const holders = new Map<string, string>()
      return {
        async claim(wanted) {
          const held = await claim(wanted)
          if (held) holders.set(wanted.id, wanted.by)
          return held
        },
        unclaim: ({ id }) => unclaim({ id, by: holders.get(id) ?? '' }),
      }
    }),
    fails: ['media/unclaim'],
  },
  {
    flaw: 'lets what is ready be claimed',
    breaking: flawed(({ byIds, claim }) => ({
      claim: async (wanted) => (await claim(wanted)) || (await byIds([wanted.id]))[0]?.state === 'ready',
    })),
    fails: ['media/claim-reserved-only'],
  },
  {
    flaw: 'makes nothing ready that is claimed',
    breaking: flawed(({ claim, ready }) => {
      const claimed = new Set<string>()
      return {
        async claim(wanted) {
          const held = await claim(wanted)
          if (held) claimed.add(wanted.id)
          return held
        },
        ready: async (id, measures) => !claimed.has(id) && ready(id, measures),
      }
    }),
    fails: ['media/claim-reserved-only'],
  },
]

const releaseFlaws: readonly Broken<Ports>[] = [
  {
    flaw: 'leaves the avatar when it releases all',
    breaking: ({ posts, media }) => {
      const { keep, ports } = stillAttached(media)
      return {
        posts,
        media: {
          ...media,
          ...ports,
          async releaseAll(ownerId, limit) {
            await keep('avatar', ownerId)
            return await media.releaseAll(ownerId, limit)
          },
        },
      }
    },
    fails: ['media/release-all'],
  },
  {
    flaw: 'releases all of an owner in one step',
    breaking: flawed(({ releaseAll }) => ({ releaseAll: (ownerId) => releaseAll(ownerId, 1000) })),
    fails: ['media/release-all-limit'],
  },
  {
    flaw: 'sweeps what was reserved at the very moment',
    breaking: flawed(({ sweep }) => ({
      sweep: (before, limit, after) => sweep(new Date(before.getTime() + 1), limit, after),
    })),
    fails: ['media/sweep', 'media/sweep-leaves-arriving'],
  },
  {
    flaw: 'names the newest released media first',
    breaking: flawed(({ sweep }) => ({
      sweep: async (before, limit, after) => (await sweep(before, limit, after)).reverse(),
    })),
    fails: ['media/sweep', 'media/sweep-oldest-first', 'media/sweep-released'],
  },
  {
    flaw: 'releases all that is old at once',
    breaking: flawed(({ sweep }) => ({
      async sweep(before, limit, after) {
        await sweep(before, 100)
        return sweep(before, limit, after)
      },
    })),
    fails: ['media/sweep-limit'],
  },
  {
    flaw: 'begins with the oldest each time',
    breaking: flawed(({ sweep }) => ({ sweep: (before, limit) => sweep(before, limit) })),
    fails: ['media/sweep-after'],
  },
  {
    flaw: 'names once more the one that the last call ended with',
    breaking: flawed(({ sweep }) => ({
      sweep: (before, limit, after) => sweep(before, limit, after && `${after.slice(0, -1)}`),
    })),
    fails: ['media/sweep-after'],
  },
  {
    flaw: 'names only what was reserved long ago',
    breaking: flawed(({ byIds, sweep }) => ({
      async sweep(before, limit, after) {
        const found = await byIds(await sweep(before, limit, after))
        return found.filter((item) => item.createdAt < before).map((item) => item.id)
      },
    })),
    fails: ['media/sweep-released'],
  },
  {
    flaw: 'names a medium whose blob may still be on the way',
    breaking: flawed(({ byIds, reserve, sweep }) => {
      const reserved: string[] = []
      return {
        reserve(item) {
          reserved.push(item.id)
          return reserve(item)
        },
        async sweep(before, limit, after) {
          const ids = await sweep(before, limit, after)
          const others = (await byIds(reserved)).filter((item) => item.state === 'released' && !item.measures)
          return [...new Set([...ids, ...others.map((item) => item.id)])].sort().slice(0, limit)
        },
      }
    }),
    fails: ['media/sweep-leaves-arriving'],
  },
  {
    flaw: 'looks what is unattached first and names it later',
    breaking: flawed(({ byIds, reserve, sweep }) => {
      const reserved: string[] = []
      return {
        reserve(item) {
          reserved.push(item.id)
          return reserve(item)
        },
        async sweep(before, limit, after) {
          const old = (await byIds(reserved)).filter((item) => !item.attachment && item.createdAt < before)
          await gap()
          await sweep(before, limit, after)
          const still = await byIds(old.map((item) => item.id))
          const named = [
            ...(await sweep(before, limit, after)),
            ...still.filter((item) => item.attachment).map((item) => item.id),
          ]
          return [...new Set(named)].sort().slice(0, limit)
        },
      }
    }),
    fails: ['media/sweep-limit', 'media/sweep-attach-race'],
  },
  {
    flaw: 'forgets a medium that is ready',
    breaking: flawed(({ byIds, forget }) => {
      const forgotten = new Set<string>()
      return {
        async forget(id) {
          forgotten.add(id)
          await forget(id)
        },
        byIds: async (ids) => (await byIds(ids)).filter((item) => !forgotten.has(item.id)),
      }
    }),
    fails: ['media/forget'],
  },
]

testFlaws<Ports>(mediaStoreCases, createMemoryStorage, [
  ...attachingFlaws,
  ...claimingFlaws,
  ...listingFlaws,
  ...byOwnerFlaws,
  ...releaseFlaws,
])
