import { setTimeout as sleep } from 'node:timers/promises'
import type { SignIn } from '@kith/core'
import type { EdgeKind } from '@kith/core/ports'
import { type Call, type Reply, send } from './call.ts'
import type { FleetServer } from './fleet.ts'
import type { Ledger, Member } from './ledger.ts'
import { freshName, password, tokensOf } from './member.ts'

/** Members who use all servers concurrently until they are stopped. */
export interface Load {
  /** Every response so far, oldest first. */
  replies: readonly Reply[]
  /** Stops the load: every member finishes the current call. */
  stop(): Promise<void>
}

/** How long a revocation may take to be known everywhere, however busy the machine is. */
export const leaseMillis = 1_000
/** Members ignore `Retry-After`, so that an outage has an effect. */
const retryMillis = 250
const pauseMillis = 20

/** Starts the load. Acknowledgments, and responses that should not have been given, go into the ledger. */
export function startLoad(servers: readonly FleetServer[], ledger: Ledger, people: number): Load {
  const replies: Reply[] = []
  let stopped = false

  function anyOf<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(Math.random() * items.length)]
  }

  function note(reply: Reply, expected: readonly number[]): Reply {
    replies.push(reply)
    if (!expected.includes(reply.status) && !isRefusal(reply)) ledger.mistakes.push(reply)
    return reply
  }

  async function call(request: Call, expected: readonly number[]): Promise<Reply> {
    return note(await send(anyOf(servers) as FleetServer, request), expected)
  }

  /** Retries until there is a response, from any server. */
  async function insist(request: Call, expected: readonly number[]): Promise<Reply> {
    for (;;) {
      const reply = await call(request, expected)
      if (reply.status !== 503) return reply
      await sleep(retryMillis)
    }
  }

  async function join(): Promise<Member> {
    const username = freshName()
    const body = { username, password, transport: 'bearer' }
    const reply = await insist({ method: 'POST', path: '/users/register', body }, [201, 409])
    // Already taken by the same member, if an earlier attempt got a 503 but was carried out.
    const { user, tokens } = reply.status === 201 ? (reply.body as SignIn) : await logIn(username)
    const member = { id: user.id, username, tokens }
    ledger.members.push(member)
    return member
  }

  async function logIn(username: string): Promise<SignIn> {
    const body = { login: username, password, transport: 'bearer' }
    return (await insist({ method: 'POST', path: '/users/login', body }, [200])).body as SignIn
  }

  async function post({ id: authorId, username, tokens }: Member): Promise<void> {
    const caption = `${username} at ${performance.now()}`
    const { accessToken } = tokens
    const body = { caption, media: [] }
    const reply = await call({ method: 'POST', path: '/posts', accessToken, body }, [201])
    if (reply.status === 201) ledger.posts.push({ ...(reply.body as { id: string }), authorId, caption })
  }

  async function toggle(
    { id: from, tokens }: Member,
    edge: { kind: EdgeKind; to: string; path: string },
  ): Promise<void> {
    const { kind, to, path } = edge
    const there = Math.random() < 0.7
    const { accessToken } = tokens
    const { status } = await insist({ method: there ? 'PUT' : 'DELETE', path, accessToken }, [200])
    if (status === 200) ledger.toggled({ kind, from, to, there })
  }

  async function follow(member: Member): Promise<void> {
    const other = anyOf(ledger.members)
    if (!other || other === member) return
    await toggle(member, { kind: 'follow', to: other.id, path: `/users/${other.username}/follow` })
  }

  async function like(member: Member): Promise<void> {
    const liked = anyOf(ledger.posts)
    if (liked) await toggle(member, { kind: 'like', to: liked.id, path: `/posts/${liked.id}/like` })
  }

  async function refresh(member: Member): Promise<void> {
    const { refreshToken } = member.tokens
    const request = { method: 'POST', path: '/users/refresh', body: { refreshToken } } as const
    const reply = await insist(request, [200])
    if (reply.status === 200) member.tokens = tokensOf(reply)
  }

  /** Ends the session, with one token or the other, and starts another. */
  async function change(member: Member): Promise<void> {
    const { accessToken, refreshToken } = member.tokens
    const look = { method: 'GET', path: '/users/me', accessToken } as const
    for (const server of servers) note(await send(server, look), [200])
    const by = Math.random() < 0.5 ? { accessToken } : { body: { refreshToken } }
    const { status } = await insist({ method: 'POST', path: '/users/logout', ...by }, [204])
    if (status === 204) ledger.ended({ accessToken, refreshToken })
    member.tokens = (await logIn(member.username)).tokens
  }

  async function live(): Promise<void> {
    const member = await join()
    const read = async (path: string): Promise<void> => {
      await call({ method: 'GET', path, accessToken: member.tokens.accessToken }, [200])
    }
    const acts = [post, follow, like, refresh, change, () => read('/feed'), () => read('/users/me')]
    while (!stopped) {
      await anyOf(acts)?.(member)
      await sleep(pauseMillis)
    }
  }

  /** Tries ended sessions. */
  async function intrude(): Promise<void> {
    while (!stopped) {
      const over = anyOf(ledger.endedBefore(performance.now() - leaseMillis))
      if (over) await call({ method: 'GET', path: '/users/me', accessToken: over.accessToken }, [401])
      await sleep(pauseMillis)
    }
  }

  const working = [intrude(), ...Array.from({ length: people }, live)]
  return {
    replies,
    async stop() {
      stopped = true
      await Promise.all(working)
    },
  }
}

/** Whether the response properly says that it does not work at the moment. */
export function isRefusal({ status, headers, code }: Reply): boolean {
  return (
    status === 503 &&
    ['storage-unavailable', 'storage-busy'].includes(code) &&
    Number(headers.get('retry-after')) >= 1 &&
    headers.get('content-type') === 'application/problem+json'
  )
}
