// The entry of `npm run demo`, `npm run pack` and `npm test`: any Node from 18 and npm are enough, everything else is fetched here.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { LaunchError, findToolchain, root } from './toolchain.mjs'

/** Runs the TypeScript sources directly, even on the lowest supported Node. */
const fromSource = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

const demo = join('examples', 'demo')
const commands = {
  demo: [`--env-file-if-exists=${join(demo, '.env')}`, join(demo, 'src', 'main.ts')],
  pack: [join('scripts', 'pack.ts')],
  test: [join('scripts', 'run-checks.ts')],
}

let running = null
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal signals the whole group, `kill` only this process: passing the signal on works for both.
    if (running) running.kill(signal)
    else process.exit(128 + constants.signals[signal])
  })
}

if (process.env.npm_lifecycle_event !== undefined) {
  // npm runs a shell that runs this, and some shells end without passing a signal on: a process without its parent stops as well.
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    if (running) running.kill('SIGTERM')
    else process.exit(1)
  }, 500)
  watch.unref()
}

function say(line) {
  console.log(line)
}

function run(command, args, options) {
  return new Promise((done, fail) => {
    let output = ''
    const child = spawn(command, args, { cwd: root, ...options })
    running = child
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', fail)
    child.on('close', (code, signal) => {
      running = null
      done({ code: code ?? 128 + constants.signals[signal], signal, output })
    })
  })
}

async function install({ node, pnpm, env }) {
  process.stdout.write('Installing dependencies … ')
  const started = performance.now()
  const flags = [
    '--frozen-lockfile',
    '--prefer-offline',
    '--reporter=append-only',
    '--config.confirmModulesPurge=false',
  ]
  const { code, signal, output } = await run(node, [pnpm, 'install', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (signal) process.exit(code)
  say(`${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (code !== 0) {
    console.error(output.trimEnd())
    throw new LaunchError('The dependencies could not be installed; the lines above say why.')
  }
}

async function main() {
  const name = process.argv[2]
  const command = commands[name]
  if (!command) throw new LaunchError(`Usage: node scripts/launch.mjs ${Object.keys(commands).join('|')}`)
  const toolchain = await findToolchain(say)
  await install(toolchain)
  const args = [...fromSource, ...command, ...process.argv.slice(3)]
  const { code } = await run(toolchain.node, args, { env: toolchain.env, stdio: 'inherit' })
  process.exitCode = code
}

main().catch((error) => {
  console.error(error instanceof LaunchError ? error.message : error)
  // A reader of only the last line of a test run finds the same form as after a full one.
  if (process.argv[2] === 'test') console.log('0 passed, 1 failed')
  process.exitCode = 1
})
