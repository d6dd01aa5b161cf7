// A page of the home feed beside the two plain ways to read it by hand: the run of `pnpm --filter @kith/bench feed`.
import '../feed.ts'
