/** Stands in for `@aws-sdk/util-dynamodb`: the two functions that Powertools takes from there, for what it stores. */
type Value = { S?: string; N?: string; M?: Record<string, Value> };

export function marshall(value: Record<string, unknown>): Record<string, Value> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toValue(member)]));
}

export function unmarshall(item: Record<string, Value>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromValue(value)]));
}

function toValue(value: unknown): Value {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return { M: marshall(value as Record<string, unknown>) };
}

function fromValue({ S, N, M }: Value): unknown {
  return S ?? (N === undefined ? unmarshall(M ?? {}) : Number(N));
}
