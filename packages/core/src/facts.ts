/** The maximum length of the name and the value of a fact, in UTF-16 code units. */
export const factLimits: Readonly<{ name: number; value: number }> = Object.freeze({ name: 64, value: 1024 })

/**
 * Small facts that a storage remembers about itself, by name: which media folder it uses, when upkeep last ran. They
 * are the same for every process, last as long as the storage and are never removed. Never store personal data as a
 * fact.
 */
export interface FactStore {
  /** The value; `null` if it was never set. */
  get(name: string): Promise<string | null>
  /**
   * Stores the value, whatever was stored before.
   * @throws TypeError where the name or the value is longer than {@link factLimits} or the name is empty; nothing is stored.
   */
  set(name: string, value: string): Promise<void>
  /**
   * Stores the value if none is stored yet, in one atomic step, and resolves to the value that is stored afterwards. Of
   * concurrent calls, also from several processes, one value wins and all resolve to it. An empty value is a value.
   * @throws TypeError as `set` does.
   */
  setOnce(name: string, value: string): Promise<string>
}

/**
 * Every implementation calls this before it stores a fact.
 * @throws TypeError for a name or a value that exceeds {@link factLimits}.
 */
export function demandFact(name: string, value: string): void {
  if (name === '' || name.length > factLimits.name)
    throw new TypeError(`the name of a fact has 1 to ${factLimits.name} characters`)
  if (value.length > factLimits.value)
    throw new TypeError(`the value of a fact has at most ${factLimits.value} characters`)
}
