import type { Case } from './case.ts'
import { arrivingCases } from './direct-uploads/arriving.ts'
import type { DirectHost } from './direct-uploads/direct-host.ts'
import { refusingCases } from './direct-uploads/refusing.ts'

/** The promises of `DirectUploads`. The cases send files to the signed URLs. */
export const directUploadsCases: readonly Case<DirectHost>[] = [...arrivingCases, ...refusingCases]
