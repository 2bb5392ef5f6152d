/** Of samples that were taken in turn: the one in the middle, and how far the middle half of them reaches. */
export interface Figure {
  readonly median: number;
  /** First and third quartile. */
  readonly from: number;
  readonly to: number;
}

export function figureOf(samples: readonly number[]): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN);
  return { median: at(0.5), from: at(0.25), to: at(0.75) };
}

/** Three significant digits or so: no machine measures better than that. */
export function round(value: number): number {
  return Number(value.toPrecision(value >= 1_000 ? 4 : 3));
}

/**
 * Takes one sample of each in every round, each round beginning with another: what changes about the machine meanwhile meets
 * all alike.
 */
export async function inTurn<Name extends string, Sample>(
  names: readonly Name[],
  rounds: number,
  take: (name: Name, round: number) => Promise<Sample>,
): Promise<Readonly<Record<Name, readonly Sample[]>>> {
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let one = 0; one < rounds; one++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(one + turn) % names.length] as Name;
      samples[name].push(await take(name, one));
    }
  }
  return samples;
}
