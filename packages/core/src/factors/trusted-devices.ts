import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { credentialChange } from '../credentials/credential-changes.ts'
import { credentialKinds, waysIn } from '../credentials/credential-kinds.ts'
import { deviceNameOf } from '../sessions/device-name.ts'
import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo } from '../viewer.ts'

const kind = 'trusted-device'

function subjectOf(userId: string, deviceId: string): string {
  return `${userId} ${deviceId}`
}

/** Whether one of these is an unexpired trust in this client's device. A new password ends it. */
export async function isTrusted(
  { config, deviceTokens, clock }: Core,
  user: UserRecord,
  { stored, client }: { stored: readonly CredentialRecord[]; client: ClientInfo },
): Promise<boolean> {
  const { trustDevicesSeconds } = config.sessions
  if (trustDevicesSeconds === null) return false
  const device = await deviceTokens.read(client.device)
  if (!device || !deviceTokens.knows(device, user)) return false
  const since = clock().getTime() - trustDevicesSeconds * 1000
  return devicesIn(stored).some(
    ({ subject, createdAt }) => subject === subjectOf(user.id, device.id) && createdAt.getTime() > since,
  )
}

function devicesIn(stored: readonly CredentialRecord[]): CredentialRecord[] {
  return stored.filter((each) => each.kind === kind)
}

/**
 * Lets the device of a sign-in skip the second factor for a while. Removing it from the list of credentials ends that.
 */
export async function trust(
  core: Core,
  { user, session, tokens }: SignIn,
  client: ClientInfo,
): Promise<void> {
  const { config, clock, makeId, storage } = core
  const device = await core.deviceTokens.read(tokens.deviceToken)
  if (config.sessions.trustDevicesSeconds === null || !device) return
  const subject = subjectOf(user.id, device.id)
  const cause = { viewer: { userId: user.id, sessionId: session.id }, client }
  const devices = devicesIn(await storage.credentials.byUser(user.id))
  // Its time starts again. The oldest is removed if there are too many.
  const oldest = devices.length < credentialKinds[kind].atMost ? undefined : devices[0]
  const before = devices.find((each) => each.subject === subject) ?? oldest
  if (before) {
    const { rows, tell } = credentialChange(core, before, { change: 'removed', cause })
    if ((await storage.credentials.remove(before, waysIn(config), rows)) === 'removed') tell()
  }
  const trusted = {
    id: makeId(),
    userId: user.id,
    kind,
    subject,
    name: deviceNameOf(client.userAgent) ?? null,
    data: '',
    version: 0,
    createdAt: clock(),
    usedAt: null,
  }
  const { rows, tell } = credentialChange(core, trusted, { change: 'added', cause })
  if ((await storage.credentials.add(trusted, credentialKinds[kind].atMost, rows)) === 'added') tell()
}
