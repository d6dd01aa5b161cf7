// A page of the home feed next to the two obvious ways to read it by hand: the run of `pnpm --filter @kith/bench feed`.
import '../feed.ts'
