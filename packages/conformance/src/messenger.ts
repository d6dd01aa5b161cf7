import type { Case } from './case.ts'
import { deliveryCases } from './messenger/delivery.ts'
import { failingCases } from './messenger/failing.ts'
import type { MessengerHost } from './messenger/messenger-host.ts'

/** The promises of `Messenger`, for one channel of it. */
export const messengerCases: readonly Case<MessengerHost>[] = [...deliveryCases, ...failingCases]
