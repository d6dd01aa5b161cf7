import { randomUUID } from 'node:crypto'
import type { KithConfig } from '../config.ts'
import { KithError } from '../errors.ts'
import type { Stores } from '../storage.ts'
import { type BlobStore, isMarked, type MarkedBlobStore } from './blob-store.ts'
import type { MediaStore } from './media-store.ts'

/** The findings of {@link MediaPlace.adopt}. */
export interface Adoption {
  /** How many media of the database were looked up: the oldest, at most 100. */
  checked: number
  /** How many of them exist. */
  found: number
}

/** Whether the media storage is the one that belongs to the database. */
export interface MediaPlace {
  /**
   * Called before anything is stored or removed. Checks at most once a second.
   * @throws storage-failed if the place has no mark, or that of another database
   */
  demand(): Promise<void>
  /**
   * Called before blobs are removed that are not in the database. A place without marks must have half of the oldest
   * media: otherwise the blobs belong to another database. @throws storage-failed
   */
  demandOwn(): Promise<void>
  /** For `ready()`: rejects with what is wrong and what to do. Absent if the place has no marks. */
  check?(): Promise<null>
  /** Accepts the place as the one of this database, on an operator's word. */
  adopt(): Promise<Adoption>
}

/** The fact with the mark. */
const markFact = 'media.mark'
/** The prefix of its value until the mark is written. */
const unwritten = 'unwritten:'
/** How long the result of a check is cached. */
const lookMillis = 1_000
/** How many media are looked up in a place without a mark. */
const sampleSize = 100

const howToAdopt =
  'If this is the right place all the same, say so once by kith.upkeep.adoptMedia() or `kith media adopt`.'

/** Looks up the oldest media of a database. */
async function sampleOf(media: MediaStore, blobs: BlobStore): Promise<Adoption> {
  const oldest = await media.list(null, sampleSize)
  const stored = oldest.filter(({ state, measures }) => state !== 'reserved' && measures !== null)
  const found = await blobs.present(stored.map(({ id }) => id))
  return { checked: stored.length, found: found.length }
}

/** Creates the media place of one Kith instance. Blobs without marks are always in their place. */
export function createMediaPlace(
  { facts, media }: Stores,
  { media: { blobs }, log }: KithConfig,
): MediaPlace {
  if (!blobs || !isMarked(blobs)) {
    return {
      demand: async () => {},
      async demandOwn() {
        const { checked, found } = blobs ? await sampleOf(media, blobs) : { checked: 0, found: 0 }
        if (checked > 0 && found * 2 >= checked) return
        throw new KithError('storage-failed', {
          detail: `Nothing was removed: only ${found} of the ${checked} oldest media of this database are stored here, so the other files may belong to another database. Check the database and the media settings.`,
        })
      },
      adopt: async () => {
        throw new KithError('not-configured', { detail: 'This media storage does not need a marker.' })
      },
    }
  }
  const marked: MarkedBlobStore = blobs
  let last: { verdict: Promise<string | null>; until: number } | null = null
  let wasWrong = false

  async function look(): Promise<string | null> {
    const [fact, mark] = [await facts.get(markFact), await marked.readMark()]
    if (fact !== null && fact === mark) return null
    if (fact !== null && !fact.startsWith(unwritten)) {
      return mark === null
        ? `the place of the media has no mark, and that of this database has ${fact}: is the disk mounted, and the path right? ${howToAdopt}`
        : `the place of the media has the mark ${mark} of another database; that of this one has ${fact}: look at its path. ${howToAdopt}`
    }
    // Another process is about to write it, or died in between.
    if (fact !== null && fact === unwritten + mark) return await take(mark ?? '')
    const sample = await sampleOf(media, marked)
    if (sample.checked > 0) return await adoptIfFound(mark, sample)
    // The blobs there are older than the media of this database: they belong to a lost database, or to the release
    // before marks.
    const isEmpty = (await marked.list(null, 1)).blobs.length === 0
    if (isEmpty) return mark === null ? await begin() : await take(mark)
    // Another process may have started, and stored its first file, since this check began.
    if ((await facts.get(markFact)) !== fact) return await look()
    const whose = mark === null ? 'no mark' : `the mark ${mark} of another database`
    return `the place of the media has blobs and ${whose}, and this database has no media: look at the paths of both. ${howToAdopt}`
  }

  /** A place from before this release, or restored with a database from before it. */
  async function adoptIfFound(mark: string | null, { checked, found }: Adoption): Promise<string | null> {
    const told = `${found} of the ${checked} oldest media of this database are there`
    if (found * 2 < checked)
      return `the place of the media has no mark of this database, and ${told}: is the disk mounted, and the path right? ${howToAdopt}`
    log.warn('media.place-adopted', { detail: `${told}.` })
    return mark === null ? await begin() : await take(mark)
  }

  /** The database decides on the mark, so that several processes all write the same. */
  async function begin(): Promise<string | null> {
    const fact = await facts.setOnce(markFact, unwritten + randomUUID())
    // Another process was first; its mark is read on the next check.
    if (!fact.startsWith(unwritten)) return await look()
    const mark = fact.slice(unwritten.length)
    await marked.writeMark(mark)
    await facts.set(markFact, mark)
    return null
  }

  async function take(mark: string): Promise<string | null> {
    await facts.set(markFact, mark)
    return null
  }

  async function problem(): Promise<string | null> {
    if (last && performance.now() < last.until) return await last.verdict
    const looking = { verdict: look(), until: Infinity }
    last = looking
    try {
      const verdict = await looking.verdict
      looking.until = performance.now() + lookMillis
      tell(verdict)
      return verdict
    } catch (error) {
      if (last === looking) last = null
      throw error
    }
  }

  /** Logged once when it begins and once when it is over. */
  function tell(verdict: string | null): void {
    if (verdict !== null && !wasWrong) log.error('media.place-wrong', { detail: verdict })
    if (verdict === null && wasWrong) log.warn('media.place-back')
    wasWrong = verdict !== null
  }

  async function demand(): Promise<void> {
    const verdict = await problem()
    if (verdict === null) return
    throw new KithError('storage-failed', {
      detail: 'Media cannot be stored or removed: this media storage belongs to another database.',
      cause: new Error(verdict),
    })
  }

  return {
    async check() {
      const verdict = await problem()
      if (verdict === null) return null
      throw new KithError('storage-failed', { detail: verdict })
    },
    demand,
    demandOwn: demand,
    async adopt() {
      const sample = await sampleOf(media, marked)
      const [fact, mark] = [await facts.get(markFact), await marked.readMark()]
      if (mark !== null) await take(mark)
      else if (fact === null || fact.startsWith(unwritten)) await begin()
      else await marked.writeMark(fact)
      last = null
      return sample
    },
  }
}
