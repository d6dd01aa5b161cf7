import { isKithError, type Kith, KithError, type Viewer } from '@kith/core'
import type { CallingPage } from './calling-page.ts'
import { isBearer, type Credentials } from './credentials.ts'
import type { Guard } from './guard.ts'
import type { AskingRequest, HostViewer } from './host-viewer.ts'
import { hostOf, isUnsafe, type RequestHead } from './http-request.ts'

/** The dependencies of {@link createHostGuard}. */
export interface HostGuardOptions {
  viewer: HostViewer<never>
  kith: Pick<Kith, 'accounts' | 'viewerOf'>
  page: CallingPage
}

/**
 * Creates the guard of an app with its own sign-in. That identifies the account; whether it exists and is not suspended
 * is checked here each time, with one read, since no session of Kith ends with it.
 */
export function createHostGuard({ viewer: ask, kith, page }: HostGuardOptions): Guard {
  /** A browser may add more than cookies here on its own: certificates, or saved passwords. */
  function demandOwnPage(head: RequestHead): void {
    if (head.headers.get('cookie') !== null) return page.demandAllowed(head)
    if (!isBearer(head.headers.get('authorization') ?? '')) page.demandNotForeign(head)
  }

  async function viewerOf(found: Credentials): Promise<Viewer | null> {
    if (found.kind !== 'host') throw new TypeError('these are credentials of Kith')
    const userId: unknown = await ask(toAsking(found.head), hostOf(found.head) as never)
    if (userId === null) return null
    // An id in another spelling would count as a different account in limits and logs.
    if (typeof userId !== 'string' || !idPattern.test(userId)) throw new TypeError(noId(userId))
    const viewer = kith.viewerOf(userId)
    await kith.accounts.admit(viewer)
    return viewer
  }

  return {
    credentials(head) {
      if (isUnsafe(head.method)) demandOwnPage(head)
      return { kind: 'host', head }
    },
    credentialsOfUpgrade(head) {
      demandOwnPage(head)
      return { kind: 'host', head }
    },
    demandOwnPage() {
      throw new TypeError("signIn: with the `viewer` option sign-in and sessions are the app's own")
    },
    async viewerOf(found) {
      const viewer = await viewerOf(found)
      if (viewer === null) throw new KithError('unauthenticated')
      return viewer
    },
    async guestOf(found) {
      try {
        return await viewerOf(found)
      } catch (error) {
        // Reads what everyone may read.
        if (isKithError(error) && (error.code === 'account-banned' || error.code === 'unauthenticated'))
          return null
        throw error
      }
    },
  }
}

function toAsking(head: RequestHead): AskingRequest {
  const { method, headers } = head
  return { method, target: targetOf(head), headers: { get: (name) => headers.get(name.toLowerCase()) } }
}

function targetOf(head: RequestHead & { url?: unknown }): string | null {
  if (head.target !== undefined) return head.target
  // A Fetch request.
  if (typeof head.url !== 'string') return null
  const { pathname, search } = new URL(head.url)
  return pathname + search
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Without the value, which may be a secret: a session token, for example. */
function noId(value: unknown): string {
  const given = Array.isArray(value) ? 'an array' : typeof value
  const what = typeof value === 'string' ? 'a string that is no id' : given
  return `The \`viewer\` option returned ${what}: return the id of an account of Kith (a UUID in lower case, such as \`kith.accounts.shadowId(externalId)\` gives), or null for a guest`
}
