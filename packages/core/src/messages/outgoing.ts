import type { KithConfig } from '../config.ts'
import { createDelivery, type DeliveryParts, type DeliveryReport } from '../outbox/delivery.ts'
import type { OutboxRow, OutboxRows } from '../outbox/outbox-store.ts'
import { createSeal } from '../sealed.ts'
import { JobStopped } from '../steps.ts'
import type { Stores } from '../storage.ts'
import { within } from '../within.ts'
import type { Message } from './messenger.ts'

/** A message to send, before it has an id. */
export type Draft = Message extends infer Kind ? (Kind extends Message ? Omit<Kind, 'id'> : never) : never

/** Sends messages in the background. They are stored, sealed, in one step with their causes. */
export interface Outgoing {
  /** Whether the app can send by this channel. */
  can(channel: Message['channel']): boolean
  /**
   * The `outbox` argument that stores these messages with their cause; those that the app cannot send are left out.
   * `null` represents a message that is not sent, and costs the same. After `until` it is dropped: nobody wants an
   * expired code.
   */
  rows<Change = void>(
    until: Date,
    draftsOf: (change: Change) => readonly (Draft | null)[],
  ): OutboxRows<Change>
  /** Starts sending waiting messages in the background, and retries for about a minute. Upkeep sends the rest. */
  kick(): void
  /** Sends waiting messages, one attempt each. */
  send(): Promise<DeliveryReport>
  /** Resolves when started work is done, except for pending retries. Never rejects. */
  settled(): Promise<void>
}

/** The dependencies of {@link createOutgoing}. */
interface OutgoingParts extends DeliveryParts {
  config: KithConfig
  storage: Pick<Stores, 'messages'>
}

/** The sealed content of a row. */
interface Envelope {
  draft: Draft | null
  until: number
}

/** The name of each row: the subject of a message is sealed. */
const rowName = 'message'
const [sendSeconds, leaseSeconds] = [30, 60]
/** Pauses of the outbox grow from a second, doubling: this process returns after each of the first ones. */
const retrySeconds: readonly number[] = [1, 2, 4, 8, 16, 32]

/** Creates the sending of one Kith instance's messages. */
export function createOutgoing(core: OutgoingParts): Outgoing {
  const { config, storage, clock, makeId } = core
  const { log, telemetry } = config
  const seal = createSeal(config, 'messages')
  let sending: Promise<void> | null = null
  let again = false
  let retry: NodeJS.Timeout | null = null

  const can: Outgoing['can'] = (channel) => config.messages[channel] !== null

  /** Each has its own key, so that no message waits for another that nobody accepts. */
  function row(until: Date, draft: Draft | null): OutboxRow {
    const id = makeId()
    const envelope: Envelope = { draft: draft && can(draft.channel) ? draft : null, until: until.getTime() }
    const payload = seal.close(padded(JSON.stringify(envelope)), id)
    return { queue: 'messages', id, key: id, name: rowName, at: clock(), payload }
  }

  async function handle({ id, payload }: OutboxRow): Promise<void> {
    const text = seal.open(payload, id)
    if (text === null) return log.error('message.unreadable', { fields: { messageId: id } })
    const { draft, until } = JSON.parse(text) as Envelope
    if (!draft) return
    const { kind, channel } = draft
    const fields = { messageId: id, message: kind, channel }
    const outcome = await hand(id, draft, until)
    telemetry.count('kith.messages', 1, {
      'kith.message': kind,
      'kith.channel': channel,
      'kith.outcome': outcome,
    })
    if (outcome === 'refused') log.warn('message.refused', { fields })
    if (outcome === 'late') log.warn('message.late', { fields })
  }

  /** Rejects if the message should be retried. */
  async function hand(id: string, draft: Draft, until: number): Promise<'sent' | 'refused' | 'late'> {
    const messenger = config.messages[draft.channel]
    const left = until - clock().getTime()
    if (left <= 0 || !messenger) return 'late'
    try {
      const message = { ...draft, id } as Message
      await within({ millis: Math.min(left, sendSeconds * 1000) }, (signal) =>
        messenger.send(message, signal),
      )
      return 'sent'
    } catch (error) {
      if (isRefused(error)) return 'refused'
      throw error
    }
  }

  async function send(): Promise<DeliveryReport> {
    return await createDelivery(core, {
      store: storage.messages,
      limit: 1_000,
      concurrency: 8,
      leaseSeconds,
      handle,
      delivered: () => {},
      failed({ id, payload }, { error, ...tries }) {
        const secrets = (): string[] => secretsIn(seal.open(payload, id))
        log.error('message.not-sent', { error, secrets, fields: { messageId: id, ...tries } })
      },
    }).run()
  }

  async function sendAll(tried: number): Promise<void> {
    try {
      let report: DeliveryReport
      let postponed = 0
      do {
        again = false
        report = await send()
        postponed += report.postponed
      } while (report.more || again)
      if (postponed > 0) comeBack(tried)
    } catch (error) {
      if (error instanceof JobStopped) return
      log.error('message.queue-failed', { error })
      comeBack(tried)
    } finally {
      sending = null
    }
  }

  function comeBack(tried: number): void {
    const seconds = retrySeconds[tried]
    if (seconds === undefined) return
    if (retry) clearTimeout(retry)
    retry = setTimeout(() => begin(tried + 1), seconds * 1000 + 50)
    // Keeps no process alive.
    retry.unref()
  }

  function begin(tried: number): void {
    if (sending) again = true
    else sending = sendAll(tried)
  }

  return {
    can,
    rows: (until, draftsOf) => (change) => draftsOf(change).map((draft) => row(until, draft)),
    kick() {
      if (can('email') || can('sms')) begin(0)
    },
    send,
    async settled() {
      while (sending) await sending
    },
  }
}

/** Values that a messenger may include in an error, and that must not be logged. */
function secretsIn(text: string | null): string[] {
  const { draft } = text === null ? { draft: null } : (JSON.parse(text) as Envelope)
  if (!draft) return []
  const { code = null, link = null } = draft.content as { code?: string; link?: string | null }
  const token = link && new URLSearchParams(new URL(link).hash.slice(1)).get('code')
  return [draft.to, code, link, token].filter((secret) => secret !== null)
}

/** All padded to one length, as far as messages to users have one, so that a row reveals nothing about its content. */
function padded(text: string): string {
  return text.padEnd(Math.ceil(Buffer.byteLength(text) / 512) * 512)
}

function isRefused(error: unknown): boolean {
  return (error as Error | null)?.name === 'MessageRefused'
}
