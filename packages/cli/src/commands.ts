import type { Command } from './command.ts'
import { audit } from './commands/audit.ts'
import { backup } from './commands/backup.ts'
import { ban, unban } from './commands/ban.ts'
import { createAdmin } from './commands/create-admin.ts'
import { doctor } from './commands/doctor.ts'
import { exportAccount } from './commands/export.ts'
import { importAccounts } from './commands/import.ts'
import { info } from './commands/info.ts'
import { adoptMedia } from './commands/media-adopt.ts'
import { migrate } from './commands/migrate.ts'
import { outbox } from './commands/outbox.ts'
import { restore } from './commands/restore.ts'
import { restored } from './commands/restored.ts'
import { role } from './commands/role.ts'
import { rotateKeys } from './commands/rotate-keys.ts'
import { endSessions, sessions } from './commands/sessions.ts'
import { applications, approve, refuse } from './commands/applications.ts'
import { invitations, invite, revokeInvitation } from './commands/invitations.ts'
import { upkeep } from './commands/upkeep.ts'
import { verifyCounts } from './commands/verify-counts.ts'
import { verifyMedia } from './commands/verify-media.ts'

/** Every command, in the order of help. */
export const commands: readonly Command[] = [
  info,
  doctor,
  migrate,
  upkeep,
  verifyCounts,
  verifyMedia,
  adoptMedia,
  outbox,
  sessions,
  endSessions,
  audit,
  ban,
  unban,
  role,
  createAdmin,
  invite,
  invitations,
  revokeInvitation,
  applications,
  approve,
  refuse,
  importAccounts,
  exportAccount,
  backup,
  restore,
  restored,
  rotateKeys,
]
