/**
 * Names that cannot be registered: path segments under `/users/`, and names that could pass for the operator. Options
 * add to them.
 */
export const reservedUsernames: readonly string[] = Object.freeze(
  `me register login logout refresh codes password sessions users
  about account admin administrator anonymous api auth contact deleted everyone explore feed guest help home info kith
  mail media moderator null official postmaster posts privacy root search security settings signin signup staff support
  system team terms undefined webmaster www`.split(/\s+/),
)

/** Those that speak for the operator: look-alikes are reserved too. */
const operators =
  'admin administrator anonymous contact deleted kith moderator official postmaster root security staff support system team webmaster'
/** Words that do not make such a name a different one: `the_real_admin`, `kith_help_desk`. */
const trimmings =
  'the real true app hq help desk service services online account accounts center centre mod mods'
/** Even next to a person's name: `ada_admin` claims to act for the operator. */
const ranks = 'admin administrator moderator'

/** What passes for each letter. `i` and `l` are one. */
const lookAlikes: Readonly<Record<string, string>> = Object.freeze({
  a: '[a4]',
  b: '[b8]',
  d: '(?:d|cl)',
  e: '[e3]',
  g: '[g69]',
  i: '[il1]',
  l: '[il1]',
  m: '(?:m|rn)',
  o: '[o0]',
  s: '[s5]',
  t: '[t7]',
  w: '(?:w|vv)',
  z: '[z2]',
})

/**
 * Creates the check for reserved usernames (folded): the name itself, without its dots and underscores, or a look-alike
 * of an operator's name, with digits around it and words such as `the` or `help`.
 */
export function createReservedNames(reserved: ReadonlySet<string>): (name: string) => boolean {
  const own = [...reserved].filter((name) => !reservedUsernames.includes(name))
  // A single letter, which may occur up to three times, would make the pattern try every division of `aaaa…`.
  const words = own.map(withoutSeparators).filter((name) => new Set(name).size > 1)
  const names = [...operators.split(' '), ...words]
  const around = `(?:${anyOf([...trimmings.split(' '), ...names])})*`
  const operator = new RegExp(`^\\d*${around}(?:${anyOf(names)})${around}\\d*$`)
  const rank = new RegExp(`^\\d*(?:${anyOf(ranks.split(' '))})\\d*$`)

  return (name) => {
    const joined = withoutSeparators(name)
    return (
      reserved.has(name) ||
      reserved.has(joined) ||
      operator.test(joined) ||
      name.split(/[._]/).some((word) => rank.test(word))
    )
  }
}

function withoutSeparators(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, '')
}

/** Each letter may be repeated up to three times: `addmin`. None may be missing: `staf` is a real name. */
function anyOf(words: readonly string[]): string {
  return words
    .map((word) => word.replace(/./gu, (letter) => `${lookAlikes[letter] ?? letter}{1,3}`))
    .join('|')
}
