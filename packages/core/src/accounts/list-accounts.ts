import { domainToASCII } from 'node:url'
import * as z from 'zod'
import type { Core } from '../core.ts'
import { parseInput } from '../input.ts'
import { openCursor, type Page, type PageInput, pageInput, sealCursor } from '../page.ts'
import { isStreamSafe } from '../text/stream-safe.ts'
import { fold } from './identifiers.ts'
import type { IdentifierTexts, UserFilter, UserRecord, UserStore } from './user-store.ts'

/** Which accounts to list: those that match all given conditions. */
export interface AccountFilter {
  /**
   * What the username, the email address or the phone number begins with, folded as they are stored; a phone number begins with `+`. Where
   * the storage has an index for it (PostgreSQL with the extension `pg_trgm`), three characters and more are found anywhere in them. An
   * empty string finds every account.
   */
  search?: string | undefined
  /** Whether it is banned. `false` also leaves out those that wait for approval. */
  banned?: boolean | undefined
  /** Whether it waits for approval; such an account is not banned. */
  waiting?: boolean | undefined
  role?: string | undefined
}

const filterInput: z.ZodType<AccountFilter> = z.strictObject({
  search: z.string().max(254).optional(),
  banned: z.boolean().optional(),
  waiting: z.boolean().optional(),
  role: z.string().max(32).optional(),
})

const listName = 'accounts'

/** If no more match they are all found by an index; of more, some are not far below any id. */
const fewMatches = 1_000
/**
 * Whether an index finds a text in the middle: three characters, with two letters or digits in a row, since punctuation
 * is not in an index of trigrams. Any other text is found only if an identifier begins with it.
 */
const isIndexable = (text: string): boolean => /[a-z\d]{2}/.test(text) && Array.from(text).length >= 3
/** So many are read at a time of those that were found. */
const readAtOnce = 200
/**
 * After this many steps, half a second of interleaved work, the page is returned as it is, with a cursor to continue.
 */
const mostSteps = 1_000

/** Reads a page of live accounts, highest id first, at a bounded cost for any search. */
export async function listAccounts(
  core: Core,
  filter: AccountFilter,
  page: PageInput,
): Promise<Page<UserRecord>> {
  const { search = '', ...given } = parseInput(filterInput, filter)
  const others = storedFilter(given)
  const { limit = 20, cursor } = parseInput(pageInput, page)
  const before = cursor === undefined ? null : openCursor(listName, cursor)
  const wanted = { limit, before }
  if (given.banned && given.waiting) return { items: [], nextCursor: null }
  const texts = textsOf(search)
  if (texts === null) return await walk(core, others, wanted)
  const { ids, matching } = await indexed(core.storage.users, texts)
  if (ids.length > fewMatches) return await walk(core, { ...others, ...matching }, wanted)
  return await pick(core, ids.sort().reverse(), { ...wanted, filter: others })
}

/** Asks the indexes for some more than few accounts, anywhere in their identifiers if there is an index for that. */
async function indexed(
  users: UserStore,
  texts: IdentifierTexts,
): Promise<{ ids: string[]; matching: UserFilter }> {
  const areIndexable = Object.values(texts).every(isIndexable)
  const containing = areIndexable ? await users.idsContaining?.(texts, fewMatches + 1) : null
  if (containing) return { ids: containing, matching: { contains: texts } }
  return { ids: await users.idsBeginning(texts, fewMatches + 1), matching: { begins: texts } }
}

/** What waits is stored as banned, and is not. */
function storedFilter({ banned, waiting, ...others }: Omit<AccountFilter, 'search'>): UserFilter {
  return waiting || banned === undefined ? { ...others, waiting } : { ...others, banned, waiting: false }
}

interface Wanted {
  limit: number
  before: string | null
}

/** Reads downward from an id, in steps that may find nothing. */
async function walk(core: Core, filter: UserFilter, { limit, before }: Wanted): Promise<Page<UserRecord>> {
  const { steps, storage } = core
  const items: UserRecord[] = []
  let next = before
  for (let step = 1; ; step++) {
    // One extra row shows whether the list continues.
    const keyset = { limit: limit + 1 - items.length, before: next }
    const found = await steps.once(() => storage.users.search(filter, keyset))
    items.push(...found.users)
    if (items.length > limit) return cut(items, limit)
    next = found.next
    if (next === null) return { items, nextCursor: null }
    if (step === mostSteps) return { items, nextCursor: sealCursor(listName, next) }
  }
}

/** Reads the matching accounts among these ids. */
async function pick(
  core: Core,
  ids: readonly string[],
  { limit, before, filter: { banned, waiting, role } }: Wanted & { filter: UserFilter },
): Promise<Page<UserRecord>> {
  const items: UserRecord[] = []
  const below = before === null ? ids : ids.filter((id) => id < before)
  for (let from = 0; from < below.length && items.length <= limit; from += readAtOnce) {
    const part = below.slice(from, from + readAtOnce)
    const found = await core.steps.once(() => core.storage.users.byIds(part))
    const matching = found.filter(
      (user) =>
        (banned === undefined || (user.bannedAt !== null) === banned) &&
        (waiting === undefined || (user.waitingSince !== null) === waiting) &&
        (role === undefined || user.role === role),
    )
    items.push(...matching.sort((a, b) => (a.id < b.id ? 1 : -1)))
  }
  return items.length > limit ? cut(items, limit) : { items, nextCursor: null }
}

function cut(items: UserRecord[], limit: number): Page<UserRecord> {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, nextCursor: last ? sealCursor(listName, last.id) : null }
}

/** What to look for in identifiers as they are stored; `null` for an empty search. What cannot be in one matches none. */
function textsOf(search: string): IdentifierTexts | null {
  if (!isStreamSafe(search) || !search.isWellFormed() || search.includes('\0')) return {}
  const text = fold(search)
  if (text === '') return null
  const at = text.indexOf('@')
  if (at >= 0) {
    const domain = text.slice(at + 1)
    return { email: text.slice(0, at + 1) + (domainToASCII(domain) || domain) }
  }
  const texts = { username: text, email: text }
  return /^\+?[\d\s().-]+$/.test(text) ? { ...texts, phone: text.replace(/[\s().-]/g, '') } : texts
}
