import { kitFixture } from '../../../test/kit-samples.ts'
import { runBombs } from '../bomb-run.ts'
import { makeImageBombs } from '../image-bombs.ts'

/** Small images that expand to hundreds of megabytes in a decoder, or take it a long time. */
const bombs = await makeImageBombs()
process.exitCode = (await runBombs({ bombs, plain: kitFixture('images/plain/60x40.png'), ceiling: 1024 }))
  ? 0
  : 1
