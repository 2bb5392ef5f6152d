/** An HTTP answer on its way out, whether a handler's or the gateway's own. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}
