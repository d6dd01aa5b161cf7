const [major, minor] = [22, 13]

/**
 * Refuses a Node version that lacks what Kith uses, before something fails with an obscure message. Bun and Deno report
 * the Node version they are compatible with. Imported first, and imports nothing by a name that Node 18 does not have.
 * @throws TypeError
 */
export function demandRuntime({ node }: { node: string }): void {
  const [foundMajor = 0, foundMinor = 0] = node.split('.').map(Number)
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return
  throw new TypeError(`Kith needs Node ${major}.${minor} or newer; this is Node ${node}.`)
}
