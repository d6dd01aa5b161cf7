import { kitFixture } from '../../../test/kit-samples.ts'
import { runBombs } from '../bomb-run.ts'
import { makeImageBombs } from '../image-bombs.ts'

/** Small images that a decoder makes hundreds of megabytes of, or works on for long. */
const bombs = await makeImageBombs()
process.exitCode = (await runBombs({ bombs, plain: kitFixture('images/plain/60x40.png'), ceiling: 1024 }))
  ? 0
  : 1
