/**
 * Has V8 lay a client's configuration out as it does objects of few members. The SDK puts it together bit by bit, for which V8
 * makes a hash table of it, and then copies it again and again in each call: that takes seven times as long of a hash table, and
 * each copy is one again. An object that others inherit from is laid out flat when somebody looks through what they inherit.
 *
 * Nothing of the configuration changes; an engine that does otherwise is only slower.
 */
export function withFlatConfig<Client extends { readonly config: object }>(client: Client): Client {
  for (const _ in Object.create(client.config)) break;
  return client;
}
