import * as z from 'zod'
import type { Core } from '../core.ts'
import { announcedChange, demandAdded } from '../credentials/credential-changes.ts'
import { credentialKinds } from '../credentials/credential-kinds.ts'
import { KithError } from '../errors.ts'
import { lineOfText, parseInput, visible } from '../input.ts'
import { demandOwner } from '../sessions/actor.ts'
import { demandFresh } from '../sessions/freshness.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { appCode } from './second-factor.ts'
import { matchTotp, toBase32, totpUri } from './totp.ts'

/** An authenticator app about to be added. */
export interface TotpEnrolment {
  /** Send it with the first code of the app. */
  token: string
  /** For people who type it. */
  secret: string
  /** For a QR code. */
  uri: string
}

/** The first code of an authenticator app. */
export interface ConfirmTotpInput {
  token: string
  code: string
}

/** Second factors. Once an authenticator app is added, every sign-in with a password or a code asks for one. */
export interface Factors {
  /**
   * Creates the secret of an authenticator app; sign-ins do not ask for it until its first code is confirmed. @throws
   * proof-required, rate-limited
   */
  beginTotp(viewer: Viewer, input?: { name?: string | undefined }): Promise<TotpEnrolment>
  /**
   * Adds the app with its first code. The first one creates ten recovery codes, which are shown once; `null` if there
   * are some already.
   * @throws code-invalid, factor-invalid, too-many-credentials, rate-limited
   */
  confirmTotp(
    viewer: Viewer,
    input: ConfirmTotpInput,
    client?: ClientInfo,
  ): Promise<{ recoveryCodes: string[] | null }>
  /** Creates ten new recovery codes and invalidates the old ones. @throws proof-required, rate-limited */
  renewRecoveryCodes(viewer: Viewer, client?: ClientInfo): Promise<{ recoveryCodes: string[] }>
}

/** The schemas of these inputs. */
interface FactorInputs {
  beginTotp: z.ZodType<{ name?: string | undefined }>
  confirmTotp: z.ZodType<ConfirmTotpInput>
}

/** They are the same for every app. */
export const factorInputs: FactorInputs = {
  beginTotp: z.strictObject({ name: visible(lineOfText(100)).optional() }),
  confirmTotp: z.strictObject({ token: z.string().max(200), code: appCode }),
}

/** The length of SHA-1 (RFC 4226, 4). */
const secretBytes = 20

/** Creates the second factors of one Kith instance. */
export function createFactors(core: Core): Factors {
  const { config, limits, makeId, clock, factors, codes } = core
  const { users, credentials } = core.storage

  async function storeRecoveryCodes({
    viewer,
    client,
    replace,
  }: {
    viewer: Viewer
    client: ClientInfo
    replace: boolean
  }): Promise<string[] | null> {
    const { userId } = viewer
    const { codes: made, data } = factors.makeRecoveryCodes()
    const kind = 'recovery-codes'
    const at = clock()
    const record = {
      id: makeId(),
      userId,
      kind,
      subject: userId,
      name: null,
      data,
      version: 0,
      createdAt: at,
      usedAt: null,
    }
    for (;;) {
      const before = await credentials.bySubject(kind, userId)
      if (before && !replace) return null
      const added = { change: 'added', cause: { viewer, client } } as const
      const { rows, tell } = await announcedChange(core, before ?? record, added)
      const isStored = before
        ? await credentials.step({ id: before.id, version: before.version, data }, rows)
        : (await credentials.add(record, 1, rows)) === 'added'
      if (isStored) {
        tell()
        return made
      }
      if (!(await users.byId(userId))) throw new KithError('unauthenticated')
    }
  }

  return {
    async beginTotp(viewer, input = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      const { name = null } = parseInput(factorInputs.beginTotp, input)
      await demandFresh(core, viewer, config.sessions.freshForSeconds)
      const user = await users.byId(viewer.userId)
      if (!user) throw new KithError('unauthenticated')
      const bytes = config.random(secretBytes)
      const data = { secret: Buffer.from(bytes).toString('base64url'), name }
      const { flow, token } = await codes.make({ purpose: 'enroll-totp', userId: user.id, data })
      const secret = toBase32(bytes)
      const account = user.username ?? user.email ?? user.id
      return {
        token: `${flow}.${token}`,
        secret,
        uri: totpUri(secret, { issuer: config.sessions.issuer, account }),
      }
    },
    async confirmTotp(viewer, input, client = {}) {
      const { token, code } = parseInput(factorInputs.confirmTotp, input)
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandOwner(core, viewer)
      const open = await codes.open('enroll-totp', token)
      if (open.userId !== viewer.userId) throw new KithError('code-invalid')
      const secret = Buffer.from(open.data.secret, 'base64url')
      const step = matchTotp(secret, code.replace(/\s/g, ''), { at: clock(), after: 0 })
      if (step === null) {
        await open.miss()
        throw new KithError('factor-invalid')
      }
      if (!(await open.spend())) throw new KithError('code-invalid')
      const [id, kind, { name }] = [makeId(), 'totp', open.data] as const
      const record = {
        id,
        userId: viewer.userId,
        kind,
        subject: id,
        name,
        version: 0,
        createdAt: clock(),
        usedAt: null,
      }
      const added = { change: 'added', cause: { viewer, client } } as const
      const { rows, tell } = await announcedChange(core, record, added)
      const data = factors.sealTotp(id, secret, step)
      demandAdded(await credentials.add({ ...record, data }, credentialKinds[kind].atMost, rows))
      tell()
      const recoveryCodes = await storeRecoveryCodes({ viewer, client, replace: false })
      core.outgoing.kick()
      return { recoveryCodes }
    },
    async renewRecoveryCodes(viewer, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandFresh(core, viewer, config.sessions.freshForSeconds)
      const recoveryCodes = await storeRecoveryCodes({ viewer, client, replace: true })
      core.outgoing.kick()
      return { recoveryCodes: recoveryCodes ?? [] }
    },
  }
}
