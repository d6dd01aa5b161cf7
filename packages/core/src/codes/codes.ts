import { createHmac } from 'node:crypto'
import * as z from 'zod'
import type { KithConfig } from '../config.ts'
import { KithError } from '../errors.ts'
import type { Clock, MakeId, Random } from '../id.ts'
import { parseInput } from '../input.ts'
import type { Draft, Outgoing } from '../messages/outgoing.ts'
import { createSeal } from '../sealed.ts'
import { deriveKey } from '../sessions/derive-key.ts'
import type { Limits } from '../sessions/limits.ts'
import type { Stores } from '../storage.ts'
import type { ClientInfo } from '../viewer.ts'
import {
  type CodeData,
  codeMessage,
  codePurposes,
  type CodePurpose,
  type CodeSecrets,
  type SentPurpose,
  sentPurposes,
  linkOf,
} from './code-purposes.ts'
import type { CodeRecord } from './code-store.ts'

/** The result of a call that sends a code, whether or not anyone receives it. */
export interface CodeSent {
  /** Identifies the flow: send it with the code. */
  flow: string
  /** When the code expires; ISO 8601, UTC. */
  expiresAt: string
}

/** A code as its owner enters it: the six digits, or the token of the link. */
export interface CodeInput {
  flow: string
  code: string
}

const flowField = z.string().regex(/^[0-9a-f-]{36}$/, 'Give the `flow` of the call that sent the code')

/** The fields of {@link CodeInput}. */
export const codeFields: Readonly<Record<keyof CodeInput, z.ZodType<string>>> = {
  flow: flowField,
  code: z
    .string()
    .max(100)
    .transform((code) => code.replace(/\s/g, ''))
    .pipe(z.string().regex(/^[\w-]+$/, 'Give the six digits of the message, or the code of its link')),
}

/** The schema of {@link CodeInput}. */
export const codeInput: z.ZodType<CodeInput> = z.strictObject(codeFields)

/** A request to send a code again. */
export interface ResendInput {
  purpose: SentPurpose
  flow: string
}

/** The schema of {@link ResendInput}. */
export const resendInput: z.ZodType<ResendInput> = z.strictObject({
  purpose: z.enum(sentPurposes),
  flow: flowField,
})

/** A code to create. */
export interface CodeOrder<Purpose extends CodePurpose> {
  purpose: Purpose
  userId: string | null
  /** `null` if nobody may get one: it is stored all the same, costs the same, and is never right. */
  data: CodeData[Purpose] | null
}

/** A code that was consumed. */
export interface ConsumedCode<Purpose extends CodePurpose> {
  userId: string | null
  data: CodeData[Purpose]
  /** Makes it valid again, if its action failed and its owner can fix that. */
  giveBack(): Promise<void>
}

/** A code that was presented and is not consumed yet. */
interface OpenCode<Purpose extends CodePurpose> {
  userId: string
  data: CodeData[Purpose]
  /** Consumes it. Of concurrent calls exactly one resolves to `true`. */
  spend(): Promise<boolean>
  /** Takes one of its attempts, because what was given with it was wrong. */
  miss(): Promise<void>
}

/** Codes, most of which are sent to users. They are stored as keyed hashes, and their data is sealed. */
export interface Codes {
  /** Creates a code that another step sends. */
  make<Purpose extends CodePurpose>(order: CodeOrder<Purpose>): Promise<CodeSecrets>
  /** Creates a code and sends it; `instead` is sent in place of it. */
  send<Purpose extends SentPurpose>(order: CodeOrder<Purpose>, instead?: Draft | null): Promise<CodeSent>
  /**
   * Sends new digits and another link for a flow, and invalidates the previous ones; used attempts stay used. The
   * result is the same for a flow that does not exist, or for which nobody may get a code. @throws invalid-input,
   * rate-limited
   */
  resend(input: ResendInput, client: ClientInfo): Promise<CodeSent>
  /**
   * Reads a code by the token that its client was given, `flow.token`, without consuming it: something else is checked
   * first.
   * @throws code-invalid
   */
  open<Purpose extends CodePurpose>(purpose: Purpose, token: string): Promise<OpenCode<Purpose>>
  /** @throws code-invalid, rate-limited */
  consume<Purpose extends CodePurpose>(
    purpose: Purpose,
    input: CodeInput,
    client: ClientInfo,
  ): Promise<ConsumedCode<Purpose>>
}

/** The dependencies of {@link createCodes}. */
interface CodeParts {
  config: KithConfig
  storage: Pick<Stores, 'codes'>
  clock: Clock
  makeId: MakeId
  limits: Limits
  outgoing: Outgoing
}

/** How many attempts a code allows. */
const tries = 5
const digitCount = 6

