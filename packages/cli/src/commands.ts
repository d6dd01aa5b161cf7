import type { Command } from './command.ts'
import { ban, unban } from './commands/ban.ts'
import { doctor } from './commands/doctor.ts'
import { exportAccount } from './commands/export.ts'
import { importAccounts } from './commands/import.ts'
import { info } from './commands/info.ts'
import { migrate } from './commands/migrate.ts'
import { rotateKeys } from './commands/rotate-keys.ts'
import { sessions } from './commands/sessions.ts'
import { upkeep } from './commands/upkeep.ts'
import { verifyCounts } from './commands/verify-counts.ts'

/** Every command, in the order of help. */
export const commands: readonly Command[] = [
  info,
  doctor,
  migrate,
  upkeep,
  verifyCounts,
  sessions,
  ban,
  unban,
  importAccounts,
  exportAccount,
  rotateKeys,
]
