/** In place of the discovery of endpoints, which DynamoDB's client sets up, and none of its operations on items asks for. */
export const resolveEndpointDiscoveryConfig = (config: object) => config;

const nothing = () => undefined;

/** Settings of it, which come from nowhere. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: nothing,
  configFileSelector: nothing,
  default: undefined,
};