/** Creates the codes of one Kith instance. */
export function createCodes(core: CodeParts): Codes {
  const { config, clock, makeId, limits, outgoing } = core
  const { codes } = core.storage
  const seal = createSeal(config, 'code-data')
  const keys = config.secrets.map((secret) => deriveKey(secret, 'codes').key)

  /** By the current secret first. */
  function hashesOf(purpose: CodePurpose, { flow, code }: CodeInput): string[] {
    const text = JSON.stringify([purpose, flow, code])
    return keys.map((key) => createHmac('sha256', key).update(text).digest('base64url'))
  }

  function makeSecrets(flow: string): CodeSecrets {
    const token = Buffer.from(config.random(32)).toString('base64url')
    return { flow, digits: randomDigits(config.random), token }
  }

  /** For sent codes the digits count as well. If a client gets the token directly, nobody types digits. */
  function hashes(purpose: CodePurpose, { flow, digits, token }: CodeSecrets): string[] {
    return (isSent(purpose) ? [digits, token] : [token]).flatMap((code) =>
      hashesOf(purpose, { flow, code }).slice(0, 1),
    )
  }

  function endOf(purpose: CodePurpose, now: Date): Date {
    return new Date(now.getTime() + codePurposes[purpose].seconds * 1000)
  }

  /** Padded, so that its length does not reveal whether somebody may get the code. */
  function sealed<Purpose extends CodePurpose>(
    purpose: Purpose,
    flow: string,
    data: CodeData[Purpose] | null,
  ): string {
    return seal.close(JSON.stringify(data).padEnd(1_024), `${purpose} ${flow}`)
  }

  function read<Purpose extends CodePurpose>(
    purpose: Purpose,
    { subject, data }: CodeRecord,
  ): CodeData[Purpose] | null {
    const text = seal.open(data, `${purpose} ${subject}`)
    return JSON.parse(text ?? 'null') as CodeData[Purpose] | null
  }

  function record<Purpose extends CodePurpose>({
    purpose,
    userId,
    data,
  }: CodeOrder<Purpose>): {
    code: CodeRecord
    secrets: CodeSecrets
  } {
    const [secrets, now] = [makeSecrets(makeId()), clock()]
    const { flow } = secrets
    const code = {
      purpose,
      subject: flow,
      userId,
      hashes: hashes(purpose, data ? secrets : makeSecrets(flow)),
      data: sealed(purpose, flow, data),
      tries,
      createdAt: now,
      expiresAt: endOf(purpose, now),
    }
    return { code, secrets }
  }

  function message(
    purpose: SentPurpose,
    data: CodeData[SentPurpose] | null,
    secrets: CodeSecrets,
  ): Draft | null {
    const link = linkOf(config.messages.links, purpose, secrets)
    return data && codeMessage(purpose, data.to, { digits: secrets.digits, link })
  }

  /** With the hash by the secret that created it, if that is not the current one: a wrong hash costs an attempt. */
  async function rightHash(purpose: CodePurpose, given: CodeInput): Promise<string> {
    const [current = '', ...previous] = hashesOf(purpose, given)
    if (previous.length === 0) return current
    const found = await codes.find({ purpose, subject: given.flow, now: clock() })
    return previous.find((hash) => found?.hashes.includes(hash)) ?? current
  }

  return {
    async make(order) {
      const { code, secrets } = record(order)
      await codes.issue(code)
      return secrets
    },
    async send(order, instead) {
      const { code, secrets } = record(order)
      const draft = instead === undefined ? message(order.purpose, order.data, secrets) : instead
      await codes.issue(
        code,
        outgoing.rows(code.expiresAt, () => [draft]),
      )
      outgoing.kick()
      return { flow: code.subject, expiresAt: code.expiresAt.toISOString() }
    },
    async resend(input, client) {
      const { purpose, flow } = parseInput(resendInput, input)
      await limits.byAddress('sendByAddress', client)
      await limits.byAccount('resendByFlow', flow)
      const [secrets, now] = [makeSecrets(flow), clock()]
      const expiresAt = endOf(purpose, now)
      const found = await codes.find({ purpose, subject: flow, now })
      const data = found && read(purpose, found)
      const maySend = await limits.maySend(data?.to.address ?? `nobody ${flow}`, client)
      // If it may not be sent, the previous one stays valid.
      const fresh = maySend || !found ? { hashes: hashes(purpose, secrets), expiresAt } : found
      const renewal = { purpose, subject: flow, hashes: fresh.hashes, now, expiresAt: fresh.expiresAt }
      await codes.renew(renewal, (code) => {
        const draft = message(purpose, maySend ? read(purpose, code) : null, secrets)
        return outgoing.rows(expiresAt, () => [draft])()
      })
      outgoing.kick()
      return { flow, expiresAt: expiresAt.toISOString() }
    },
    async open(purpose, token) {
      const dot = token.indexOf('.')
      const [flow, code] = [token.slice(0, dot), token.slice(dot + 1)]
      const name = { purpose, subject: flow, now: clock() }
      const found = await codes.find(name)
      const hash = hashesOf(purpose, { flow, code }).find((each) => found?.hashes.includes(each))
      if (!found?.userId || hash === undefined) throw new KithError('code-invalid')
      const data = read(purpose, found)
      if (data === null) throw new KithError('code-invalid')
      return {
        userId: found.userId,
        data,
        spend: async () => (await codes.consume({ ...name, hash })).outcome === 'consumed',
        async miss() {
          await codes.consume({ ...name, hash: '' })
        },
      }
    },
    async consume(purpose, given, client) {
      await limits.byAddress('codeByAddress', client)
      const hash = await rightHash(purpose, given)
      const result = await codes.consume({ purpose, subject: given.flow, hash, now: clock() })
      if (result.outcome !== 'consumed') throw new KithError('code-invalid')
      const { code } = result
      const data = read(purpose, code)
      if (data === null) throw new KithError('code-invalid')
      return { userId: code.userId, data, giveBack: () => codes.issue(code) }
    },
  }
}

/** Every code is equally likely. */
function randomDigits(random: Random): string {
  const [all, range] = [2 ** 32, 10 ** digitCount]
  for (;;) {
    const value = Buffer.from(random(4)).readUInt32BE()
    // Using the rest at the end would make some codes likelier.
    if (value < all - (all % range)) return String(value % range).padStart(digitCount, '0')
  }
}

function isSent(purpose: CodePurpose): boolean {
  return sentPurposes.includes(purpose as SentPurpose)
}
