/** What a plugin of Stryker may ask about the place of a mutant; a part of Babel's `NodePath`. */
interface Place {
  node: Node
  parent: Node | null
  parentPath: Place | null
}

interface Node {
  type: string
  callee?: { name?: string }
  key?: { name?: string }
  properties?: readonly Node[]
}

const isDetail = (node: Node | undefined): boolean =>
  node?.type === 'ObjectProperty' && node.key?.name === 'detail'

const makesError = (node: Node | null): boolean =>
  node?.type === 'NewExpression' && /Error$/.test(node.callee?.name ?? '')

/** Why the mutants of a place are left out, if they are: they only change text for people. */
export function reasonOfWords({ node, parent, parentPath }: Place): string | undefined {
  const reason = 'Words for people: which words an error has is no promise.'
  if (isDetail(node) && makesError(parentPath?.parent ?? null)) return reason
  if (!makesError(parent)) return undefined
  const isOnlyDetail = node.type === 'ObjectExpression' && node.properties?.length === 1
  if (isOnlyDetail && isDetail(node.properties?.[0])) return reason
  const isMessage = node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
  return isMessage && /^(?:TypeError|Error)$/.test(parent?.callee?.name ?? '') ? reason : undefined
}

interface IgnorerPlugin {
  kind: 'Ignore'
  name: string
  value: { shouldIgnore(place: Place): string | undefined }
}

/** Read by Stryker. @public */
export const strykerPlugins: readonly IgnorerPlugin[] = [
  { kind: 'Ignore', name: 'words', value: { shouldIgnore: reasonOfWords } },
]
