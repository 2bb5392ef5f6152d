/** All that the stack holds beside functions and routes: what `serverless.yml` computes instead of listing. */
import { type Environment, parseConfig } from '../config.ts';
import { alarmResources } from './alarm-resources.ts';
import { apiExtensions, apiResources } from './api.ts';
import { dashboardResources } from './dashboard.ts';
import { type Deployment, deploymentOf, type ParameterValues, type Place } from './deployment.ts';
import { functionExtensions } from './functions.ts';
import { gatewayResponseResources } from './gateway-responses.ts';
import { logResources } from './logs.ts';
import { queryResources } from './queries.ts';
import { roleResources } from './roles.ts';
import { tableResources } from './tables.ts';
import { undeliveredResources } from './undelivered.ts';

/**
 * @param environment that the functions will have.
 * @throws {ConfigError | ParameterError} where that or a parameter is not usable, before a deployment finds it out.
 */
export function stackOf(environment: Environment, parameters: ParameterValues, place: Place) {
  const deployment = deploymentOf(parameters, place);
  return { Resources: resourcesFor(environment, deployment), extensions: extensionsFor(deployment) };
}

export function resourcesFor(environment: Environment, deployment: Deployment) {
  const { appConfig } = parseConfig(environment);
  return {
    ...roleResources(deployment, appConfig),
    ...apiResources(deployment),
    ...gatewayResponseResources(),
    ...tableResources(deployment),
    ...logResources(deployment),
    ...undeliveredResources(deployment),
    ...queryResources(deployment),
    ...alarmResources(deployment),
    ...dashboardResources(deployment),
  };
}

/** Properties of what the framework itself makes of functions and routes. */
function extensionsFor(deployment: Deployment) {
  return { ...apiExtensions(deployment), ...functionExtensions(deployment) };
}
