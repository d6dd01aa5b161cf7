import type { Case } from './case.ts'
import { arrivingCases } from './direct-uploads/arriving.ts'
import type { DirectHost } from './direct-uploads/direct-host.ts'
import { refusingCases } from './direct-uploads/refusing.ts'

/** The promises of `DirectUploads`. The files are sent to the addresses that it signs. */
export const directUploadsCases: readonly Case<DirectHost>[] = [...arrivingCases, ...refusingCases]
