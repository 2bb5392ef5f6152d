/** In place of the SDK's event streams, which no operation that is called here has. */
export class EventStreamSerde {
  constructor() {
    throw new TypeError('Event streams are left out of this bundle.');
  }
}

export const eventStreamSerdeProvider = undefined;

/** Asked by a client whose service has some, as CloudWatch Logs, when it is made. */
export const resolveEventStreamSerdeConfig = (config: object) => config;
