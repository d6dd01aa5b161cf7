import type { Storage } from '@kith/core/ports'

/** The message to a consuming process: it consumes each of these codes `times` times, all concurrently. */
export interface Consumption {
  codes: readonly Parameters<Storage['codes']['consume']>[0][]
  times: number
}

/** The main function of such a process: it reports that it is ready, and sends back how often it won each code. */
export function consumeWhenAsked({ codes: store }: Pick<Storage, 'codes'>): void {
  process.on('message', ({ codes, times }: Consumption) => {
    const tries = codes.map(async (code) => {
      const results = await Promise.all(Array.from({ length: times }, () => store.consume(code)))
      return results.filter(({ outcome }) => outcome === 'consumed').length
    })
    void Promise.all(tries).then((wins) => process.send?.(wins))
  })
  process.once('disconnect', () => process.exit())
  process.send?.('ready')
}
